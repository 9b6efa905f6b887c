"""A sheet of pictures as the paper's Fig. 5: confidence, given and corrected label."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ulcag.classes import CLASSES
from ulcag.reporting.style import INK, RIGHT, UNKNOWN, WRONG

COLUMNS = 6
ROWS = ("changed, now right", "changed, now wrong", "kept, though wrong", "kept, and right")


def choose_samples(state: pd.DataFrame, given: pd.Series, truth: pd.Series) -> dict[str, pd.DataFrame]:
    """Samples worth looking at, in four rows of at most six, spread over the range of confidence.

    Args:
        state: rows of the train_state table, both moments.
        given: labels before training, by sample id.
        truth: nullable true labels by sample id; where unknown a sample counts as wrong.

    Returns:
        Row title to table: sample_id, alpha_before, alpha_after, given, label, truth.
    """
    end = state[state["moment"] == "end"].set_index("sample_id")
    start = state[state["moment"] == "start"].set_index("sample_id")
    table = pd.DataFrame(
        {
            "alpha_before": start["alpha"].reindex(end.index),
            "alpha_after": end["alpha"],
            "given": given.reindex(end.index).astype(int),
            "label": end["label"].astype(int),
            "truth": truth.reindex(end.index),
        }
    ).reset_index()
    changed = table["given"] != table["label"]
    right = (table["truth"] == table["label"]).fillna(False).astype(bool)
    parts = (changed & right, changed & ~right, ~changed & ~right, ~changed & right)
    chosen = {}
    for title, which in zip(ROWS, parts, strict=True):
        rows = table[which].sort_values(["alpha_after", "sample_id"])
        places = np.unique(np.linspace(0, len(rows) - 1, min(COLUMNS, len(rows))).round().astype(int))
        chosen[f"{title} ({len(rows)})"] = rows.iloc[places]
    return chosen


def sheet_figure(chosen: dict[str, pd.DataFrame], picture: Callable[[str], np.ndarray], title: str) -> Figure:
    """Draw the chosen samples.

    Args:
        chosen: from `choose_samples`.
        picture: sample id to (H, W, 3) uint8.
        title: what it is of.
    """
    figure = Figure(figsize=(11.5, 2.55 * len(chosen)))
    grid = figure.subplots(len(chosen), COLUMNS, squeeze=False)
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
    return f"α {after:.2f}" if pd.isna(before) else f"α {before:.2f} → {after:.2f}"


def verdict(given: int, label: int, truth: object) -> tuple[str, str]:
    """What became of a label, and the colour that says whether it is right."""
    labels = CLASSES[given] if given == label else f"{CLASSES[given]} → {CLASSES[label]}"
    if pd.isna(truth):  # type: ignore[call-overload]
        return f"{labels}\ntruth unknown", UNKNOWN
    if truth == label:
        return f"✓ {labels}\n", RIGHT
    return f"✗ {labels}\ntrue: {CLASSES[int(truth)]}", WRONG  # type: ignore[call-overload]
