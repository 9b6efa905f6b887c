"""Accuracy and labels against the amount of noise: the paper's Table III as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.read import metrics_of_runs
from ulcag.reporting.style import COLOURS, MARKERS, UNKNOWN, save

FIGURE = Declaration(
    of="all",
    files=("all_metrics",),
    about="accuracy and label agreement against the amount of noise",
    label="accuracy and labels against noise",
    caption=(
        "Accuracy after the last epoch, and the share of training labels that are right after training, against the "
        "share of labels that noise replaced: mean over seeds, with one standard deviation."
    ),
    if_several_noises=True,
)

Runs = list[dict[str, Any]]


def draw(all_metrics: Sequence[Path], base: Path) -> None:
    """Accuracy and labels against the amount of noise."""
    save(noise_levels_figure(metrics_of_runs(all_metrics, "replaced")), base)


def noise_levels_figure(metrics: Runs) -> Figure:
    """Held-out accuracy and label agreement against the share of replaced labels: a row a data set, a line an arm.

    A point is the mean over seeds, its bar one standard deviation. Arms that were run with one amount of noise only
    are left out.

    Args:
        metrics: what the runs' metrics.json hold.
    """
    groups: dict[tuple[str, str], dict[str, dict[str, Runs]]] = {}
    for one in metrics:
        run = one["run"]
        arms = groups.setdefault((run["dataset"], run["fold"]), {})
        arms.setdefault(run["arm"], {}).setdefault(run["noise"], []).append(one)
    figure = Figure(figsize=(10.5, 0.4 + 3.9 * max(1, len(groups))))
    for ((dataset, fold), arms), (left, right) in zip(
        groups.items(), figure.subplots(max(1, len(groups)), 2, squeeze=False), strict=False
    ):
        left.set_title(f"held-out accuracy, % ({dataset}" + (")" if fold == "all" else f", fold {fold})"))
        right.set_title("training labels that agree with the truth, %")
        lines = {arm: by_noise for arm, by_noise in arms.items() if len(by_noise) > 1}
        for place, (arm, by_noise) in enumerate(lines.items()):
            levels = sorted(by_noise.values(), key=_replaced)
            x = [_replaced(runs) for runs in levels]
            _line(left, x, [[run["held_out"]["last"]["accuracy"] for run in runs] for runs in levels], arm, place)
            judged = [[run["labels"]["after"]["agreement"] for run in runs if run["labels"]] for runs in levels]
            _line(right, x, judged, arm, place)
            if not place and all(judged):
                before = [np.mean([run["labels"]["before"]["agreement"] for run in runs]) for runs in levels]
                right.plot(x, 100 * np.array(before), color=UNKNOWN, linestyle=":", label="labels as given")
        for axes in (left, right):
            axes.set_xlabel("labels replaced, %")
            axes.grid(axis="y")
    handles = {name: line for axes in figure.axes for line, name in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=6, fontsize=9)
    return figure


def _replaced(runs: Runs) -> float:
    return 100 * float(np.mean([run["replaced"] for run in runs]))


def _line(axes: Axes, x: list[float], levels: list[list[float]], arm: str, place: int) -> None:
    if not all(levels):
        return
    mean = [100 * float(np.mean(values)) for values in levels]
    spread = [100 * float(np.std(values, ddof=1)) if len(values) > 1 else 0.0 for values in levels]
    # A little aside, so that bars of different arms can be told apart.
    aside = np.array(x) + 0.25 * (place - 2)
    marker, colour = MARKERS[place % len(MARKERS)], COLOURS[place % len(COLOURS)]
    axes.errorbar(aside, mean, spread, color=colour, marker=marker, markersize=5, capsize=3, label=arm)
