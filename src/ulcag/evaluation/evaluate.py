"""Every metric of a run, computed from the raw values that training wrote."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ulcag.errors import InputError
from ulcag.evaluation.labels import label_quality, replay
from ulcag.evaluation.metrics import all_metrics, softmax
from ulcag.evaluation.tables import PREDICTIONS, PROBABILITIES
from ulcag.files import hashes, read_json, write_json
from ulcag.samples.table import true_labels
from ulcag.tables import read_table, rows_of, write_table
from ulcag.training.tables import HELD_OUT_LOGITS, LOGITS, RELABELS, RUN_KEYS, TRAIN_STATE

SCALARS = ("accuracy", "mean_class_accuracy", "macro_f1", "ece")


def evaluate_run(run_folder: Path, samples: pd.DataFrame, noise: pd.DataFrame, out: Path) -> dict[str, Any]:
    """Write predictions.parquet and metrics.json of a run.

    Args:
        run_folder: what training left behind.
        samples: rows of the samples table.
        noise: rows of the noise table that the run was given.
        out: folder to write to.

    Returns:
        What metrics.json holds: `run`; `seconds`, `device` and `precision` of its training; `replaced`, the share of
        training labels that noise replaced; `held_out` with `n`, `truth_unknown`, `last` (last epoch), `last_five`
        (means of the scalars), `oracle` (best epoch, chosen on the very samples it is measured on), `by_epoch`;
        `labels` as in `label_quality`, or null.

    Raises:
        InputError: a file is missing or wrong, `samples` or `noise` are not those of the run, or the truth of no
            held-out sample is known.
    """
    record = read_json(run_folder / "run.json", *RUN_KEYS, "seconds", "device", "precision")
    logits = read_table(run_folder / "held_out_logits.parquet", HELD_OUT_LOGITS).sort_values(["epoch", "sample_id"])
    epochs = sorted(logits["epoch"].unique())
    held_out = logits["sample_id"].drop_duplicates()
    # No pair of epoch and sample is there twice.
    if not epochs or epochs != list(range(len(epochs))) or len(logits) != len(epochs) * len(held_out):
        found = f"{len(logits)} rows of {len(epochs)} epochs"
        where = run_folder / "held_out_logits.parquet"
        raise InputError(where, expected="every held-out sample in every epoch", found=found, do="repeat the run")
    state = read_table(run_folder / "train_state.parquet", TRAIN_STATE)
    end = state[state["moment"] == "end"].sort_values("sample_id")
    relabels = read_table(run_folder / "relabels.parquet", RELABELS)
    of_run = rows_of(noise, end["sample_id"], "noise").set_index("sample_id")
    _check_labels(of_run["label"], relabels, end, len(epochs), run_folder)
    rows_of(samples, pd.concat([held_out, end["sample_id"]]), "samples")
    truth = true_labels(samples)
    last = logits[logits["epoch"] == epochs[-1]]
    _write_predictions(last, truth, out / "predictions.parquet", run_folder)

    metrics = {
        "run": record["run"],
        "seconds": record["seconds"],
        "device": record["device"],
        "precision": record["precision"],
        "held_out": _held_out(logits, truth, run_folder),
        "replaced": float(of_run["replaced"].mean()),
        "labels": label_quality(of_run["label"], relabels, truth, len(epochs)),
    }
    write_json(out / "metrics.json", metrics)
    return metrics


def _check_labels(given: pd.Series, relabels: pd.DataFrame, end: pd.DataFrame, epochs: int, run_folder: Path) -> None:
    """The run must end with the labels that it was given and all its changes: else it was given others."""
    do = "give the noise table that the run was trained with, or repeat the run"
    strange = ~relabels["sample_id"].isin(given.index) | ~relabels["epoch"].between(0, epochs - 1)
    if strange.any():
        one = relabels[strange].iloc[0]
        found = f"'{one['sample_id']}' in epoch {one['epoch']}"
        where = run_folder / "relabels.parquet"
        raise InputError(where, expected="changes of the run's samples and epochs", found=found, do=do)
    last = replay(given, relabels, epochs)[-1]
    other = last != end["label"].to_numpy()
    if other.any():
        found = f"different labels for {int(other.sum())} samples, such as '{end['sample_id'].to_numpy()[other][0]}'"
        expected = "given labels that, after the run's changes, match its final labels"
        raise InputError(f"noise of {run_folder}", expected=expected, found=found, do=do)


def _held_out(logits: pd.DataFrame, truth: pd.Series, where: Path) -> dict[str, Any]:
    of_sample = truth.reindex(logits["sample_id"])
    known = of_sample.notna().to_numpy()
    if not known.any():
        raise InputError(where, expected="held-out samples with a known true class", found="none")
    judged = logits[known].assign(truth=of_sample[known].to_numpy(dtype=np.int64))
    by_epoch = [
        {"epoch": int(str(epoch))} | all_metrics(rows[LOGITS].to_numpy(), rows["truth"].to_numpy())
        for epoch, rows in judged.groupby("epoch")
    ]
    n = int((logits["epoch"] == logits["epoch"].max()).sum())
    five = by_epoch[-5:]
    return {
        "n": n,
        "truth_unknown": n - len(judged) // len(by_epoch),
        "last": by_epoch[-1],
        "last_five": {name: float(np.mean([row[name] for row in five])) for name in SCALARS},
        # max takes the first of equals: the earliest
        "oracle": max(by_epoch, key=lambda row: row["accuracy"]),
        "by_epoch": [{name: row[name] for name in ("epoch", *SCALARS)} for row in by_epoch],
    }


def _write_predictions(last: pd.DataFrame, truth: pd.Series, path: Path, run_folder: Path) -> None:
    probabilities = softmax(last[LOGITS].to_numpy())
    frame = pd.DataFrame(probabilities.astype(np.float32), columns=PROBABILITIES)
    frame["sample_id"] = last["sample_id"].to_numpy()
    frame["predicted"] = probabilities.argmax(axis=1).astype(np.int8)
    frame["truth"] = truth.reindex(last["sample_id"]).to_numpy()
    frame["truth"] = frame["truth"].astype("Int8")
    write_table(path, frame, PREDICTIONS, inputs=hashes({"held_out_logits": run_folder / "held_out_logits.parquet"}))
