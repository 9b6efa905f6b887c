"""How much disk and memory does a data set need?

    python benchmarks/sizes.py photos=FOLDER rendered=results/faces/synthetic

Each FOLDER has shards of crops, as `ulcag faces` leaves them. Writes a section of docs/performance.md; `ulcag doctor
--images N` reckons with its figures (src/ulcag/doctor/data_set.py).
"""

import argparse
import io
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}

import numpy as np
import pyarrow as pa
from harness import Spread, machine, table, write_section
from PIL import Image
from tables import draw

from ulcag.action_units.table import ACTION_UNITS
from ulcag.classes import CLASSES
from ulcag.config import FacesSettings, PresenceSettings, Run, TrainSettings
from ulcag.faces.shard import Crops, new_shard, shard_of
from ulcag.faces.table import CORNERS, FACES
from ulcag.graph.count import count_cooccurrence
from ulcag.samples.table import NOISE, SAMPLES
from ulcag.training.data import gather_run_data
from ulcag.training.run import train_run

# Images in a training that is measured.
_TRAINED = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crops", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--rows", type=int, nargs=2, default=[100_000, 300_000])
    parser.add_argument("--batches", type=int, nargs=2, default=[64, 128])
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    about = machine(threads=1)
    sizes = [size_line(*pair.split("=", 1)) for pair in options.crops]
    crop = next(Path(options.crops[0].split("=", 1)[1]).glob("*.arrow"))
    repeats = range(options.repeats)
    trained = {batch: Spread.of([peak_of(train, crop, batch) for _ in repeats]) for batch in options.batches}
    gathered = {n: Spread.of([peak_of(gather, n) for _ in repeats]) for n in options.rows}
    write_section("sizes", section(about, sizes, trained, gathered))


def size_line(name: str, folder: str) -> list[str]:
    """Crops in the shards of a folder and their size on disk; and of those that are as large as crops become."""
    files = sorted(Path(folder).glob("*.arrow"))
    columns = [pa.ipc.open_file(pa.memory_map(str(file))).read_all()["jpeg"] for file in files]
    jpegs = [jpeg.as_buffer() for column in columns for jpeg in column]
    longest = FacesSettings().longest_side
    largest = [jpeg.size for jpeg in jpegs if max(Image.open(io.BytesIO(jpeg)).size) == longest]
    each = sum(file.stat().st_size for file in files) / len(jpegs) / 1000
    of_largest = f"{sum(largest) / len(largest) / 1000:.1f}" if largest else ""
    return [name, f"{len(jpegs):,}", f"{each:.1f}", f"{len(largest):,}", of_largest]


def peak_of(work: Callable[..., None], *arguments: object) -> float:
    """The greatest resident memory, MB, of a process that does a piece of work and nothing else."""
    with ProcessPoolExecutor(1, get_context("spawn")) as processes:
        return processes.submit(_peak_after, work, arguments).result()


def _peak_after(work: Callable[..., None], arguments: tuple[object, ...]) -> float:
    work(*arguments)
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def gather(n: int) -> None:
    """What a training does with the tables of n samples, as they were read."""
    samples, faces, units = draw(SAMPLES, n), draw(FACES, n), draw(ACTION_UNITS, n).assign(status="ok")
    samples["split"] = np.where(np.arange(n) % 10 == 0, "test", "train")
    noise = draw(NOISE, n)
    graph = count_cooccurrence(samples, units, "all", PresenceSettings())
    gather_run_data(samples, noise, faces, units, graph, "all", Crops({}), {})


def train(crop: Path, batch: int) -> None:
    """A short training of the default network at its default size, on one crop under many names."""
    stored = pa.ipc.open_file(pa.memory_map(str(crop))).get_batch(0).slice(0, 1).to_pylist()[0]
    n = _TRAINED
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples, faces, units = draw(SAMPLES, 2 * n), draw(FACES, 2 * n), draw(ACTION_UNITS, 2 * n).assign(status="ok")
        samples["split"] = np.where(np.arange(2 * n) % 2 == 0, "test", "train")
        faces[["shard", "row"]] = np.stack([np.zeros(2 * n, np.int64), np.arange(2 * n)], axis=1)
        noise = draw(NOISE, 2 * n).assign(label=np.arange(2 * n) // 2 % len(CLASSES))
        with new_shard(folder / "0.arrow") as add:
            for sample_id in samples["sample_id"]:
                add({"jpeg": stored["jpeg"], "sample_id": sample_id} | {corner: stored[corner] for corner in CORNERS})
        graph = count_cooccurrence(samples, units, "all", PresenceSettings())
        crops = Crops({0: shard_of(folder / "0.arrow")})
        data = gather_run_data(samples, noise, faces, units, graph, "all", crops, {})
        training = {"batch_size": batch, "epochs": 1, "precision": "fp32", "device": "cpu"}
        settings = TrainSettings.read({"method": "baseline", "training": training})
        run = Run(dataset="crops", noise="chance", arm="baseline", seed=0, fold="all")
        train_run(run, settings, data, folder / "run", state=folder / "state")


def section(about: str, sizes: list[list[str]], trained: dict[int, Spread], gathered: dict[int, Spread]) -> str:
    (small, low), (large, high) = ((n, peak.median) for n, peak in trained.items())
    image = (high - low) / (large - small)
    (few, less), (many, more) = ((n, peak.median) for n, peak in gathered.items())
    lines = [[f"training, batches of {batch}", peak.text(0)] for batch, peak in trained.items()]
    lines += [[f"tables of {n:,} samples, joined", peak.text(0)] for n, peak in gathered.items()]
    text = [
        "## Disk and memory",
        about,
        "Crops as they are stored, with a margin of 30 % and 320 pixels at most:",
        table(["pictures", "crops", "kB each", "of 320 pixels", "kB each"], sizes),
        "Greatest resident memory of a process; median, least and most in brackets. The training is of ResNet-18 at "
        "224 pixels on a CPU; a process that trains on a GPU was not measured.",
        table(["process", "MB"], lines),
        f"So a training takes {image:.1f} MB an image of a batch, {low - small * image:,.0f} MB beside, and "
        f"{(more - less) / (many - few) * 1000:.2f} kB a sample; methods that look at features first keep them, too, "
        "2 kB a sample (512 numbers).",
    ]
    return "\n\n".join(text)


if __name__ == "__main__":
    main()
