"""How fast does the training loader bring augmented images, beside an ImageFolder of the same crops as JPEG files?

    python benchmarks/loader.py FOLDER

FOLDER has pictures with a face each, such as results/.cache/synthetic-.../images. Their crops are stored in shards, and
byte by byte the same in files. Writes a section of docs/performance.md.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from pathlib import Path

os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}

import numpy as np
import pandas as pd
import torch
from harness import Spread, Times, machine, measure, memory, pictures, ratio, slope, table, write_section
from torch.utils.data import DataLoader, RandomSampler
from torchvision import transforms
from torchvision.datasets import ImageFolder

from ulcag.config import FacesSettings, TrainingSettings
from ulcag.faces.run import crop_shard
from ulcag.faces.shard import Crops, crops_of, new_shard, shard_of
from ulcag.training.data import EpochBatches, FaceImages, Part, make_loader

# With all that augmentation can do; torchvision's side has as much.
SETTINGS = TrainingSettings.read({"augmentation": {"shift": 0.08}})
MEAN, STD = (torch.tensor(values).view(1, 3, 1, 1) * 255 for values in (SETTINGS.mean, SETTINGS.std))
BATCH = 64
OURS, NORMALISED = "shards", "shards, and normalised by the main process"
RESIZED, CROPPED = "ImageFolder, RandomResizedCrop", "ImageFolder, Resize and RandomCrop"
# Rows in a shard of the large data set.
_SHARD = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=500, help="crops to make")
    parser.add_argument("--images", type=int, default=2048, help="to load in a round")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000, 300_000])
    options = parser.parse_args()
    torch.set_num_threads(1)
    about = machine(threads=1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        crops, rows = make_crops(pictures(options.folder, options.pictures), folder)
        speed = compare(crops, rows, folder / "files", options)
        flat = scaling(rows, folder, options)
    write_section("loader", section(about, speed, flat, options))


def make_crops(files: list[Path], folder: Path) -> tuple[Crops, list[dict[str, object]]]:
    """Crops in one shard, its rows, and the same crops in folders of files as torchvision wants them."""
    samples = pd.DataFrame({"sample_id": [f"{i:05d}" for i in range(len(files))], "path": files})
    table = folder / "0.parquet"
    found = crop_shard(samples, 0, FacesSettings.read({"shards": 1}), folder / "0.arrow", table, {})
    crops, rows = crops_of(table), []
    for row in found["row"].dropna():
        batch, place = crops._find(0, int(row))
        rows.append({name: batch.column(name)[place].as_py() for name in batch.schema.names})
        file = folder / "files" / str(row % 7) / f"{row:05d}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(rows[-1]["jpeg"])
    if not rows:
        sys.exit("no face in these pictures: there is nothing to load")
    return crops, rows


def images_of(crops: Crops, places: np.ndarray, rows: list[dict[str, object]]) -> FaceImages:
    """Images of a data set that is made of the same crops over and over."""
    names = [str(rows[i % len(rows)]["sample_id"]) for i in range(len(places))]
    return FaceImages(crops, Part(names, places), SETTINGS, augment_seed=0)


def consume(batches: Iterable[tuple[torch.Tensor, torch.Tensor]], normalise: bool = False) -> int:
    """Images loaded; `normalise` as the network does on its device."""
    n = 0
    for images, _ in batches:
        if normalise:
            images = images.contiguous().float().sub_(MEAN).div_(STD)
        n += len(images)
    return n


def compare(crops: Crops, rows: list[dict[str, object]], files: Path, options: argparse.Namespace) -> str:
    """A table of speeds."""
    # as often as it takes to load so many
    places = np.stack([np.zeros(options.images, np.int64), np.arange(options.images) % len(rows)], axis=1)
    batches = EpochBatches(options.images, BATCH, shuffle_seed=0)
    ours = make_loader(images_of(crops, places, rows), batches, options.workers, torch.device("cpu"))
    last = [
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize(SETTINGS.mean, SETTINGS.std),
        transforms.RandomErasing(SETTINGS.augmentation.erase, SETTINGS.augmentation.erase_area),
    ]
    size = SETTINGS.image_size
    folders = {
        RESIZED: ImageFolder(str(files), transforms.Compose([transforms.RandomResizedCrop(size, (0.8, 1)), *last])),
        CROPPED: ImageFolder(
            str(files), transforms.Compose([transforms.Resize(size * 8 // 7), transforms.RandomCrop(size), *last])
        ),
    }
    cases: dict[str, Callable[[], object]] = {OURS: lambda: consume(ours), NORMALISED: lambda: consume(ours, True)}
    for name, images in folders.items():
        loader = DataLoader(
            images,
            BATCH,
            sampler=RandomSampler(images, replacement=True, num_samples=options.images),
            num_workers=options.workers,
            persistent_workers=True,
            drop_last=True,
            multiprocessing_context="spawn",
        )
        cases[name] = partial(consume, loader)
    times = measure(cases, options.repeats)
    n = options.images // BATCH * BATCH

    def line(name: str, timing: Times) -> list[str]:
        speeds = [f"{n / Spread.of(seconds).median:.0f}" for seconds in (timing.wall, timing.cpu)]
        against = [
            ratio(times[other].cpu, timing.cpu).text() if name in (OURS, NORMALISED) else "" for other in folders
        ]
        return [name, *speeds, *against]

    head = ["loader", "images/s", "images/s of CPU", f"times as fast (CPU) as {RESIZED}", f"as {CROPPED}"]
    return table(head, [line(name, timing) for name, timing in times.items()])


def scaling(rows: list[dict[str, object]], folder: Path, options: argparse.Namespace) -> str:
    """A table of cost and memory by number of rows, which are the same crops over and over, each stored again."""
    most = max(options.rows)
    paths, places = [], np.empty((most, 2), np.int64)
    for start in range(0, most, _SHARD):
        paths.append(folder / f"large-{start}.arrow")
        with new_shard(paths[-1]) as add:
            for i in range(start, min(start + _SHARD, most)):
                places[i] = len(paths) - 1, add(rows[i % len(rows)])
    shards = {number: shard_of(path) for number, path in enumerate(paths)}

    def read(n: int) -> None:
        """So many images in an order by chance, of the first n."""
        images = images_of(Crops(shards), places[:n], rows)
        for number in np.random.default_rng(0).integers(0, n, options.images):
            images[(0, int(number))]

    times = measure({str(n): partial(read, n) for n in options.rows}, options.repeats, warm_up=2)
    costs = {n: Spread.of(times[str(n)].cpu).median / options.images for n in options.rows}
    lines = []
    for n in options.rows:
        epoch = EpochBatches(n, BATCH, shuffle_seed=0)
        loader = make_loader(images_of(Crops(shards), places[:n], rows), epoch, options.workers, torch.device("cpu"))
        before = memory()
        batches = iter(loader)
        left = 2 * options.images // BATCH
        while left:
            for _ in batches:
                left -= 1
                if not left:
                    break
            else:
                batches = iter(loader)
        workers = [memory(worker.pid) for worker in loader._iterator._workers]  # type: ignore[union-attr]
        own, mapped = (max(worker[kind] for worker in workers) for kind in ("own", "file"))
        del batches, loader
        each = f"{1000 * costs[n]:.3f}"
        lines.append([f"{n:,}", each, f"{own:.0f}", f"{mapped:.0f}", f"{memory()['own'] - before['own']:+.0f}"])
    gaps = [f"{slope(costs[a], costs[b], 1, 1):.2f} from {a:,} to {b:,}" for a, b in pairwise(options.rows) if b > a]
    head = ["rows", "ms of CPU an image", "a worker's own memory, MB", "file pages it has mapped, MB"]
    return table([*head, "growth of the main process, MB"], lines) + f"\n\nCost an image: times {', '.join(gaps)}."


def section(about: str, speed: str, flat: str, options: argparse.Namespace) -> str:
    return "\n\n".join(
        [
            "## Loading",
            about,
            f"{options.images:,} images of {SETTINGS.image_size} pixels in a round, in batches of {BATCH}, by "
            f"{options.workers} workers; rounds in turn. The same JPEG bytes in both, all in the page cache. Ours "
            "shifts, flips and erases bytes and leaves normalisation to the network's device; torchvision crops at "
            "random, flips, converts to floats, normalises and erases.",
            speed,
            "Cost: one process, images by chance among so many rows. Memory: of the workers after "
            f"{2 * options.images:,} images. Mapped pages are the file's and the libraries', shared by all workers, "
            "and are dropped when memory is short.",
            flat,
        ]
    )


if __name__ == "__main__":
    main()
