"""A sheet of pictures as the paper's Fig. 5: confidence, given and corrected label."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ulcag.reporting.chosen import MOST, choose_samples, verdict
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.read import labels_of_run, pictures
from ulcag.reporting.style import INK, save

FIGURE = Declaration(
    of="run",
    files=("run", "samples", "noise", "faces"),
    about="pictures with confidence, given and corrected label, as in the paper's Fig. 5",
    label="sheet",
    caption=(
        "Training pictures with confidence before and after training, given and corrected label (the paper's Fig. 5). "
        "A tick means that the label after training is the true one."
    ),
    shows=("confidence", "labels"),
)


def draw(run: Path, samples: Path, noise: Path, faces: Path, base: Path) -> None:
    """Pictures with confidence, given and corrected label."""
    state, given, truth, title = labels_of_run(run, samples, noise)
    save(sheet_figure(choose_samples(state, given, truth), pictures(faces), title), base)


def sheet_figure(chosen: dict[str, pd.DataFrame], picture: Callable[[str], np.ndarray], title: str) -> Figure:
    """Draw the chosen samples.

    Args:
        chosen: from `choose_samples`.
        picture: sample id to (H, W, 3) uint8.
        title: what it is of.
    """
    figure = Figure(figsize=(11.5, 2.55 * len(chosen)))
    grid = figure.subplots(len(chosen), MOST, squeeze=False)
    for (name, rows), axes_row in zip(chosen.items(), grid, strict=True):
        for axes in axes_row:
            axes.set_axis_off()
        axes_row[0].text(-0.08, 0.5, name, rotation=90, ha="right", va="center", transform=axes_row[0].transAxes)
        for axes, row in zip(axes_row, rows.to_dict("records"), strict=False):
            axes.imshow(picture(row["sample_id"]))
            if alpha := _alpha(row["alpha_before"], row["alpha_after"]):
                axes.text(
                    0.03,
                    0.97,
                    alpha,
                    transform=axes.transAxes,
                    va="top",
                    fontsize=8,
                    color="white",
                    bbox={"facecolor": INK, "alpha": 0.75, "pad": 2, "linewidth": 0},
                )
            text, colour = verdict(row["given"], row["label"], row["truth"])
            axes.set_title(text, fontsize=8.5, color=colour, pad=3)
    figure.suptitle(title)
    return figure


def _alpha(before: float, after: float) -> str:
    """Blank for a method without confidences."""
    if pd.isna(after):
        return ""
    return f"confidence {after:.2f}" if pd.isna(before) else f"confidence {before:.2f} → {after:.2f}"
