"""Confusion matrix, as the paper's Fig. 7."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ulcag.classes import CLASSES
from ulcag.reporting.style import MAP, readable_on


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
