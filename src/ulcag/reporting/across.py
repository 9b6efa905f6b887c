"""Trained on one data set, tested on another: a table for each arm."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ulcag.reporting.tables import EMPTY, cell, markdown


def across_table(at_home: Sequence[dict[str, Any]], elsewhere: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Accuracy of the last epoch by arm, noise, data set trained on and data set tested on.

    Args:
        at_home: metrics of runs on their own test split.
        elsewhere: from `evaluate_elsewhere`.

    Returns:
        Columns arm, noise, trained_on, tested_on, mean, sd (missing for one seed), n_seeds; parts of 1. Arms and noise
        that were tried on no other data set have no row.
    """
    rows = [(m["run"], m["run"]["dataset"], m["held_out"]["last"]["accuracy"]) for m in at_home]
    rows += [(m["run"], m["on"], m["accuracy"]) for m in elsewhere]
    wanted = {(m["run"]["arm"], m["run"]["noise"]) for m in elsewhere}
    values = pd.DataFrame(
        [
            (run["arm"], run["noise"], run["dataset"], on, accuracy)
            for run, on, accuracy in rows
            if (run["arm"], run["noise"]) in wanted and run["fold"] == "all"
        ],
        columns=["arm", "noise", "trained_on", "tested_on", "accuracy"],
    )
    cells = values.groupby(["arm", "noise", "trained_on", "tested_on"], sort=False)["accuracy"]
    return cells.agg(mean="mean", sd="std", n_seeds="count").reset_index()


def across_markdown(table: pd.DataFrame) -> str:
    """A Markdown table for each arm and noise: a row a data set trained on, a column one tested on."""
    if table.empty:
        return "No network was evaluated on another data set.\n"
    texts = []
    tested = list(dict.fromkeys(table["tested_on"]))
    for (arm, noise), part in table.groupby(["arm", "noise"], sort=False):
        found = {(r["trained_on"], r["tested_on"]): r for r in part.to_dict("records")}
        rows = []
        for trained in dict.fromkeys(part["trained_on"]):
            at = [found.get((trained, on)) for on in tested]
            rows.append([trained, *[EMPTY if r is None else cell(r["mean"], r["sd"], r["n_seeds"]) for r in at]])
        title = f"{arm}, noise {noise}: accuracy, last epoch, %"
        texts.append(markdown(title, ["trained on", *[f"tested on {on}" for on in tested]], rows))
    return "\n".join(texts)
