"""How fast are faces found, and are they the same, beside facenet-pytorch's own loop with its defaults?

    python benchmarks/faces.py photos=FOLDER synthetic=results/.cache/synthetic-.../images

Each is a name and a folder of pictures. Of the first, sheets of 1000 x 1000 pixels are made too, with six pictures each
at sizes from 120 to 480 pixels. Writes a section of docs/performance.md and docs/images/speed-faces.png.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

# One thread a process, before anything starts threads.
os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}

import numpy as np
import pandas as pd
import torch
from facenet_pytorch import MTCNN
from harness import PAGE, Spread, Times, machine, measure, pictures, ratio, table, write_section
from PIL import Image

from ulcag.config import FacesSettings
from ulcag.faces.detect import Mtcnn, NotSearchedError, make_detector
from ulcag.faces.run import crop_shard
from ulcag.image import read_image

DEFAULT = FacesSettings()
# min_face and min_face_share, from every face to the largest only.
SETTINGS = [(20, 0.0), (40, 0.0), (40, 0.15), (DEFAULT.min_face, DEFAULT.min_face_share), (40, 0.4), (40, 0.6)]
PEER = "facenet-pytorch"
# Which of the peer's faces count, what counts as the same, and how large a face may be in a sheet, pixels.
SURE, SAME, SIZES = 0.95, 0.9, (120, 160, 220, 300, 400, 480)


@dataclass(frozen=True)
class Agreement:
    """Of the peer's sure faces: how many, the share found with the same box, and the share not found at all.

    The same of the largest face of each picture, which is the one that the pipeline crops.
    """

    faces: int
    same: float
    missed: float
    largest_same: float
    largest_missed: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--most", type=int, default=500, help="pictures of a set to compare boxes on")
    parser.add_argument("--timed", type=int, default=100, help="of these, pictures to time")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--scaling", type=int, nargs=2, default=[1000, 10000], help="numbers of pictures of a stage")
    options = parser.parse_args()
    torch.set_num_threads(1)
    about = machine(threads=1)
    sets = {name: pictures(Path(folder), options.most) for name, _, folder in (s.partition("=") for s in options.sets)}
    first = next(iter(sets.values()))
    with tempfile.TemporaryDirectory() as folder:
        sheets = make_sheets(first, Path(folder), options.timed)
        # Less than six pictures make none.
        sets |= {"sheets": sheets} if sheets else {}
        parts, points = [], {}
        for name, files in sets.items():
            rows, points[name] = compare(files, options.timed, options.repeats)
            parts.append(
                f"{len(files)} {name}, {sizes(files)}, the first {min(options.timed, len(files))} timed:\n\n{rows}"
            )
        two = two_cores(first[: options.timed], options.repeats)
        flat = scaling(first, options.scaling, Path(folder))
    draw(points, PAGE.parent / "images" / "speed-faces.png")
    write_section("faces", section(about, parts, two, flat))


def sizes(files: list[Path]) -> str:
    shapes = []
    for path in files:
        with Image.open(path) as image:
            shapes.append(image.size)
    width, height = np.median(shapes, axis=0)
    return f"{width:.0f} x {height:.0f} pixels in the median"


def make_sheets(files: list[Path], folder: Path, most: int) -> list[Path]:
    """Pictures with several faces of different sizes. They are never kept: they may show people."""
    made = []
    # left and top of each, large ones beside small ones
    places = ((10, 10), (150, 10), (10, 190), (10, 420), (590, 10), (500, 500))
    for number in range(min(most, len(files) // len(SIZES))):
        sheet = Image.new("RGB", (1000, 1000), (90, 90, 90))
        for size, place, path in zip(SIZES, places, files[number * len(SIZES) :], strict=False):
            sheet.paste(Image.fromarray(read_image(path)).resize((size, size), Image.Resampling.LANCZOS), place)
        made.append(folder / f"sheet-{number:03d}.jpg")
        sheet.save(made[-1], quality=95)
    return made


def by_peer(detector: MTCNN, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (n, 4) and probabilities (n,), by its loop as its documentation has it."""
    with Image.open(path) as image:
        plain = image if image.mode == "RGB" else Image.fromarray(read_image(path))
        boxes, probabilities = detector.detect(plain)
    if boxes is None:
        return np.empty((0, 4)), np.empty(0)
    return boxes.astype(float), probabilities.astype(float)


