"""Tables over runs: mean and standard deviation over seeds; cells that have not been run are visibly empty."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

EMPTY = "—"
READINGS = ("last", "last_five", "oracle")
SCALARS = ("accuracy", "mean_class_accuracy", "macro_f1", "ece")
LABEL_SCALARS = ("agreement", "macro_agreement", "fixed_share", "broken_share")
_LABEL_COUNTS = ("wrong_at_first", "fixed", "right_at_first", "broken")
_CELL = ["dataset", "noise", "arm", "fold"]


def values_of_runs(metrics: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """One row for each run, reading and metric: dataset, noise, arm, fold, seed, reading, metric, value (0..1).

    Readings are `last` (epoch), `last_five` (mean), `oracle` (best epoch, chosen on the held-out samples), and
    `labels_before` and `labels_after` for the training labels.
    """
    rows = []
    for one in metrics:
        found = [(reading, name, one["held_out"][reading][name]) for reading in READINGS for name in SCALARS]
        if one["labels"] is not None:
            for moment in ("before", "after"):
                found += [(f"labels_{moment}", name, one["labels"][moment][name]) for name in LABEL_SCALARS]
            found.append(("labels_after", "changes_right_share", one["labels"]["changes"]["right_share"]))
        run = {name: one["run"][name] for name in (*_CELL, "seed")}
        rows += [run | {"reading": reading, "metric": name, "value": value} for reading, name, value in found]
    columns = [*_CELL, "seed", "reading", "metric", "value"]
    return pd.DataFrame(rows, columns=columns).astype({"value": float})


def summary(values: pd.DataFrame) -> pd.DataFrame:
    """Mean, standard deviation (n - 1; none for one seed) and number of seeds of each cell, in long form."""
    groups = values.dropna(subset="value").groupby([*_CELL, "reading", "metric"], sort=False)["value"]
    return groups.agg(mean="mean", sd="std", n_seeds="count").reset_index()


def wide(
    runs: Sequence[dict[str, Any]], summarised: pd.DataFrame, reading: str, metric: str
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a table with an arm a row and a data set with noise a column, in percent.

    Args:
        runs: all runs that the configuration names, done or not.
        summarised: from `summary`.
        reading, metric: what a cell shows.
    """
    arms = list(dict.fromkeys(run["arm"] for run in runs))
    columns = list(dict.fromkeys((run["dataset"], run["noise"], run["fold"]) for run in runs))
    chosen = summarised[(summarised["reading"] == reading) & (summarised["metric"] == metric)]
    cells = {
        (r["dataset"], r["noise"], r["fold"], r["arm"]): cell(r["mean"], r["sd"], r["n_seeds"])
        for r in chosen.to_dict("records")
    }
    names = [f"{d}, {n}" + ("" if f == "all" else f", fold {f}") for d, n, f in columns]
    return ["arm", *names], [[arm, *[cells.get((*column, arm), EMPTY) for column in columns]] for arm in arms]


def label_changes_by_class(metrics: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """What became of the labels of each class: wrong ones and how many were fixed, right ones and how many broken.

    One row for each run and class, twice: by true class and by given class (column `by`). Runs without known truth
    have none.
    """
    rows = []
    for one in metrics:
        if one["labels"] is None:
            continue
        run = {name: one["run"][name] for name in (*_CELL, "seed")}
        for by in ("true", "given"):
            for name, counts in one["labels"][f"by_{by}_class"].items():
                rows.append(run | {"by": by, "class": name} | {key: counts[key] for key in _LABEL_COUNTS})
    return pd.DataFrame(rows, columns=[*_CELL, "seed", "by", "class", *_LABEL_COUNTS])


def paired_differences(values: pd.DataFrame, reading: str, metric: str) -> pd.DataFrame:
    """Differences between arms over the seeds that both have, in points of percent.

    Seeds share initial weights, batches and noise between arms, so the difference within a seed says more than
    the difference of the means.
    """
    chosen = values[(values["reading"] == reading) & (values["metric"] == metric)]
    rows = []
    for (dataset, noise, fold), cell in chosen.groupby(["dataset", "noise", "fold"], sort=False):
        by_seed = cell.pivot(index="seed", columns="arm", values="value")
        arms = list(dict.fromkeys(cell["arm"]))
        for i, first in enumerate(arms):
            for second in arms[i + 1 :]:
                d = 100 * (by_seed[second] - by_seed[first]).dropna()
                row = {"dataset": dataset, "noise": noise, "fold": fold, "arm": second, "less": first}
                sd = d.std() if len(d) > 1 else np.nan
                rows.append(row | {"mean": d.mean(), "sd": sd, "n_seeds": len(d)})
    columns = ["dataset", "noise", "fold", "arm", "less", "mean", "sd", "n_seeds"]
    return pd.DataFrame(rows, columns=columns)


def markdown(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table under a bold title."""
    lines = [f"**{title}**", "", "| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def cell(mean: float, sd: float, n: int) -> str:
    """Parts of 1 as percent, with spread and number of seeds where there are several."""
    return f"{100 * mean:.2f}" if n == 1 else f"{100 * mean:.2f} ± {100 * sd:.2f} ({n})"
