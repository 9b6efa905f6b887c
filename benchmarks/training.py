"""Does a training cost as much a sample when there are ten times as many?

    python benchmarks/training.py FOLDER

FOLDER has pictures with a face each, such as results/.cache/synthetic-.../images; their crops are taken over and over.
Everything that `ulcag train` does is in it: features, judging labels, loading, training, predictions, tables. Writes a
section of docs/performance.md.
"""

import argparse
import os
import tempfile
from functools import partial
from pathlib import Path

os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}

import numpy as np
import torch
from harness import Spread, machine, measure, memory, pictures, slope, table, write_section
from loader import make_crops

from ulcag.classes import CLASSES
from ulcag.config import Run, TrainSettings
from ulcag.faces.shard import Crops, new_shard, shard_of
from ulcag.training.data import Part, RunData
from ulcag.training.run import train_run

UNITS = 18
METHOD = "second-opinion"
SIZE, BATCH, EPOCHS = 48, 64, 2
PARTS = ("train", "test")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=500, help="crops to make")
    parser.add_argument("--samples", type=int, nargs=2, default=[1_024, 10_048], help="multiples of a batch")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    about = machine(threads=1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _, rows = make_crops(pictures(options.folder, options.pictures), folder)
        store(rows, max(options.samples), folder)
        train(2 * BATCH, folder)  # what is only slow the first time
        cases = {f"{n:,}": partial(train, n, folder) for n in options.samples}
        times = measure(cases, options.repeats, warm_up=0)
    small, large = options.samples
    costs = [Spread.of(times[name].cpu) for name in cases]
    lines = [
        [name, Spread.of(times[name].wall).text(1), cost.text(1), f"{1000 * cost.median / n:.2f}"]
        for (name, n), cost in zip(zip(cases, options.samples, strict=True), costs, strict=True)
    ]
    head = ["samples", "s by the clock", "s of CPU", "ms of CPU a sample"]
    flat = slope(costs[0].median, costs[1].median, small, large)
    text = [
        "## Training",
        about,
        f"A whole run of `{METHOD}`: labels judged, {EPOCHS} epochs at {SIZE} pixels in batches of {BATCH}, a tenth "
        "as many samples predicted after each, tables written. Crops are the same over and over, each stored again, "
        "loaded and augmented anew.",
        table(head, lines),
        f"A sample costs {flat:.2f} times as much at {large:,} as at {small:,}. The process's own memory at the end: "
        f"{memory()['own']:.0f} MB.",
    ]
    write_section("training", "\n\n".join(text))


def store(rows: list[dict[str, object]], most: int, folder: Path) -> None:
    """A shard for each part, with the same crops over and over under other names."""
    for shard, name in enumerate(PARTS):
        with new_shard(folder / f"{name}.arrow") as add:
            for i, sample_id in enumerate(part(most, shard).sample_ids):
                add(rows[i % len(rows)] | {"sample_id": sample_id})


def train(n: int, folder: Path) -> None:
    """A run on the first n samples."""
    random = np.random.default_rng(0)
    edges = random.random((UNITS, UNITS))
    data = RunData(
        train=part(n, 0),
        held_out=part(n // 10, 1),
        labels=torch.from_numpy(random.integers(0, len(CLASSES), n)),
        z=torch.from_numpy(random.integers(0, 2, (n, UNITS)).astype(np.float32)),
        known=torch.ones(n, dtype=torch.bool),
        points=torch.from_numpy(random.random((n, UNITS))),
        folds=torch.arange(n) % 4,
        left_out={"train": 0, "held_out": 0},
        units=tuple(f"AU{unit:02d}" for unit in range(UNITS)),
        edges=edges,
        crops=Crops({shard: shard_of(folder / f"{name}.arrow") for shard, name in enumerate(PARTS)}),
        inputs={},
    )
    training = {"image_size": SIZE, "batch_size": BATCH, "epochs": EPOCHS, "precision": "fp32"}
    settings = TrainSettings.read({"method": METHOD, "training": training})
    run = Run(dataset="crops", noise="chance", arm=METHOD, seed=0, fold="all")
    train_run(run, settings, data, folder / "run", state=folder / "state")


def part(n: int, shard: int) -> Part:
    places = np.stack([np.full(n, shard, np.int64), np.arange(n)], axis=1)
    return Part([f"{PARTS[shard]}-{i:06d}" for i in range(n)], places)


if __name__ == "__main__":
    main()