def by_us(detector: Mtcnn, path: Path) -> np.ndarray:
    """Boxes (n, 4); none in a picture that is too small to be searched."""
    try:
        faces = detector(read_image(path))
    except NotSearchedError:
        faces = []
    return np.array([face.box for face in faces]).reshape(-1, 4)


def compare(files: list[Path], timed: int, repeats: int) -> tuple[str, list[tuple[str, Spread, Agreement]]]:
    """Rows for one set of pictures, and what the figure shows of them."""
    peer = MTCNN(keep_all=True, device="cpu")
    ours = {name_of(*setting): Mtcnn(setting[0], DEFAULT.min_probability, setting[1]) for setting in SETTINGS}
    expected = [by_peer(peer, path) for path in files]
    agreements = {
        name: agreement(expected, [by_us(detector, path) for path in files]) for name, detector in ours.items()
    }
    cases: dict[str, Callable[[], object]] = {PEER: lambda: [by_peer(peer, path) for path in files[:timed]]}
    cases |= {name: partial(search, detector, files[:timed]) for name, detector in ours.items()}
    times = measure(cases, repeats)
    rows = [
        [
            PEER,
            *speed(times[PEER], min(timed, len(files))),
            "1",
            f"{agreements[name_of(20, 0)].faces} faces",
            "",
            "",
            "",
        ]
    ]
    points = []
    for name, found in agreements.items():
        faster = ratio(times[PEER].cpu, times[name].cpu)
        shares = (found.same, found.missed, found.largest_same, found.largest_missed)
        rows.append(
            [name, *speed(times[name], min(timed, len(files))), faster.text()]
            + [f"{100 * share:.1f}" for share in shares]
        )
        points.append((name, faster, found))
    head = [
        "min_face, min_face_share",
        "images/s",
        "images/s of CPU",
        "times as fast (CPU)",
        "same box, %",
        "missed, %",
    ]
    return table([*head, "largest face: same, %", "missed, %"], rows), points


def search(detector: Mtcnn, files: list[Path]) -> None:
    for path in files:
        by_us(detector, path)


def speed(times: Times, n: int) -> list[str]:
    return [f"{n / Spread.of(seconds).median:.1f}" for seconds in (times.wall, times.cpu)]


def name_of(min_face: int, share: float) -> str:
    default = " (default)" if (min_face, share) == (DEFAULT.min_face, DEFAULT.min_face_share) else ""
    return f"{min_face}, {share:g}{default}"


def overlap(box: np.ndarray, others: np.ndarray) -> float:
    """The greatest intersection over union of a box with some others; 0 if there are none."""
    if not len(others):
        return 0.0
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    both = sides.clip(0).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return float((both / (areas - both)).max())


def agreement(expected: list[tuple[np.ndarray, np.ndarray]], found: list[np.ndarray]) -> Agreement:
    """The peer's boxes and probabilities of each picture against our boxes."""
    every, largest = [], []
    for (boxes, probabilities), ours in zip(expected, found, strict=True):
        sure = boxes[probabilities > SURE]
        overlaps = [overlap(box, ours) for box in sure]
        every += overlaps
        if len(sure):
            largest.append(overlaps[int((sure[:, 2:] - sure[:, :2]).prod(axis=1).argmax())])
    if not every:
        sys.exit(f"{PEER} finds no face in these pictures: there is nothing to compare with")
    values, of_largest = np.array(every), np.array(largest)
    shares = [float(share) for v in (values, of_largest) for share in ((v >= SAME).mean(), (v < 0.5).mean())]
    return Agreement(len(values), *shares)


_detector: list[Mtcnn] = []


def start_worker() -> None:
    _detector.append(make_detector(DEFAULT))  # type: ignore[arg-type]


def work(files: list[Path]) -> None:
    search(_detector[0], files)


def two_cores(files: list[Path], repeats: int) -> str:
    """One process with all pictures against two with half of them each."""
    spawn = get_context("spawn")
    with ProcessPoolExecutor(1, spawn, start_worker) as one, ProcessPoolExecutor(2, spawn, start_worker) as two:
        halves = [files[::2], files[1::2]]
        cases: dict[str, Callable[[], object]] = {
            "one process": lambda: list(one.map(work, [files])),
            "two processes": lambda: list(two.map(work, halves)),
        }
        times = measure(cases, repeats, warm_up=2)
    return ratio(times["one process"].wall, times["two processes"].wall).text()


