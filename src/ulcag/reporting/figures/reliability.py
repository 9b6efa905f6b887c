"""Is the quality that an audit gives a label the probability that it is right?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ulcag.files import read_json
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.style import COLOURS, INK, UNKNOWN, save

FIGURE = Declaration(
    of="all",
    files=("all_audits",),
    about="share of right labels against their quality in the audits",
    label="reliability",
    caption=(
        "Is a label's quality the probability that it is right? Labels with known truth of all audits, in ten bins "
        "by quality: share of right labels in each bin, mean over seeds, with one standard deviation. On the dashed "
        "line, quality and share are equal. Calibration error: mean distance from this line, weighted by the number "
        "of labels. Bottom: number of labels of an audit in each bin."
    ),
)

Audits = list[dict[str, Any]]


def draw(all_audits: Sequence[Path], base: Path) -> None:
    """Whether the quality of a label is the probability that it is right."""
    needed = [f"run.{name}" for name in ("dataset", "noise", "arm")]
    needed += [f"against_truth.audit.{name}" for name in ("calibration_error", "reliability")]
    save(reliability_figure([read_json(path, *needed) for path in all_audits]), base)


def reliability_figure(audits: Audits) -> Figure:
    """Share of labels that are right against quality, and how many there are: a line for each data set and noise.

    A point is a tenth of the range of quality: its mean and the share of right labels over seeds, with a bar of one
    standard deviation of the latter. On the diagonal quality is a probability.

    Args:
        audits: what the audits' audit.json hold; those that know no truth have no line.
    """
    several = len({one["run"]["arm"] for one in audits}) > 1
    groups: dict[str, Audits] = {}
    for one in audits:
        run = one["run"]
        name = f"{run['dataset']}, noise {run['noise']}" + (f", {run['arm']}" if several else "")
        if one["against_truth"] is not None:
            groups.setdefault(name, []).append(one["against_truth"]["audit"])
    figure = Figure(figsize=(6.2, 7.8))
    curve, counts = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    curve.set_xlim(-0.02, 1.02)
    curve.set_ylim(-0.02, 1.02)
    curve.set_ylabel("share of right labels")
    curve.grid()
    curve.plot([0, 1], [0, 1], color=INK, linestyle="--", linewidth=1, label="quality is a probability")
    for place, (name, of_group) in enumerate(groups.items()):
        _curve(curve, name, of_group, place)
        _counts(counts, of_group, place, len(groups))
    if groups:
        counts.set_yscale("log")
        counts.set_ylim(bottom=0.8)
    else:
        curve.text(0.5, 0.5, "the truth is unknown for all audits", ha="center", color=UNKNOWN)
    counts.set_xlabel("quality: probability that the given label is right")
    counts.set_ylabel("labels")
    # beside the lines, which may be anywhere
    figure.legend(*curve.get_legend_handles_labels(), loc="outside lower center", fontsize=9)
    return figure


def _curve(axes: Axes, name: str, audits: Audits, place: int) -> None:
    stated, right = (_of_parts(audits, what) for what in ("stated", "right"))
    there = ~np.isnan(stated).all(axis=0)
    x, y = (np.nanmean(values[:, there], axis=0) for values in (stated, right))
    # A part that one seed alone has labels in has no spread.
    seen = [part[~np.isnan(part)] for part in right[:, there].T]
    spread = [float(part.std(ddof=1)) if len(part) > 1 else np.nan for part in seen]
    error = np.mean([one["calibration_error"] for one in audits])
    seeds = f", {len(audits)} seeds" if len(audits) > 1 else ""
    colour, marker = COLOURS[place % len(COLOURS)], "osv^DPX*"[place % 8]
    label = f"{name} (calibration error {100 * error:.1f} %{seeds})"
    axes.errorbar(x, y, spread, color=colour, marker=marker, markersize=5, capsize=3, label=label)


def _counts(axes: Axes, audits: Audits, place: int, groups: int) -> None:
    """Bars of all groups beside each other in each part: labels of an audit, mean over seeds."""
    mean = _of_parts(audits, "count").mean(axis=0)
    width = 0.8 / len(mean) / groups
    left = (np.arange(len(mean)) + 0.1) / len(mean) + place * width
    axes.bar(left, mean, width, align="edge", color=COLOURS[place % len(COLOURS)])


def _of_parts(audits: Audits, what: str) -> np.ndarray:
    """(audits, parts), not-a-number where there is nothing."""
    return np.array([[part[what] for part in one["reliability"]] for one in audits], dtype=float)
