"""Where labels went: from the given class to the class after training, right or wrong."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve

from ulcag.classes import CLASSES
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.read import labels_of_run
from ulcag.reporting.style import INK, RIGHT, UNKNOWN, WRONG, save

FIGURE = Declaration(
    of="run",
    files=("run", "samples", "noise"),
    about="label changes from class to class, right or wrong",
    label="flow",
    caption=(
        "Samples whose label changed during training: from the given class to the final class, "
        "and whether that is the true class."
    ),
    shows=("labels",),
)

_GAP = 0.02


def draw(run: Path, samples: Path, noise: Path, base: Path) -> None:
    """Where the labels of a run went."""
    state, given, truth, title = labels_of_run(run, samples, noise)
    end = state[state["moment"] == "end"]
    final = end["label"].to_numpy(dtype=np.int64)
    true = truth.reindex(end["sample_id"]).to_numpy(dtype=float, na_value=np.nan)
    save(flow_figure(given.reindex(end["sample_id"]).to_numpy(dtype=np.int64), final, true, title), base)


def flow_figure(given: np.ndarray, final: np.ndarray, truth: np.ndarray, title: str) -> Figure:
    """Bands from the given class (left) to the final one (right) of all samples whose label changed.

    Args:
        given, final: (n,) classes before and after.
        truth: (n,) float, true classes; nan where unknown.
        title: what it is of.
    """
    changed = given != final
    figure = Figure(figsize=(7.4, 6.2))
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(-0.35, 1.35)
    axes.set_ylim(1.04, -0.1)
    axes.set_title(title)
    if not changed.any():
        axes.text(0.5, 0.5, "no label changed", ha="center", color=UNKNOWN)
        return figure
    # verdicts: 0 right, 1 wrong, 2 unknown
    verdict = np.where(np.isnan(truth), 2, np.where(final == truth, 0, 1))
    counts = np.zeros((7, 7, 3), dtype=int)
    np.add.at(counts, (given[changed], final[changed], verdict[changed]), 1)
    total = counts.sum()
    scale = (1 - 6 * _GAP) / total
    left = _stack(axes, counts.sum(axis=(1, 2)), scale, x=-0.02, align="right")
    right = _stack(axes, counts.sum(axis=(0, 2)), scale, x=1.0, align="left")
    for a in range(7):
        for b in range(7):
            for kind, colour in enumerate((RIGHT, WRONG, UNKNOWN)):
                height = counts[a, b, kind] * scale
                if height:
                    _band(axes, left[a], right[b], height, colour)
                    left[a] += height
                    right[b] += height
    axes.text(-0.02, -0.05, "given label", ha="right", weight="bold")
    axes.text(1.02, -0.05, "label after training", ha="left", weight="bold")
    for kind, (name, colour) in enumerate((("right", RIGHT), ("wrong", WRONG), ("truth unknown", UNKNOWN))):
        n = counts[:, :, kind].sum()
        if n:
            axes.add_patch(Rectangle((0, 0), 0, 0, color=colour, label=f"{name}: {n} ({100 * n / total:.0f} %)"))
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, -0.08), ncols=3)
    return figure


def _stack(axes: Axes, sizes: np.ndarray, scale: float, *, x: float, align: str) -> list[float]:
    """Draw the classes of one side; returns where each begins."""
    starts, y = [], 0.0
    for name, size in zip(CLASSES, sizes, strict=True):
        starts.append(y)
        height = size * scale
        axes.add_patch(Rectangle((x, y), 0.02, height, color=INK))
        at = x - 0.02 if align == "right" else x + 0.04
        if size:
            axes.text(at, y + height / 2, f"{name} {size}", ha=align, va="center", fontsize=9)
        y += height + _GAP
    return starts


def _band(axes: Axes, y0: float, y1: float, height: float, colour: str) -> None:
    points = [
        (0, y0), (0.5, y0), (0.5, y1), (1, y1),
        (1, y1 + height), (0.5, y1 + height), (0.5, y0 + height), (0, y0 + height), (0, y0),
    ]  # fmt: skip
    codes = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
    axes.add_patch(PathPatch(Curve(points, codes), facecolor=colour, alpha=0.55, linewidth=0))