def scaling(files: list[Path], numbers: list[int], folder: Path) -> str:
    """The whole stage, crops and tables written, for two numbers of pictures."""

    def stage(n: int) -> None:
        samples = pd.DataFrame(
            {"sample_id": [f"{i:06d}" for i in range(n)], "path": [files[i % len(files)] for i in range(n)]}
        )
        crop_shard(samples, 0, FacesSettings.read({"shards": 1}), folder / "0.arrow", folder / "0.parquet", {})

    stage(min(numbers) // 10)  # what is only slow the first time
    times = measure({str(n): partial(stage, n) for n in numbers}, repeats=3, warm_up=0)
    costs = [Spread.of([1000 * seconds / n for seconds in times[str(n)].cpu]) for n in numbers]
    each = [f"{cost.text()} ms of CPU a picture at {n:,}" for n, cost in zip(numbers, costs, strict=True)]
    return f"{' and '.join(each)}, {costs[1].median / costs[0].median:.2f} times as much"


def draw(points: dict[str, list[tuple[str, Spread, Agreement]]], path: Path) -> None:
    """Speed against agreement, a line a set."""
    from matplotlib.figure import Figure

    from ulcag.files import whole_or_absent
    from ulcag.reporting.style import COLOURS

    figure = Figure(figsize=(8, 3.6))
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, title, of in ((left, "every face", "same"), (right, "the largest face of a picture", "largest_same")):
        for (name, line), colour, marker in zip(points.items(), COLOURS, "osD^v", strict=False):
            x, y = [faster.median for _, faster, _ in line], [100 * getattr(found, of) for *_, found in line]
            axes.plot(x, y, color=colour, marker=marker, markersize=5, label=name)
            usual = [setting == (DEFAULT.min_face, DEFAULT.min_face_share) for setting in SETTINGS].index(True)
            axes.plot(x[usual], y[usual], marker="o", markersize=12, fillstyle="none", color=colour)
        axes.axvline(1, color="#888888", linewidth=0.8, linestyle=":")
        axes.set(title=title, xlabel=f"times as fast as {PEER} (CPU, one thread)", ylim=(-3, 103))
        axes.grid(True)
    # beside the points of the last set, which lie apart
    for (min_face, share), at in zip(SETTINGS, zip(*left.lines[-3].get_data(), strict=True), strict=True):
        text = f"{share:g}" if share else f"{min_face} px"
        left.annotate(text, at, xytext=(-3, -7), textcoords="offset points", ha="right", va="top", fontsize=8)
    left.set_ylabel("boxes that are the same, % of its sure ones")
    right.legend(loc="lower right")
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_or_absent(path) as beside:
        figure.savefig(beside, dpi=160)


def section(about: str, parts: list[str], two: str, flat: str) -> str:
    return "\n\n".join(
        [
            "## Faces",
            f"{about}",
            f"Each against `MTCNN(keep_all=True).detect` of {PEER} on pictures opened from disk by Pillow, one by one, "
            "with its defaults (no face under 20 pixels); decoding is in both. One process, one thread, rounds in "
            "turn. Speeds are medians; the ratio is of CPU time, median (least to most) of the rounds.\n"
            f"Of the faces that it finds with a probability above {SURE}: same is an intersection over union of {SAME} "
            "or more, missed is below 0.5. `min_face_share` leaves small faces out only where a larger one is found; "
            f"ours are those above `min_probability` {DEFAULT.min_probability:g}.",
            *parts,
            f"Two processes with half of the pictures each take one's time divided by {two}. This needs two idle "
            "cores, which a load above 1 at the start does not leave.",
            f"The whole stage, crops and table written, costs {flat}.",
            "Circles in the figure are the default; points to the right leave more small faces out. Beside the sheets' "
            "points is `min_face_share`, or `min_face` where there is no share.",
            "![Speed against agreement for six settings](images/speed-faces.png)",
        ]
    )


if __name__ == "__main__":
    main()
