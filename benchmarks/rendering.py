"""How fast are faces rendered, and what do more rays at the edges only save beside more rays everywhere?

    python benchmarks/rendering.py

Writes a section of docs/performance.md. The first pictures of the embedded set, at its size.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}

import cv2
import numpy as np
import torch
from harness import Spread, Times, machine, measure, ratio, table, write_section

from ulcag.samples.synthetic import raycast, render_dataset
from ulcag.samples.synthetic.render import Sitter, render
from ulcag.samples.synthetic.sample import draw_sample, generator, person_of

SIZE = 256  # pixels
ALL_ARE_EDGES = 2.0  # no cosine between neighbouring normals reaches it
Picture = tuple[Sitter, Callable[[], np.ndarray]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=24, help="of other people each")
    parser.add_argument("--set", type=int, default=1500, help="pictures of the set that is rendered whole")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    about = machine(threads=1)
    scenes = [scene(number) for number in range(options.pictures)]
    takes = {
        "at edges": partial(take, scenes, raycast.EDGE_TURN),
        "everywhere": partial(take, scenes, ALL_ARE_EDGES),
        "a person's skin and shape": lambda: [Sitter(sitter.person) for sitter, _ in scenes],
    }
    times = measure(takes, options.repeats)
    pairs = zip(take(scenes, raycast.EDGE_TURN), take(scenes, ALL_ARE_EDGES), strict=True)
    apart = np.mean([np.abs(one.astype(int) - other) for one, other in pairs])
    whole = measure({"set": partial(whole_set, options.set, options.workers)}, repeats=1, warm_up=0)["set"]
    write_section("rendering", section(about, times, float(apart), whole, options))


def scene(number: int) -> Picture:
    """A person of the embedded set, and how the picture of this number is taken."""
    sample = draw_sample(0, "train", number)
    sitter = Sitter(person_of(0, sample.identity))
    return sitter, lambda: render(
        sitter, sample.expression.intensities, sample.scene, generator(0, "sensor", sample.sample_id), SIZE
    )


def take(scenes: list[Picture], edge_turn: float) -> list[np.ndarray]:
    before, raycast.EDGE_TURN = raycast.EDGE_TURN, edge_turn
    try:
        return [picture() for _, picture in scenes]
    finally:
        raycast.EDGE_TURN = before


def whole_set(pictures: int, workers: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        render_dataset(Path(folder), train=pictures, test=0, size=SIZE, workers=workers, progress=False)


def section(about: str, times: dict[str, Times], apart: float, whole: Times, options: argparse.Namespace) -> str:
    n = options.pictures
    edges, everywhere, people = (times[name].cpu for name in times)
    rows = [
        [f"{raycast.EDGE_RAYS**2} rays a pixel {where}", *cells, f"{n / Spread.of(seconds).median:.1f}"]
        for where, seconds, cells in (
            ("everywhere", everywhere, ["1"]),
            ("at edges, one elsewhere (as it is)", edges, [ratio(everywhere, edges).text()]),
        )
    ]
    skin = 1000 * Spread.of(people).median / n
    by_clock, of_cpu = options.set / whole.wall[0], options.set / whole.cpu[0]
    return f"""## Rendering

{about}

{n} pictures of the embedded set, {SIZE} x {SIZE} pixels, in one process; rounds in turn, median (least to most) of
{options.repeats}, CPU time. Pixels of the two differ by {apart:.2f} of 255 in the mean.

{table(["rays", "times as fast (CPU)", "pictures/s of CPU"], rows)}

Beside that, a person's shape and skin take {skin:.0f} ms of CPU, once for all their pictures.
A set of {options.set} pictures with {options.workers} workers, start and people included: {whole.wall[0]:.1f} s,
{by_clock:.1f} pictures/s ({of_cpu:.1f} a second of CPU)."""


if __name__ == "__main__":
    main()
