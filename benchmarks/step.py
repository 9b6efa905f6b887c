"""What does a step of a method cost beside a plain one of the same backbone, and what does half precision save?

    python benchmarks/step.py

Writes a section of docs/performance.md. Images and labels are by chance: arithmetic does not look at them.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}

import torch
import torch.nn.functional as F
import torchvision
from harness import Spread, Times, machine, measure, ratio, table, write_section
from torch import Tensor
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from ulcag.classes import CLASSES
from ulcag.config import TrainSettings
from ulcag.learning import FirstLook, Samples
from ulcag.training.device import keep_memory
from ulcag.training.epoch import Learner, train_epoch
from ulcag.training.network import Network, memory_format
from ulcag.training.setup import make_optimiser

UNITS = 18
# Pixels.
SIZES = (48, 64, 96, 128, 160)
CPU = torch.device("cpu")
FP32, BF16 = torch.float32, torch.bfloat16
# What the profile sums up: the start of an operator's name, and what it is called in the table.
PARTS = (
    ("convolution", ("aten::mkldnn_convolution", "aten::convolution_backward", "aten::_slow_conv", "aten::thnn_conv")),
    ("batch normalisation", ("aten::native_batch_norm", "aten::batch_norm")),
    ("ReLU and pooling", ("aten::clamp_min", "aten::threshold", "aten::relu", "aten::max_pool", "aten::adaptive_avg")),
    ("copies and changes of type", ("aten::copy_", "aten::clone", "aten::to")),
    ("optimiser", ("aten::_foreach", "aten::_fused", "Optimizer")),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, nargs="+", default=[64, 128], help="images in a batch")
    parser.add_argument("--image-size", type=int, default=224)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    about = machine(threads=1)
    parts = [compare(n, min(options.batches), options.image_size, options.repeats) for n in options.batches]
    parts.append(f"By size, batches of {min(options.batches)}:\n\n{layouts(min(options.batches), options.repeats)}")
    write_section("step", section(about, parts, profiles(min(options.batches), options.image_size), options))


def batch_of(n: int, size: int, device: torch.device = CPU) -> Tensor:
    """(n, 3, size, size) bytes, colours last as the loader brings them."""
    random = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (n, size, size, 3), dtype=torch.uint8, generator=random)
    return images.to(device).permute(0, 3, 1, 2)


def plain(
    n: int, size: int, dtype: torch.dtype, channels_last: bool, device: torch.device = CPU, compiled: bool = False
) -> Callable[[], None]:
    """A step as most code has it: torchvision's network, cross entropy, SGD; images that are normalised already."""
    layout = torch.channels_last if channels_last else torch.contiguous_format
    network: torch.nn.Module = torchvision.models.resnet18(num_classes=len(CLASSES)).to(device).to(memory_format=layout)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    images = (batch_of(n, size, device).float() / 255).contiguous(memory_format=layout)
    labels = torch.arange(n, device=device) % len(CLASSES)
    network.train()
    forward = torch.compile(network) if compiled else network

    def step() -> None:
        with torch.autocast(device.type, dtype=dtype, enabled=dtype != FP32):
            loss = F.cross_entropy(forward(images), labels)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    return step


def whole(
    n: int, size: int, dtype: torch.dtype, method: str, device: torch.device = CPU, compiled: bool = False
) -> Callable[[], None]:
    """An epoch of one batch, late enough that `ulc-ag` judges and changes labels: all that a step of the method does.

    `second-opinion` judges them before training, which is not in it.
    """
    training = {"image_size": size, "batch_size": n, "compile": compiled}
    settings = TrainSettings.read({"method": method, "training": training})
    edges = torch.rand(UNITS, UNITS, generator=torch.Generator().manual_seed(0), dtype=torch.float64).numpy()
    network = Network(settings, edges, seed=0)
    network = network.to(device).to(memory_format=memory_format(device, dtype, size))
    optimiser = make_optimiser(network, settings.training)
    z = torch.rand(n, UNITS, generator=torch.Generator().manual_seed(1)).round().to(device)
    numbers = torch.arange(n, device=device)
    known, labels = torch.ones_like(numbers, dtype=torch.bool), numbers % len(CLASSES)
    samples = Samples(labels, z, known, labels.clone())
    features = torch.rand(n, network.classifier.in_features, device=device)
    look = FirstLook(features, z.double(), numbers % 4) if settings.settings.looks_first else None
    learner = Learner(settings, network, optimiser, samples, dtype=dtype, look=look)
    images, last = batch_of(n, size, device), settings.training.epochs - 1

    def step() -> None:
        with deterministic():
            train_epoch(learner, [(images, numbers)], last)

    return step


@contextmanager
def deterministic() -> Iterator[None]:
    """As `train_run` has it."""
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)


PLAIN_32, PLAIN_LAST, PLAIN_16 = "plain, fp32", "plain, fp32, channels_last", "plain, bf16, channels_last"
KEPT, KEPT_16 = "the same, memory kept, fp32", "the same, memory kept, bf16"
OURS, OURS_16, ULC_AG = "second-opinion, fp32", "second-opinion, bf16", "ulc-ag, fp32"
CASES: dict[str, Callable[[int, int], Callable[[], None]]] = {
    PLAIN_32: partial(plain, dtype=FP32, channels_last=False),
    PLAIN_LAST: partial(plain, dtype=FP32, channels_last=True),
    PLAIN_16: partial(plain, dtype=BF16, channels_last=True),
    KEPT: partial(plain, dtype=FP32, channels_last=True),
    KEPT_16: partial(plain, dtype=BF16, channels_last=True),
    OURS: partial(whole, dtype=FP32, method="second-opinion"),
    ULC_AG: partial(whole, dtype=FP32, method="ulc-ag"),
    OURS_16: partial(whole, dtype=BF16, method="second-opinion"),
}


