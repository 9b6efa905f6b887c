"""What a check found in a data set: counts against the published ones, sizes of pictures, findings."""

from pathlib import Path
from textwrap import shorten

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ulcag.classes import CLASSES
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.style import COLOURS, INK, RIGHT, UNKNOWN, WRONG, save
from ulcag.samples.check import read_findings
from ulcag.samples.table import PICTURES, SAMPLES
from ulcag.tables import read_table, rows_of

FIGURE = Declaration(
    of="dataset",
    files=("samples", "pictures", "check"),
    about="results of the check of a data set: counts, picture sizes, findings",
    label="check",
    caption=(
        "Problems of the data set, found before any other stage. A finding is fatal if it affects more than 1 % of a "
        "split. The whole table is in ``check.csv``, the facts about each picture in ``pictures.parquet``, both in "
        "``results/samples``."
    ),
)

_SPLITS = {"train": COLOURS[0], "test": COLOURS[1]}
_SEVERITIES = {"fatal": (WRONG, "✗"), "warning": (COLOURS[1], "!"), "ok": (RIGHT, "✓")}
# Lines of findings that have room.
_LINES = 12


def draw(samples: Path, pictures: Path, check: Path, base: Path) -> None:
    """What a check found in a data set."""
    title = f"Check of {samples.parent.name}"
    found, of_pictures = read_findings(check), read_table(pictures, PICTURES)
    save(check_figure(found, read_table(samples, SAMPLES), of_pictures, title), base)


def check_figure(found: pd.DataFrame, samples: pd.DataFrame, pictures: pd.DataFrame, title: str) -> Figure:
    """Four panels: samples by class of each split, sizes of the pictures, and what was found.

    Args:
        found: the findings, fatal ones first.
        samples: rows of the samples table.
        pictures: rows of the pictures table.
        title: of the page.
    """
    figure = Figure(figsize=(11, 8.5))
    grid = figure.add_gridspec(2, 3, height_ratios=(1.2, 1))
    train, test, sizes = (figure.add_subplot(grid[0, column]) for column in range(3))
    for axes, split in ((train, "train"), (test, "test")):
        _classes(axes, found, samples["label"][samples["split"] == split].to_numpy(dtype=np.int64), split)
    test.set_yticklabels([])
    _sizes(sizes, samples["split"].to_numpy(), rows_of(pictures, samples["sample_id"], "pictures"))
    _findings(figure.add_subplot(grid[1, :]), found)
    figure.suptitle(title)
    return figure


def _classes(axes: Axes, found: pd.DataFrame, labels: np.ndarray, split: str) -> None:
    counts = np.bincount(labels, minlength=len(CLASSES))
    rows = found[(found["split"] == split) & found["of"].notna()].set_index("class")["of"]
    published = np.array([rows.get(name, np.nan) for name in CLASSES], dtype=float)
    axes.barh(CLASSES, counts, color=_SPLITS[split])
    if not np.isnan(published).all():
        axes.plot(published, np.arange(len(CLASSES)), "|", color=INK, markersize=16, markeredgewidth=2)
    for place, (count, of) in enumerate(zip(counts, published, strict=True)):
        text = f" {count}" if np.isnan(of) or count == of else f" {count}, published {of:.0f}"
        axes.text(max(count, np.nan_to_num(of)), place, text, va="center", fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.35 * max(1, counts.max(), np.nan_to_num(published).max()))
    known = "mark: published number" if not np.isnan(published).all() else "no published numbers"
    axes.set_title(f"{split}: {counts.sum()} samples\n({known})")


def _sizes(axes: Axes, split: np.ndarray, pictures: pd.DataFrame) -> None:
    side = pictures[["width", "height"]].min(axis=1).to_numpy(dtype=float, na_value=np.nan)
    values = {name: side[(split == name) & ~np.isnan(side)] for name in _SPLITS}
    everything = np.concatenate(list(values.values()))
    if len(everything):
        # Half a step around a single size, so that it has a bar.
        bins = np.geomspace(0.9 * everything.min(), 1.1 * everything.max(), 25)
        axes.hist(list(values.values()), bins=list(bins), color=list(_SPLITS.values()), label=list(_SPLITS))
        axes.set_xscale("log")
        ticks = sorted({int(everything.min()), int(np.median(everything)), int(everything.max())})
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
        axes.legend(fontsize=8)
    unreadable = int(np.isnan(side).sum())
    axes.set_xlabel("pixels; smallest, median and largest marked")
    axes.set_title(f"shorter side of the pictures\n({unreadable} cannot be read)")


def _findings(axes: Axes, found: pd.DataFrame) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(_LINES + 0.5, -1)
    number = {name: int((found["severity"] == name).sum()) for name in _SEVERITIES}
    axes.set_title(", ".join(f"{n} {name}" for name, n in number.items()), loc="left")
    shown = found[(found["severity"] != "ok") | ((found["class"] == "") & found["of"].notna())]
    for line, row in enumerate(shown.head(_LINES).to_dict("records")):
        colour, mark = _SEVERITIES[row["severity"]]
        of = "" if pd.isna(row["of"]) else f" of {row['of']}"
        where = " ".join(part for part in (row["split"], row["class"]) if part)
        axes.text(0, line, mark, color=colour, fontsize=11, weight="bold", va="center")
        axes.text(0.02, line, row["severity"], color=colour, fontsize=9, va="center")
        axes.text(0.09, line, f"{where}: {row['finding']}" if where else row["finding"], fontsize=9, va="center")
        axes.text(0.52, line, f"{row['count']}{of}", fontsize=9, va="center")
        axes.text(0.64, line, shorten(row["examples"], 72, placeholder=" …"), fontsize=7.5, va="center")
    if len(shown) > _LINES:
        axes.text(0.02, _LINES, f"and {len(shown) - _LINES} more: check.csv", color=UNKNOWN, fontsize=9, va="center")
