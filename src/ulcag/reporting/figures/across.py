"""Trained on one data set, tested on another: a matrix for each arm."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ulcag.evaluation.record import read_elsewhere
from ulcag.reporting.across import across_table
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.read import metrics_of_runs
from ulcag.reporting.style import MAP, readable_on, save

FIGURE = Declaration(
    of="all",
    files=("all_metrics", "elsewhere"),
    about="accuracy when trained on one data set and tested on another",
    label="across data sets",
    caption=(
        "All arms of the configuration. All start from the same weights and see the same batches and the same "
        "noise. Mean over seeds, with one standard deviation if there are several seeds."
    ),
)


def draw(all_metrics: Sequence[Path], elsewhere: Sequence[Path], base: Path) -> None:
    """Trained on one data set, tested on another."""
    away = [read_elsewhere(path) for path in elsewhere]
    save(across_figure(across_table(metrics_of_runs(all_metrics), away)), base)


def across_figure(table: pd.DataFrame) -> Figure:
    """One heat map for each arm and noise."""
    parts = list(table.groupby(["arm", "noise"], sort=False))
    tested, trained = (list(dict.fromkeys(table[name])) for name in ("tested_on", "trained_on"))
    figure = Figure(figsize=(2.2 + (1.2 + 0.9 * len(tested)) * len(parts), 2.2 + 0.7 * len(trained)))
    for axes, ((arm, noise), part) in zip(figure.subplots(1, len(parts), squeeze=False)[0], parts, strict=True):
        values = np.full((len(trained), len(tested)), np.nan)
        for r in part.to_dict("records"):
            values[trained.index(r["trained_on"]), tested.index(r["tested_on"])] = r["mean"]
        image = axes.imshow(values, cmap=MAP, vmin=0, vmax=1)
        for (row, column), value in np.ndenumerate(values):
            if not np.isnan(value):
                axes.text(column, row, f"{100 * value:.1f}", ha="center", va="center", color=readable_on(value))
        axes.set_xticks(range(len(tested)), tested, rotation=30, ha="right")
        axes.set_yticks(range(len(trained)), trained)
        axes.set_xlabel("tested on")
        axes.set_ylabel("trained on")
        axes.set_title(arm if noise == "none" else f"{arm}, {noise}")
    figure.colorbar(image, ax=figure.axes, label="accuracy, last epoch")
    return figure
