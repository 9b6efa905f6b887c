"""All arms in the order of their accuracy, each seed a dot: which differences are larger than the spread?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.read import by_data_and_arm, metrics_of_runs
from ulcag.reporting.side_by_side import REFERENCE
from ulcag.reporting.style import INK, RIGHT, UNKNOWN, save

FIGURE = Declaration(
    of="all",
    files=("all_metrics",),
    about="all arms by accuracy, with each seed",
    label="all arms, last epoch",
    caption=(
        "Accuracy and macro F1 after the last epoch. Small dots are seeds, diamonds their mean. Arms are ordered by "
        "mean accuracy; the dashed line is the mean of the baseline."
    ),
)

_MEASURES = {"accuracy": "held-out accuracy, %", "macro_f1": "macro F1, %"}


def draw(all_metrics: Sequence[Path], base: Path) -> None:
    """All arms in the order of their accuracy."""
    save(side_by_side_figure(metrics_of_runs(all_metrics)), base)


def side_by_side_figure(metrics: Sequence[dict[str, Any]]) -> Figure:
    """Accuracy and macro F1 of the last epoch: a row for each data set and noise, a line for each arm.

    Args:
        metrics: what the runs' metrics.json hold.
    """
    groups = by_data_and_arm(metrics)
    heights = [1.2 + 0.26 * len(arms) for arms in groups.values()] or [1.0]
    figure = Figure(figsize=(10.5, sum(heights)))
    grid = figure.subplots(len(heights), 2, squeeze=False, height_ratios=heights, sharey="row")
    for (where, arms), row in zip(groups.items(), grid, strict=False):
        last = {arm: [run["held_out"]["last"] for run in runs] for arm, runs in arms.items()}
        order = sorted(last, key=lambda arm: (np.mean([values["accuracy"] for values in last[arm]]), arm))
        for axes, (measure, title) in zip(row, _MEASURES.items(), strict=True):
            _dots(axes, {arm: [100 * values[measure] for values in last[arm]] for arm in order})
            axes.set_title(f"{title} ({where})")
        row[0].set_yticks(range(len(order)), order)
    names = dict(zip(*reversed(figure.axes[0].get_legend_handles_labels()), strict=True))
    if names:
        figure.legend(names.values(), names.keys(), loc="outside lower center", ncols=3, fontsize=9)
    return figure


def _dots(axes: Axes, values: dict[str, list[float]]) -> None:
    if REFERENCE in values:
        mean, name = float(np.mean(values[REFERENCE])), f"mean of {REFERENCE}"
        axes.axvline(mean, color=UNKNOWN, linestyle="--", linewidth=1, zorder=0, label=name)
    for place, seeds in enumerate(values.values()):
        axes.plot(
            seeds, [place] * len(seeds), "o", color=RIGHT, markersize=4, alpha=0.5, markeredgewidth=0, label="a seed"
        )
        axes.plot(float(np.mean(seeds)), place, "D", color=INK, markersize=6, label="mean of seeds")
    axes.grid(axis="x")
    axes.set_ylim(-0.7, len(values) - 0.3)
