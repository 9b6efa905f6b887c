"""All arms of a data set and noise in one table: how good, how far from the baseline, and in which place."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ulcag.reporting.read import data_name
from ulcag.reporting.tables import EMPTY, markdown

# What the others are compared with, where it was run.
REFERENCE = "baseline"
_CELL = ["dataset", "noise", "fold"]
# What is shown as mean and spread, in points of percent but for seconds.
_MEASURED = ("accuracy", "macro_f1", "ece", "labels_before", "labels_after", "seconds_an_epoch")


def side_by_side(metrics: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """One row for each data set, noise, fold and arm, the best place first; all of the last epoch.

    Args:
        metrics: what the runs' metrics.json hold.

    Returns:
        Columns dataset, noise, fold, arm, n_seeds; mean and `_sd` of accuracy, macro_f1, ece, labels_before and
        labels_after (agreement with the truth, missing where it is unknown; after only where a label changed) and
        seconds_an_epoch; `minus_baseline` and its `_sd`, paired by seed (missing without a baseline); `rank`, the place
        by accuracy as a mean over the seeds that all arms of the cell have, with `rank_best` and `rank_worst`; equals
        share the mean of their places; `computed`, the precision and the device. Parts of 1, except seconds and places.
        No spread for one seed.
    """
    runs = pd.DataFrame([_values(one) for one in metrics])
    if runs.empty:
        return runs
    cells = {at: _of_cell(part) for at, part in runs.groupby(_CELL, sort=False)}
    return pd.concat(cells, names=[*_CELL, None]).reset_index(_CELL).reset_index(drop=True)


def _values(one: dict[str, Any]) -> dict[str, Any]:
    run, last, labels = one["run"], one["held_out"]["last"], one["labels"]
    agreement = {moment: None if labels is None else labels[moment]["agreement"] for moment in ("before", "after")}
    changed = labels is not None and labels["changes"]["right_share"] is not None
    return {name: run[name] for name in (*_CELL, "arm", "seed")} | {
        "accuracy": last["accuracy"],
        "macro_f1": last["macro_f1"],
        "ece": last["ece"],
        "labels_before": agreement["before"],
        "labels_after": agreement["after"] if changed else None,
        "seconds_an_epoch": one["seconds"] / len(one["held_out"]["by_epoch"]),
        "computed": f"{one['precision']} on {one['device']}",
    }


def _of_cell(runs: pd.DataFrame) -> pd.DataFrame:
    by_arm = runs.groupby("arm", sort=False)
    table = pd.DataFrame({"n_seeds": by_arm["seed"].count()})
    table["computed"] = by_arm["computed"].agg(lambda said: "; ".join(sorted(set(said))))
    for name in _MEASURED:
        values = by_arm[name].agg(["mean", "std"]).astype(float)
        table[name], table[f"{name}_sd"] = values["mean"], values["std"]
    by_seed = runs.pivot(index="seed", columns="arm", values="accuracy")
    if REFERENCE in by_seed:
        less = by_seed.drop(columns=REFERENCE).sub(by_seed[REFERENCE], axis=0)
        table["minus_baseline"], table["minus_baseline_sd"] = less.mean(), less.std()
    else:
        table["minus_baseline"] = table["minus_baseline_sd"] = float("nan")
    places = by_seed.dropna().rank(axis=1, ascending=False)
    table["rank"], table["rank_best"], table["rank_worst"] = places.mean(), places.min(), places.max()
    table = table.reset_index(names="arm")
    return table.sort_values(["rank", "accuracy", "arm"], ascending=[True, False, True])


def side_by_side_markdown(table: pd.DataFrame) -> str:
    """A Markdown table of all data sets and noises, and one for each; from `side_by_side`."""
    if table.empty:
        return "No run has finished.\n"
    header = ["arm", "seeds", "place", "accuracy %", f"minus {REFERENCE}", "macro F1 %"]
    header += ["calibration error %", "true labels %", "s an epoch"]
    texts = _everywhere(table)
    for (dataset, noise, fold), part in table.groupby(_CELL, sort=False):
        title = data_name(str(dataset), str(noise), str(fold))
        texts.append(markdown(title, header, [_line(row) for _, row in part.iterrows()]))
        texts.append(_computed(part))
    note = (
        "After the last epoch: mean ± standard deviation over seeds. *Place* is the place by accuracy: the mean over "
        "the seeds that all arms share, with the best and the worst place of a seed. *minus baseline* is the "
        "difference from the baseline, paired by seed. *True labels* is the share of right training labels: as given "
        "and, if the method changes labels, after training. *s an epoch* is the time for an epoch in seconds, "
        "including prediction of the held-out samples; it depends on the machine and its load.\n"
    )
    return "\n".join([*texts, note])


def _everywhere(table: pd.DataFrame) -> list[str]:
    """A Markdown table of all arms on all data, for the question which arm is good on each; none for one data set."""
    # Differences, because an accuracy says as much about the data as about the arm.
    less, spread = (table.pivot(index=_CELL, columns="arm", values=f"minus_baseline{end}").T for end in ("", "_sd"))
    cells = [
        cell for cell in dict.fromkeys(table[_CELL].itertuples(index=False, name=None)) if less[cell].notna().any()
    ]
    if len(cells) < 2:
        return []
    less = less[cells].drop(index=REFERENCE)
    mean = less.mean(axis=1, skipna=False)
    lines = []
    for arm in sorted(less.index, key=lambda arm: (pd.isna(mean[arm]), -mean[arm], arm)):
        shown = [_difference(less.loc[arm, cell], spread.loc[arm, cell]) for cell in cells]
        lines.append([str(arm), *shown, _difference(mean[arm], float("nan"))])
    names = [data_name(*map(str, cell)) for cell in cells]
    return [markdown(f"Accuracy minus {REFERENCE}, everywhere", ["arm", *names, "mean"], lines)]


def _computed(part: pd.DataFrame) -> str:
    """What the arms of a table were computed with, and which of them otherwise than others: sums are rounded otherwise
    there, and a difference may come from that."""
    found = {str(how): ", ".join(sorted(arms)) for how, arms in part.groupby("computed")["arm"]}
    if len(found) == 1:
        return f"Computed in {next(iter(found))}.\n"
    lines = [f"- {how}: {arms}" for how, arms in found.items()]
    return "\n".join(["**Not all computed alike**; part of a difference may come from that:", "", *lines]) + "\n"


def _line(row: pd.Series) -> list[str]:
    def percent(name: str) -> str:
        mean, sd = 100 * row[name], 100 * row[f"{name}_sd"]
        return EMPTY if pd.isna(mean) else f"{mean:.1f}" if pd.isna(sd) else f"{mean:.1f} ± {sd:.1f}"

    difference = _difference(row["minus_baseline"], row["minus_baseline_sd"])
    place = EMPTY
    if pd.notna(row["rank"]):
        place = f"{row['rank']:.1f} ({row['rank_best']:g} to {row['rank_worst']:g})"
    labels = percent("labels_before")
    if pd.notna(row["labels_after"]):
        labels += f" → {percent('labels_after')}"
    seconds = f"{row['seconds_an_epoch']:.1f}"
    shown = [row["arm"], str(row["n_seeds"]), place, percent("accuracy"), difference, percent("macro_f1")]
    return [*shown, percent("ece"), labels, seconds]


def _difference(mean: float, sd: float) -> str:
    """Parts of 1 as points of percent."""
    return EMPTY if pd.isna(mean) else f"{100 * mean:+.1f}" if pd.isna(sd) else f"{100 * mean:+.1f} ± {100 * sd:.1f}"
