"""How well the reader reads the embedded data set's test faces, whose action units are known, and how fast.

    python benchmarks/action_unit_reader.py

None of the people in them is one that its head was fitted to. Pictures are kept in results/.cache, where the demo has
them, too. Writes a section and a figure of docs/action-unit-reader.md.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# One thread, before anything starts threads.
os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}

import numpy as np
import pandas as pd
from harness import processor, table, write_section
from matplotlib.figure import Figure

from ulcag.action_units.reader.fit import correlations
from ulcag.action_units.reader.head import about_head
from ulcag.action_units.reader.shard import reader_shard
from ulcag.action_units.table import INTENSITY_UNITS, OK
from ulcag.classes import CLASSES
from ulcag.config import FacesSettings
from ulcag.faces.run import crop_shard
from ulcag.faces.shard import crops_of, pictures_of
from ulcag.reporting.style import COLOURS
from ulcag.samples.layouts.synthetic import Synthetic, SyntheticSamples, synthetic_folder

CACHE = Path("results/.cache")
PAGE = Path(__file__).parents[1] / "docs" / "action-unit-reader.md"
FIGURE = PAGE.parent / "images" / "action-unit-reader.png"
SHOWN = ("angry", "disgust", "fear", "happy", "sad", "surprise")
PRESENT = 1.0


def main() -> None:
    settings = SyntheticSamples()
    samples = Synthetic(settings).read(CACHE, workers=2).samples
    samples = samples[samples["split"] == "test"].sort_values("sample_id", ignore_index=True)
    truth = pd.read_parquet(synthetic_folder(settings, CACHE) / "truth.parquet").set_index("sample_id")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shard.parquet"
        faces = crop_shard(samples, 0, FacesSettings(shards=1), path.with_suffix(".arrow"), path, {})
        crops = crops_of(path)
        reader_shard(faces.head(32), crops, 0.5, 1)  # a first time, which does not count
        start = time.perf_counter()
        read = reader_shard(faces, crops, 0.5, 1)
        seconds = time.perf_counter() - start
        picture = pictures_of(faces, crops, 160)
        read = read[read["status"] == OK].set_index("sample_id")
        true = truth.loc[read.index]
        units = [unit for unit in INTENSITY_UNITS if read[f"{unit}_r"].notna().all()]
        figure(samples, read, true, units, picture)
    write_section("rendered", text(read, true, units, len(read) / seconds), PAGE)


def text(read: pd.DataFrame, true: pd.DataFrame, units: list[str], speed: float) -> str:
    """The section: a row a unit.

    Args:
        read: rows of the action units table by sample id.
        true: true intensities, the same rows.
        units: that are read.
        speed: faces a second.
    """
    r = correlations(read[[f"{unit}_r" for unit in units]].to_numpy(float), true[units].to_numpy(float))
    there = true[units].to_numpy() >= PRESENT
    said = read[[f"{unit}_c" for unit in units]].to_numpy(dtype=bool)
    f1 = 2 * (there & said).sum(axis=0) / np.maximum(1, there.sum(axis=0) + said.sum(axis=0))
    held_out = about_head()["held_out_r"]
    rows = [
        [unit, f"{100 * rate:.0f}", f"{of_unit:.2f}", f"{f:.2f}", f"{held_out[unit]:.2f}"]
        for unit, rate, of_unit, f in zip(units, there.mean(axis=0), r, f1, strict=True)
    ]
    rows.append(["mean", "", f"{r.mean():.2f}", f"{f1.mean():.2f}", f"{np.mean(list(held_out.values())):.2f}"])
    head = ["unit", "there, % of faces", "r", "F1 of presence", "r, spoilt faces of people left out of the fit"]
    return (
        f"{len(read)} test faces of the embedded data set; there: a true intensity of {PRESENT:g} or more. "
        f"{speed:.0f} faces a second on one core of {processor()}, crops decoded.\n\n{table(head, rows)}"
    )


def figure(
    samples: pd.DataFrame,
    read: pd.DataFrame,
    true: pd.DataFrame,
    units: list[str],
    picture: Callable[[str], np.ndarray | None],
) -> None:
    """The first face of each expression, and its units, true and read; tables by sample id."""
    drawn = Figure(figsize=(11, 6.4), layout="constrained")
    cells = drawn.subplots(2, len(SHOWN), width_ratios=(1, 1.15) * (len(SHOWN) // 2)).ravel()
    for number, name in enumerate(SHOWN):
        sample_id = samples.loc[samples["label"] == CLASSES.index(name), "sample_id"].iloc[0]
        left, right = cells[2 * number], cells[2 * number + 1]
        left.imshow(picture(sample_id))
        left.set_title(name, fontsize=9)
        left.axis("off")
        places = np.arange(len(units))
        right.barh(places - 0.2, true.loc[sample_id, units], 0.4, color=COLOURS[0], label="true")
        values = read.loc[sample_id, [f"{unit}_r" for unit in units]].to_numpy(dtype=float)
        right.barh(places + 0.2, values, 0.4, color=COLOURS[1], label="read")
        right.set_yticks(places, units, fontsize=6)
        right.invert_yaxis()
        right.set_xlim(0, 5)
        right.tick_params(axis="x", labelsize=6)
    drawn.legend(*cells[1].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=8)
    drawn.savefig(FIGURE, dpi=85)


if __name__ == "__main__":
    main()
