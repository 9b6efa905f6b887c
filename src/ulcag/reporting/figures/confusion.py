"""Confusion matrix, as the paper's Fig. 7."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ulcag.classes import CLASSES
from ulcag.evaluation.record import read_metrics
from ulcag.files import whole_or_absent
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.read import name_of
from ulcag.reporting.style import MAP, readable_on, save

FIGURE = Declaration(
    of="run",
    files=("metrics",),
    about="confusion matrix, as in the paper's Fig. 7",
    label="confusion matrix",
    caption=(
        "Confusion matrix after the **last** epoch on the held-out samples, as in the paper's Fig. 7: percent of "
        "each true class, with its number of samples. The counts are in `confusion.csv` next to it."
    ),
)


def draw(metrics: Path, base: Path) -> None:
    """Also writes the counts as CSV."""
    record = read_metrics(metrics, "held_out.last.confusion")
    last = record["held_out"]["last"]
    counts = np.array(last["confusion"])
    title = (
        f"{name_of(record['run'])}\naccuracy {100 * last['accuracy']:.2f} %, "
        f"mean of classes {100 * last['mean_class_accuracy']:.2f} %"
    )
    save(confusion_figure(counts, title), base)
    with whole_or_absent(base.with_suffix(".csv")) as beside:
        confusion_table(counts).to_csv(beside)


def confusion_figure(counts: np.ndarray, title: str) -> Figure:
    """Percent of each row, with the number of samples of the row.

    Args:
        counts: (C, C), rows true, columns predicted.
        title: what it is of.
    """
    of_row = counts.sum(axis=1, keepdims=True)
    percent = 100 * counts / np.maximum(of_row, 1)
    figure = Figure(figsize=(6.4, 5.6))
    axes = figure.subplots()
    image = axes.imshow(percent, cmap=MAP, vmin=0, vmax=100)
    for (row, column), value in np.ndenumerate(percent):
        text = f"{value:.2f}" if of_row[row, 0] else "–"
        axes.text(column, row, text, ha="center", va="center", fontsize=9, color=readable_on(value / 100))
    names = [f"{name} ({n})" for name, n in zip(CLASSES, of_row[:, 0], strict=True)]
    axes.set_xticks(range(len(CLASSES)), CLASSES, rotation=35, ha="right")
    axes.set_yticks(range(len(CLASSES)), names)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true (samples)")
    axes.set_title(title)
    axes.spines[:].set_visible(False)
    figure.colorbar(image, ax=axes, label="% of the true class", shrink=0.8)
    return figure


def confusion_table(counts: np.ndarray) -> pd.DataFrame:
    """The counts, with class names."""
    return pd.DataFrame(counts, index=pd.Index(CLASSES, name="true"), columns=list(CLASSES))
