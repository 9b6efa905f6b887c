"""How long would RAF-DB and AffectNet take on one GPU? An estimate: no GPU was measured.

    python benchmarks/estimate.py FOLDER

FOLDER has pictures with a face each, such as results/.cache/synthetic-.../images, for what one core can be measured to
do: faces and loading. Training is arithmetic times a throughput that others published. Writes a section of
docs/performance.md.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}

import numpy as np
import pandas as pd
import torch
import torchvision
from harness import Spread, machine, measure, pictures, table, write_section
from loader import BATCH, consume, images_of, make_crops
from torch.utils.flop_counter import FlopCounterMode

from ulcag.config import FacesSettings, TrainingSettings
from ulcag.faces.run import crop_shard
from ulcag.samples.layouts import published_counts
from ulcag.training.data import EpochBatches, make_loader

# Images a second of ResNet-50 v1.5 in training at 224 pixels on one GPU, by NVIDIA for its own code and loader
# (container 21.03): DeepLearningExamples, PyTorch/Classification/ConvNets/resnet50v1.5/README.md.
PUBLISHED = {"V100, mixed precision": 1200, "A100, TF32": 938, "A100, mixed precision": 2470}
SOURCE = (
    "https://github.com/NVIDIA/DeepLearningExamples/blob/master/PyTorch/Classification/ConvNets/resnet50v1.5/README.md"
)
DATA = {"RAF-DB": {"reader": "rafdb"}, "AffectNet": {"reader": "affectnet"}}
TRAINING = TrainingSettings()
# Images in a round, a multiple of a batch.
_LOADED = 2048


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    about = machine(threads=1)
    files = pictures(options.folder, options.pictures)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        crops, rows = make_crops(files, folder)
        places = np.stack([np.zeros(_LOADED, np.int64), np.arange(_LOADED) % len(rows)], axis=1)
        batches = EpochBatches(_LOADED, BATCH, shuffle_seed=0)
        loader = make_loader(images_of(crops, places, rows), batches, 1, torch.device("cpu"))
        samples = pd.DataFrame({"sample_id": [f"{i:05d}" for i in range(len(files))], "path": files})
        of_faces = FacesSettings.read({"shards": 1})
        cases: dict[str, Callable[[], object]] = {
            "loader": lambda: consume(loader),
            "faces": lambda: crop_shard(samples, 0, of_faces, folder / "a.arrow", folder / "a.parquet", {}),
        }
        times = measure(cases, options.repeats)
    a_core = {name: n / Spread.of(times[name].cpu).median for name, n in (("loader", _LOADED), ("faces", len(files)))}
    write_section("estimate", section(about, a_core))


def arithmetic(backbone: str, backward: bool) -> int:
    """Floating-point operations of an image through a network; with `backward`, of a training step."""
    with torch.device("meta"):
        network = torchvision.models.get_model(backbone, weights=None)
        image = torch.empty(1, 3, TRAINING.image_size, TRAINING.image_size)
    with FlopCounterMode(display=False) as counter:
        out = network(image)
        if backward:
            out.sum().backward()
    return counter.get_total_flops()


def section(about: str, a_core: dict[str, float]) -> str:
    ours, theirs = arithmetic(TRAINING.backbone, True), arithmetic("resnet50", True)
    seen = arithmetic(TRAINING.backbone, False) / ours
    lines = []
    for gpu, published in PUBLISHED.items():
        speed = published * theirs / ours
        line = [gpu, f"{published:,}", f"{speed:,.0f}", f"{speed / a_core['loader']:.1f}"]
        lines.append(line + [minutes(images_of_a_run(data, seen) / speed) for data in DATA.values()])
    n = {name: sum(sum(split.values()) for split in published_counts(data).values()) for name, data in DATA.items()}
    found = ", ".join(f"{name} {minutes(n[name] / a_core['faces'])}" for name in DATA)
    loaded = ", ".join(f"{name} {minutes(images_of_a_run(data, 1) / a_core['loader'])}" for name, data in DATA.items())
    head = ["GPU", "published, ResNet-50, images/s", "estimated, ResNet-18, images/s", "cores to feed it"]
    return "\n\n".join(
        [
            "## One GPU, estimated",
            about,
            "**Nothing here was measured on a GPU.** A training step of ResNet-18 takes "
            f"{ours / 1e9:.1f} billion operations an image at {TRAINING.image_size} pixels, one of ResNet-50 "
            f"{theirs / 1e9:.1f}. The estimate takes [NVIDIA's throughput of ResNet-50]({SOURCE}) times their ratio, "
            "as if the smaller network used the hardware as well; it will not quite, so that times are lower bounds. "
            f"A run is {TRAINING.epochs} epochs, the test split after each, and the training split twice more, to look "
            f"at confidences. Measured on one core here: {a_core['loader']:,.0f} images/s loaded and augmented, "
            f"{a_core['faces']:,.0f} pictures/s searched for faces and cut.",
            table([*head, *(f"{name}, a run" for name in DATA)], lines),
            f"If one core of these loads alone, a run takes: {loaded}. Faces, once for all runs, on one core: {found}, "
            "for pictures of the size of these.",
        ]
    )


def images_of_a_run(data: dict[str, str], seen: float) -> float:
    """Images through a training step, with those that are only looked at counted `seen` times."""
    counts = {split: sum(classes.values()) for split, classes in published_counts(data).items()}
    return TRAINING.epochs * counts["train"] + seen * (TRAINING.epochs * counts["test"] + 2 * counts["train"])


def minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


if __name__ == "__main__":
    main()
