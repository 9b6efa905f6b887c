"""Why does an arm's relabelling help or harm? One row an arm, from its finished runs.

    python benchmarks/why_labels_change.py --results results --dataset synthetic --noise uniform30 --seeds 0 1 2

Prints a table in Markdown, mean over seeds. Columns: confidence α after training (mean); how well α finds wrong given
labels before the first change (AUC, 0.5 is chance); L_au over L_wce in the first and in the last epoch; distance
between two templates, and of a sample from the nearest one, before the first change (Eq. 9, 0 to 2); changes in the
first epoch of relabelling, and how many of them name the true class; the same for all epochs.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from ulcag.evaluation.metrics import area_under_curve
from ulcag.samples.table import NOISE, SAMPLES, true_labels
from ulcag.tables import read_table
from ulcag.training.tables import DISTANCES, HISTORY, RELABELS, TEMPLATES, TRAIN_STATE

ARMS = ("scn", "ulc-ag-literal", "ulc-ag")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--noise", default="none")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    samples = read_table(options.results / "samples" / options.dataset / "samples.parquet", SAMPLES)
    rows = {}
    for arm in ARMS:
        runs = options.results / "training" / options.dataset / options.noise / arm
        found = [look(options, runs / f"seed{seed}" / "all", samples, seed) for seed in options.seeds if runs.exists()]
        if found:
            rows[arm] = pd.DataFrame(found).mean()
    table = pd.DataFrame(rows).T
    print("| arm | " + " | ".join(table.columns) + " |")
    print("|" + "---|" * (len(table.columns) + 1))
    for arm, row in table.iterrows():
        print(f"| {arm} | " + " | ".join("–" if np.isnan(value) else f"{value:.3g}" for value in row) + " |")


def look(options: argparse.Namespace, run: Path, samples: pd.DataFrame, seed: int) -> dict[str, float]:
    state = read_table(run / "train_state.parquet", TRAIN_STATE)
    history = read_table(run / "history.parquet", HISTORY).sort_values("epoch")
    templates = read_table(run / "templates.parquet", TEMPLATES)
    changes = read_table(run / "relabels.parquet", RELABELS)
    noise = options.results / "samples" / options.dataset / "noise" / options.noise / f"seed{seed}.parquet"
    given = read_table(noise, NOISE).set_index("sample_id")["label"]
    truth = true_labels(samples)

    start = state[state["moment"] == "start"]
    true = truth.reindex(start["sample_id"]).to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(true)
    wrong = given.loc[start["sample_id"]].to_numpy()[known] != true[known]
    between = templates.loc[templates["moment"] == "start", DISTANCES].to_numpy(dtype=float)
    apart = between[~np.eye(len(between), 7, dtype=bool)]
    ratio = history["loss_action_units"].astype(float) / history["loss_classification"]
    first = changes[changes["epoch"] == changes["epoch"].min()]
    return {
        "α at the end": state.loc[state["moment"] == "end", "alpha"].astype(float).mean(),
        "AUC of α": area_under_curve(-start["alpha"].to_numpy(dtype=float)[known], wrong),
        "L_au / L_wce, first": ratio.iloc[0],
        "last": ratio.iloc[-1],
        "between templates": np.nanmean(apart) if len(apart) else np.nan,
        "to the nearest": start[DISTANCES].min(axis=1).mean(),
        "first changes": len(first),
        "right %": right(first, truth),
        "all changes": len(changes),
        "right, %": right(changes, truth),
    }


def right(changes: pd.DataFrame, truth: pd.Series) -> float:
    """Share of changes that name the true class, of those whose truth is known, in percent."""
    true = truth.reindex(changes["sample_id"]).to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(true)
    return 100 * float((changes["new_label"].to_numpy()[known] == true[known]).mean()) if known.any() else np.nan


if __name__ == "__main__":
    main()
