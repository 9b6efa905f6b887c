"""Does an audit find wrong labels? Beside cleanlab, on the same out-of-fold probabilities.

    snakemake audit --cores 2 --configfile workflow/experiments/known-noise.yaml \
        workflow/experiments/audit-known-noise.yaml
    python benchmarks/audit_scores.py --dataset synthetic --noise uniform30

Reads the audits of all seeds and prints tables in Markdown, mean and standard deviation over seeds: how well wrong
labels are found, and what becomes of the labels if what each way decides is applied. What each part of the judgement is
worth: second_opinion.py. `--truth` judges by the column clean_label of another table (rows without one are left out),
so that the samples that something was chosen on need not be those it is reported on; `--only` names the half of them:
a or b.
"""

import argparse
from typing import Any

import numpy as np
import pandas as pd
from labelled_faces import add_choice, truth_and_chosen

from ulcag.audit.score import labels_by_cleanlab, quality_by_cleanlab, score
from ulcag.audit.table import AUDIT, OUT_OF_FOLD, TEMPLATE_DISTANCES, UNJUDGED
from ulcag.correction.judge import judge
from ulcag.correction.label_errors import RELABEL
from ulcag.samples.table import SAMPLES
from ulcag.tables import read_table

Ways = dict[str, tuple[np.ndarray, np.ndarray]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_choice(parser)
    parser.add_argument("--arm", default="linear")
    options = parser.parse_args()
    together = pd.concat([of_seed(options, seed) for seed in options.seeds])
    spread = together.groupby(level=0, sort=False).agg(["mean", "std"])
    columns = spread.columns.get_level_values(0).unique()
    print("| " + " | ".join([f"{options.dataset}, noise {options.noise}", *columns]) + " |")
    print("|" + "---|" * (len(columns) + 1))
    for name, row in spread.iterrows():
        digits = [3 if column in ("AP", "AUC") else 1 for column in columns]
        cells = [
            "–" if np.isnan(row[(c, "mean")]) else f"{row[(c, 'mean')]:.{d}f} ± {row[(c, 'std')]:.{d}f}"
            for c, d in zip(columns, digits, strict=True)
        ]
        print(f"| {name} | " + " | ".join(cells) + " |")


def of_seed(options: argparse.Namespace, seed: int) -> pd.DataFrame:
    folder = options.results / "audit" / options.dataset / options.noise / options.arm / f"seed{seed}"
    audit = read_table(folder / "audit.parquet", AUDIT)
    audit = audit[audit["decision"] != UNJUDGED]
    ids = audit["sample_id"]
    samples = read_table(options.results / "samples" / options.dataset / "samples.parquet", SAMPLES)
    true, known = truth_and_chosen(options, samples, ids)
    given = audit["given"].to_numpy(dtype=np.int64)
    rows = {
        name: row(score(doubt[known], new[known], given[known], true[known].astype(np.int64)))
        for name, (doubt, new) in ways(audit, given).items()
    }
    rows["labels as given"] |= {"AP": np.nan, "AUC": np.nan}
    return pd.DataFrame(rows).T


def ways(audit: pd.DataFrame, given: np.ndarray) -> Ways:
    """How much each way doubts a label, and the labels that it makes."""
    p = audit[OUT_OF_FOLD].to_numpy(dtype=np.float64)
    distances = audit[TEMPLATE_DISTANCES].to_numpy(dtype=np.float64)
    rows = np.arange(len(given))
    doubt = 1 - audit["quality"].to_numpy(dtype=np.float64)
    suggested = audit["suggested"].to_numpy(dtype=np.int64)
    by_cleanlab = 1 - quality_by_cleanlab(p, given)
    without_units = judge(p, np.full_like(distances, np.nan), given)
    return {
        "labels as given": (doubt, given),
        "classifier: 1 - p of the label; its class": (1 - p[rows, given], p.argmax(axis=1)),
        "cleanlab: normalized margin; its issues": (by_cleanlab, labels_by_cleanlab(p, given)),
        "**audit**": (doubt, np.where(audit["decision"] == RELABEL, suggested, given)),
        "every suggestion taken": (doubt, suggested),
        "without action units": (
            1 - without_units.posterior[rows, given],
            np.where(without_units.relabel, without_units.suggested, given),
        ),
    }


def row(of: dict[str, Any]) -> dict[str, float]:
    labels, changed = of["labels"], of["labels"]["samples_changed"]

    def percent(value: float | None) -> float:
        return np.nan if value is None else 100 * value

    return {
        "AP": of["average_precision"] or np.nan,
        "AUC": of["auc"] or np.nan,
        "agreement %": percent(labels["agreement"]),
        "mean of classes %": percent(labels["macro_agreement"]),
        "changed": changed,
        "changes of wrong labels %": percent(of["found_precision"]),
        "wrong found %": percent(of["found_recall"]),
        "new label right %": percent(of["suggestions_right"]),
    }


if __name__ == "__main__":
    main()
