"""All arms beside each other: the demo's result picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.read import by_data_and_arm, metrics_of_runs
from ulcag.reporting.style import COLOURS, MARKERS, UNKNOWN, save

FIGURE = Declaration(
    of="all",
    files=("all_metrics",),
    about="accuracy and label agreement of all arms by epoch",
    label="all arms by epoch",
    caption=(
        "All arms of the configuration. All start from the same weights and see the same batches and the same "
        "noise. Mean over seeds, with one standard deviation if there are several seeds."
    ),
)


def draw(all_metrics: Sequence[Path], base: Path) -> None:
    """All arms beside each other."""
    save(comparison_figure(metrics_of_runs(all_metrics, "held_out.by_epoch", "labels.by_epoch")), base)


def comparison_figure(metrics: list[dict[str, Any]]) -> Figure:
    """Held-out accuracy and label agreement by epoch: a row for each data set and noise, a line for each arm.

    A line is the mean over seeds, with a band of one standard deviation where there are several.

    Args:
        metrics: what the runs' metrics.json hold.
    """
    groups = by_data_and_arm(metrics)
    figure = Figure(figsize=(11.5, 3.9 * max(1, len(groups))))
    grid = figure.subplots(max(1, len(groups)), 2, squeeze=False)
    for (where, arms), (left, right) in zip(groups.items(), grid, strict=False):
        for place, (arm, runs) in enumerate(arms.items()):
            accuracy = [[row["accuracy"] for row in run["held_out"]["by_epoch"]] for run in runs]
            _line(left, accuracy, arm, place)
            judged = [run["labels"]["by_epoch"] for run in runs if run["labels"] is not None]
            _line(right, [[row["agreement"] for row in by_epoch] for by_epoch in judged], arm, place)
        left.set_title(f"held-out accuracy, % ({where})")
        right.set_title("training labels that agree with the truth, %")
        for axes in (left, right):
            axes.set_xlabel("epoch")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(axis="y")
        # beside the lines, which may be anywhere
        right.legend(fontsize=9, loc="center left", bbox_to_anchor=(1.02, 0.5), borderaxespad=0)
    return figure


def _line(axes: Axes, runs: list[list[float]], arm: str, place: int) -> None:
    if not runs:
        axes.plot([], [], color=UNKNOWN, label=f"{arm}: truth unknown")
        return
    values = 100 * np.array([run[: min(map(len, runs))] for run in runs])
    mean, epochs = values.mean(axis=0), np.arange(values.shape[1])
    colour = COLOURS[place % len(COLOURS)]
    label = arm if len(runs) == 1 else f"{arm} ({len(runs)} seeds)"
    axes.plot(epochs, mean, color=colour, marker=MARKERS[place % len(MARKERS)], markersize=4, label=label)
    if len(runs) > 1:
        spread = values.std(axis=0, ddof=1)
        axes.fill_between(epochs, mean - spread, mean + spread, color=colour, alpha=0.15, linewidth=0)
