"""Does confidence tell wrong labels from right ones?"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ulcag.evaluation.metrics import area_under_curve
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.read import MOMENTS, labels_of_run
from ulcag.reporting.style import RIGHT, UNKNOWN, WRONG, save

FIGURE = Declaration(
    of="run",
    files=("run", "samples", "noise"),
    about="confidence of right and wrong labels",
    label="confidence",
    caption=(
        "Confidence of training samples with a right and with a wrong given label, before labels change and after "
        "training: α of Eq. 1, or the quality of the given label where the method judges labels. AUC: the probability "
        "that, of a wrong and a right label, the wrong one has the lower confidence; 0.5 is chance."
    ),
    shows=("confidence",),
)

_BINS = np.linspace(0, 1, 41)


def draw(run: Path, samples: Path, noise: Path, base: Path) -> None:
    """Confidence of right and of wrong labels."""
    state, given, truth, title = labels_of_run(run, samples, noise)
    save(confidence_figure(state, given, truth, title), base)


def confidence_figure(state: pd.DataFrame, given: pd.Series, truth: pd.Series, title: str) -> Figure:
    """Histograms of confidence, of samples whose given label is right and of those whose is wrong.

    Args:
        state: rows of the train_state table, both moments.
        given: labels before training, by sample id.
        truth: nullable true labels by sample id.
        title: what it is of.
    """
    figure = Figure(figsize=(10, 4.2))
    figure.suptitle(title)
    for axes, (moment, text) in zip(figure.subplots(1, 2, sharey=True), MOMENTS.items(), strict=True):
        axes.set_xlim(0, 1)
        axes.set_xlabel("confidence")
        axes.set_title(text)
        rows = state[state["moment"] == moment]
        true = truth.reindex(rows["sample_id"]).to_numpy(dtype=float, na_value=np.nan)
        alpha = rows["alpha"].to_numpy(dtype=float)
        judged = ~np.isnan(true) & ~np.isnan(alpha)
        if not judged.any():
            axes.text(0.5, 0.5, "no confidence, or truth unknown", ha="center", color=UNKNOWN, transform=axes.transAxes)
            continue
        wrong = given.reindex(rows["sample_id"]).to_numpy(dtype=float)[judged] != true[judged]
        alpha = alpha[judged]
        for which, name, colour, style in ((~wrong, "right", RIGHT, "-"), (wrong, "wrong", WRONG, "--")):
            if which.any():
                share = np.full(which.sum(), 100 / which.sum())
                axes.hist(alpha[which], _BINS, weights=share, color=colour, alpha=0.3)
                axes.hist(alpha[which], _BINS, weights=share, color=colour, histtype="step", linestyle=style, lw=1.5)
                axes.plot([], [], color=colour, linestyle=style, lw=1.5, label=f"given label {name} ({which.sum()})")
        if 0 < wrong.sum() < len(wrong):
            axes.set_title(f"{text}: AUC for finding wrong labels {area_under_curve(-alpha, wrong):.2f}")
        axes.legend(fontsize=9)
        axes.set_ylabel("% of the samples")
    return figure
