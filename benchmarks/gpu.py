"""How many images a second does a GPU train on, by method and precision, and what brings them fast enough?

    python benchmarks/gpu.py

Writes a section of docs/performance.md; says "no GPU" where there is none. Images and labels are by chance: arithmetic
does not look at them. `--methods` limits the methods.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from harness import Spread, machine, table, write_section
from step import plain, whole

from ulcag.config import TrainingSettings
from ulcag.faces.shard import Crops, encode_jpeg, new_shard, shard_of
from ulcag.methods import METHODS
from ulcag.training.data import EpochBatches, FaceImages, Part, make_loader
from ulcag.training.device import name_of, ready_device

SIZE = 224
FP32, BF16, FP16 = torch.float32, torch.bfloat16, torch.float16
# Steps that do not count: the first are slow, and in fp16 left out.
WARM_UP = 4
Make = Callable[[], Callable[[], None]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=512, help="images in a batch")
    parser.add_argument("--steps", type=int, default=4, help="in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="of the loader, at most")
    parser.add_argument("--methods", nargs="+", default=[name for name, of in METHODS.items() if not of().at_once])
    options = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("no GPU")
    about = machine(threads=1)
    # As torch has it: convolutions in TF32, and no wish for equal results. Before ours changes both.
    n, device = options.batch, torch.device("cuda")
    usual = partial(plain, n, SIZE, channels_last=True, device=device)
    lines = [
        measured("plain, TF32", partial(usual, dtype=FP32), options),
        measured("plain, bf16", partial(usual, dtype=BF16), options),
        measured("plain, bf16, compiled", partial(usual, dtype=BF16, compiled=True), options),
    ]
    device = ready_device("cuda", threads=1)
    ours = partial(whole, n, SIZE, device=device)
    lines += [
        measured("baseline, fp32", partial(ours, dtype=FP32, method="baseline"), options),
        measured("baseline, fp16", partial(ours, dtype=FP16, method="baseline"), options),
    ]
    for name in options.methods:
        lines.append(measured(f"{name}, bf16", partial(ours, dtype=BF16, method=name), options))
    # Last, because to compile takes longer than all else together.
    compiled = partial(ours, dtype=BF16, method="baseline", compiled=True)
    lines.append(measured("baseline, bf16, compiled", compiled, options))
    loaded = loader_speeds(sorted({4, options.workers}), n)
    write_section("gpu", section(f"{name_of(device)}. {about}", lines, loaded, options))


def measured(name: str, make: Make, options: argparse.Namespace) -> tuple[str, Spread, float]:
    """Images a second, round by round, and the most memory in GB. A case that cannot be run is an error."""
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    step, speeds = make(), []
    for _ in range(WARM_UP):
        step()
    for _ in range(options.rounds):
        torch.cuda.synchronize()
        started = time.perf_counter()
        for _ in range(options.steps):
            step()
        torch.cuda.synchronize()
        speeds.append(options.batch * options.steps / (time.perf_counter() - started))
    memory = torch.cuda.max_memory_allocated() / 1e9
    print(f"{name}: {Spread.of(speeds).text(0)} images/s, {memory:.1f} GB", file=sys.stderr, flush=True)
    return name, Spread.of(speeds), memory


def loader_speeds(workers: list[int], n: int) -> list[tuple[int, float]]:
    """Images a second of the training loader with all its augmentation, by the number of its processes: four batches of
    n, after one that does not count."""
    training = TrainingSettings.read({"augmentation": {"shift": 0.05, "rotation": 10, "scale": 0.1}})
    speeds = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "0.arrow"
        with new_shard(path) as add:
            for i in range(n):
                coarse = np.random.default_rng(i).integers(0, 255, (16, 16, 3), dtype=np.uint8)
                picture = cv2.resize(coarse, (260, 260), interpolation=cv2.INTER_CUBIC)
                corners = {"x0": 18.0, "y0": 18.0, "x1": 242.0, "y1": 242.0}
                add({"sample_id": f"{i:05d}", "jpeg": encode_jpeg(picture, 95), **corners})
        rows = np.tile(np.arange(n), 5)
        part = Part([f"{i:05d}" for i in rows], np.stack([np.zeros_like(rows), rows], axis=1))
        images = FaceImages(Crops({0: shard_of(path)}), part, training, 0)
        for number in workers:
            batches = EpochBatches(len(part), n, shuffle_seed=0)
            loaded = iter(make_loader(images, batches, number, torch.device("cuda")))
            next(loaded)
            started = time.perf_counter()
            count = sum(len(some) for some, _ in loaded)
            speeds.append((number, count / (time.perf_counter() - started)))
    return speeds


def section(
    about: str,
    lines: list[tuple[str, Spread, float]],
    loaded: list[tuple[int, float]],
    options: argparse.Namespace,
) -> str:
    by_name = {name: speed.median for name, speed, _ in lines}

    def beside(name: str, speed: float) -> str:
        same = "plain, TF32" if "32" in name else "plain, bf16, compiled" if "compiled" in name else "plain, bf16"
        return f"{speed / by_name[same]:.2f}"

    rows = [[name, s.text(0), beside(name, s.median), f"{memory:.1f}"] for name, s, memory in lines]
    head = ["step", "images/s", "times plain in the same precision", "most memory, GB"]
    brought = [[str(workers), f"{speed:.0f}"] for workers, speed in loaded]
    return "\n\n".join(
        [
            "## GPU",
            about,
            f"ResNet-18, {SIZE} pixels, batches of {options.batch} that are on the GPU already; {options.rounds} "
            f"rounds of {options.steps} steps after {WARM_UP}. Plain is torchvision's network with cross entropy and "
            "SGD, as torch runs it: fp32 with convolutions in TF32. Ours starts from bytes, computes fp32 without "
            "TF32, and asks torch for deterministic algorithms; an epoch of one batch holds all that a step does. "
            "What `second-opinion` does before training is not in it. `eac` shows each picture twice.",
            table(head, rows),
            "What the loader brings, with all augmentation, by its processes (`training.loader_workers`):",
            table(["processes", "images/s"], brought),
        ]
    )


if __name__ == "__main__":
    main()
