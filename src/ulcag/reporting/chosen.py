"""Samples worth looking at, and what became of their labels."""

import numpy as np
import pandas as pd

from ulcag.classes import CLASSES
from ulcag.reporting.style import RIGHT, UNKNOWN, WRONG

ROWS = ("changed, now right", "changed, now wrong", "kept, but wrong", "kept, and right")
# Samples in a row.
MOST = 6


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
        places = np.unique(np.linspace(0, len(rows) - 1, min(MOST, len(rows))).round().astype(int))
        chosen[f"{title} ({len(rows)})"] = rows.iloc[places]
    return chosen


def verdict(given: int, label: int, truth: object) -> tuple[str, str]:
    """What became of a label, and the colour that says whether it is right."""
    labels = CLASSES[given] if given == label else f"{CLASSES[given]} → {CLASSES[label]}"
    if pd.isna(truth):  # type: ignore[call-overload]
        return f"{labels}\ntruth unknown", UNKNOWN
    if truth == label:
        return f"✓ {labels}\n", RIGHT
    return f"✗ {labels}\ntrue: {CLASSES[int(truth)]}", WRONG  # type: ignore[call-overload]