LARGE = (PLAIN_32, PLAIN_LAST, KEPT, OURS)


def compare(n: int, least: int, size: int, repeats: int) -> str:
    """A table of step times for batches of n: all cases for the least of them."""
    cases = {name: make(n, size) for name, make in CASES.items() if n == least or name in LARGE}

    def ready(name: str) -> None:
        keep_memory(not name.startswith("plain"))
        # in memory that is left as another case left it, a step is slower
        cases[name]()

    times = measure(cases, repeats, warm_up=0, ready=ready)
    keep_memory(False)

    def line(name: str, timing: Times) -> list[str]:
        same = KEPT_16 if "bf16" in name else KEPT
        more = cost(timing.cpu, times[same].cpu) if name in (OURS, OURS_16, ULC_AG) else ""
        faster = "" if name == PLAIN_32 else ratio(times[PLAIN_32].cpu, timing.cpu).text()
        seconds = Spread.of(timing.cpu)
        return [name, seconds.text(), f"{n / Spread.of(timing.wall).median:.1f}", more, faster]

    head = [
        "step",
        "s of CPU",
        "images/s",
        "more than plain, channels_last, memory kept, in the same precision, %",
        "times as fast as plain fp32",
    ]
    return f"Batches of {n}:\n\n" + table(head, [line(name, timing) for name, timing in times.items()])


def cost(ours: list[float], others: list[float]) -> str:
    spread = ratio(ours, others)
    low, median, high = (100 * (value - 1) for value in (spread.low, spread.median, spread.high))
    return f"{median:+.1f} ({low:+.1f} to {high:+.1f})"


def layouts(n: int, repeats: int) -> str:
    """Channels last in fp32 by size of the images: why `memory_format` looks at it."""
    rows = []
    for size in SIZES:
        cases = {str(last): plain(n, size, FP32, channels_last=last) for last in (False, True)}
        times = measure(cases, repeats)
        row = [Spread.of(times[name].cpu).text() for name in cases]
        rows.append([str(size), *row, ratio(times["False"].cpu, times["True"].cpu).text()])
    return table(["pixels", "plain, fp32, s of CPU", "channels_last, s of CPU", "times as fast"], rows)


def profiles(n: int, size: int) -> str:
    """Where a step's processor time goes, by kind of operator, and its arithmetic."""
    shown = (PLAIN_LAST, OURS, ULC_AG, PLAIN_16, OURS_16)
    columns = {name: profiled(CASES[name](n, size)) for name in shown}
    rows = [[part, *(f"{columns[name][part]:.3f}" for name in shown)] for part in columns[PLAIN_LAST]]
    flops = [f"{counted(CASES[name](n, size)) / n / 1e9:.3f}" for name in shown]
    rows.append(["arithmetic, billion operations an image", *flops])
    return table(["self time, s of CPU", *shown], rows)


def profiled(step: Callable[[], None]) -> dict[str, float]:
    """Seconds by part, of one step after another that does not count."""
    keep_memory()
    step()
    with profile(activities=[ProfilerActivity.CPU]) as record:
        step()
    seconds = {name: 0.0 for name, _ in PARTS} | {"all else": 0.0}
    for event in record.key_averages():
        part = next((name for name, starts in PARTS if event.key.startswith(starts)), "all else")
        seconds[part] += event.self_cpu_time_total / 1e6
    return seconds | {"whole": sum(seconds.values())}


def counted(step: Callable[[], None]) -> int:
    """Floating-point operations of a step: forward and backward, convolutions and matrix products."""
    with FlopCounterMode(display=False) as counter:
        step()
    return counter.get_total_flops()


def products() -> str:
    """How fast this processor multiplies: what no step can do better than."""
    matrices = {dtype: torch.randn(2048, 2048).to(dtype) for dtype in (FP32, BF16)}
    times = measure({str(dtype): partial(torch.mm, a, a) for dtype, a in matrices.items()}, repeats=10)
    fp32, bf16 = (2 * 2048**3 / Spread.of(times[str(dtype)].wall).median / 1e9 for dtype in (FP32, BF16))
    return (
        f"Products of two matrices of 2,048 x 2,048 run here at {fp32:.0f} billion operations a second in fp32 and "
        f"{bf16:.0f} in bf16, on one core: what a step can come near to, but not exceed. `precision: auto` takes "
        "bf16 on a CPU only where that is the faster of the two: where there is AMX, or bf16 without AVX-512's fp16."
    )


def section(about: str, parts: list[str], shares: str, options: argparse.Namespace) -> str:
    return "\n\n".join(
        [
            "## Step",
            about,
            f"ResNet-18, {options.image_size} pixels, SGD; rounds in turn. Plain is torchvision's network with cross "
            "entropy on images that are normalised already; ours starts from bytes, and its epoch of one batch, past "
            "the start of relabelling, holds all that judges and changes labels in `ulc-ag`; `second-opinion` judges "
            "them before training. Ours lies in memory channels last, "
            "as it always does but for fp32 on a CPU with images under 96 pixels, and memory that is freed is kept for "
            "the next step (`keep_memory` in training/device.py). A step that does not count runs before each. "
            "Ratios are of CPU time.",
            *parts,
            products(),
            f"Where the time goes, one step of {min(options.batches)} images under the profiler:",
            shares,
        ]
    )


if __name__ == "__main__":
    main()
