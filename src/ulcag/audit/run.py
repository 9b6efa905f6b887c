"""The audit stage: the runs of all folds to a judgement of every training label."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ulcag import __version__
from ulcag.action_units.presence import measured_units
from ulcag.audit.apply import final_labels
from ulcag.audit.page import PageAbout, write_page
from ulcag.audit.rows import audit_rows
from ulcag.audit.score import quality_by_cleanlab, scores
from ulcag.audit.table import AUDIT, DECISIONS, UNJUDGED
from ulcag.classes import CLASSES
from ulcag.correction.evidence import held_out_distances
from ulcag.correction.judge import Judgement, judge
from ulcag.errors import InputError
from ulcag.evaluation.metrics import softmax
from ulcag.faces.shard import crops_of, pictures_of
from ulcag.faces.table import FACES
from ulcag.files import hashes, read_json, whole_or_absent, write_json
from ulcag.samples.table import class_counts, true_labels
from ulcag.tables import read_table, rows_of, write_table
from ulcag.text import CsvFile
from ulcag.training.tables import HELD_OUT_LOGITS, LOGITS, RUN_KEYS

# Columns of noise_matrix.csv.
_LABELLED = [f"labelled {name}" for name in CLASSES]


def audit_labels(
    samples: pd.DataFrame,
    noise: pd.DataFrame,
    faces: pd.DataFrame,
    action_units: pd.DataFrame,
    runs: Sequence[Path],
    folder: Path,
    settings: dict[str, Any],
    cleanlab: bool = False,
) -> pd.DataFrame:
    """Judge the training labels of a data set, and write the audit's folder.

    Args:
        samples, noise, faces, action_units: the tables that the runs were given.
        runs: folders of the runs of all folds, of one arm and seed.
        folder: for audit.parquet, audit.csv, noise_matrix.csv and audit.json.
        settings: for the record.
        cleanlab: also rank by cleanlab, from the same probabilities.

    Returns:
        Rows of the audit table.

    Raises:
        InputError: the runs are not all folds of one audit, a table is of other samples, or labels are of one class
            only.
    """
    about = _read_runs(runs)
    predicted = pd.concat([_held_out(run, record["run"]["fold"]) for run, record in about])
    predicted = predicted.sort_values("sample_id", ignore_index=True)
    given = noise.set_index("sample_id")["label"]
    rows_of(samples, noise["sample_id"], "samples")
    ids = predicted["sample_id"]
    if ids.duplicated().any():
        twice = f"'{ids[ids.duplicated()].iloc[0]}' in two"
        do = "make the runs of all folds again"
        raise InputError("audit", expected="every sample held out by one fold", found=twice, do=do)
    labels = rows_of(noise, ids, "noise")["label"].to_numpy(dtype=np.int64)
    if len(np.unique(labels)) < 2:
        do = "give labels of several classes: what is wrong with one shows against the others"
        alike = f"{len(labels)} labels, all {CLASSES[labels[0]]}"
        raise InputError("audit", expected="labels of at least two classes", found=alike, do=do)
    points, known = measured_units(rows_of(action_units, ids, "action_units"))
    fold = predicted["fold"].to_numpy()
    distances = held_out_distances(points, labels, known, fold)
    p = softmax(predicted[LOGITS].to_numpy())
    found = judge(p, distances, labels)
    judged = audit_rows(p, distances, labels, predicted["alpha"].to_numpy(), fold, found)
    judged["sample_id"] = ids.to_numpy()
    judged["cleanlab"] = quality_by_cleanlab(p, labels) if cleanlab else np.nan
    left_out = given.index.difference(pd.Index(ids))
    audit = pd.concat([judged, _unjudged(left_out, given, faces)], ignore_index=True)
    audit = audit.sort_values("sample_id", ignore_index=True)

    record = _record(audit, found, about[0][1], _truth(samples, noise))
    inputs = hashes({f"fold {one['run']['fold']}": run / "held_out_logits.parquet" for run, one in about})
    inputs |= about[0][1]["inputs"]
    write_table(folder / "audit.parquet", audit, AUDIT, settings=settings, inputs=inputs)
    matrix = pd.DataFrame(found.joint, index=pd.Index(CLASSES, name="true"), columns=_LABELLED)
    with whole_or_absent(folder / "noise_matrix.csv") as beside:
        matrix.to_csv(beside, float_format="%.2f")
    write_in_words(audit, folder / "audit.csv")
    write_json(folder / "audit.json", record)
    counts = ", ".join(f"{record['decisions'][name]} {name}" for name in DECISIONS)
    print(f"audit of {len(audit)} labels: {counts}", file=sys.stderr)
    return audit


def draw_page(folder: Path, faces_file: Path, out: Path, size: int) -> None:
    """An audit's folder to a page, with pictures of `size` pixels.

    Raises:
        InputError: the folder is none of an audit, or a file of crops is not there.
    """
    audit = read_table(folder / "audit.parquet", AUDIT)
    matrix = _read_matrix(folder / "noise_matrix.csv")
    faces = rows_of(read_table(faces_file, FACES), audit["sample_id"], "faces")
    picture = pictures_of(faces, crops_of(faces_file), size)
    record = read_json(folder / "audit.json", "run.dataset", "run.noise", "run.arm", "run.seed", "weights.network")
    run, weights = record["run"], record["weights"]
    noise = "" if run["noise"] == "none" else f", noise {run['noise']}"
    about = PageAbout(
        title=f"Audit of the labels of {run['dataset']}",
        data_set=run["dataset"] + noise,
        folds=audit["fold"].nunique(),
        arm=run["arm"],
        seed=run["seed"],
        version=__version__,
        settings={f"weight of {name.replace('_', ' ')}": weight for name, weight in weights.items()},
    )
    write_page(audit, matrix, picture, about, out)


def _read_matrix(path: Path) -> np.ndarray:
    """(7, 7) estimated number of samples, [true, given]."""
    file = CsvFile(path)
    places = file.places(["true", *_LABELLED], "the noise matrix of an audit", "make the audit again")
    rows = {record.cells[places["true"]]: record for record in file.rows()}
    if list(rows) != list(CLASSES):
        expected = f"a row for each of {', '.join(CLASSES)}, in this order"
        raise InputError(path, expected=expected, found=", ".join(rows), do="make the audit again")
    try:
        return np.array([[float(rows[true].cells[places[name]]) for name in _LABELLED] for true in CLASSES])
    except ValueError as error:
        raise InputError(path, expected="numbers", found=str(error), do="make the audit again") from None


def in_words(audit: pd.DataFrame) -> pd.DataFrame:
    """The audit with class names in place of codes, the most doubtful label first."""
    names = {name: [CLASSES[int(code)] for code in audit[name]] for name in ("given", "suggested")}
    return audit.assign(**names)[AUDIT.names].sort_values(["quality", "sample_id"], ignore_index=True)


def write_in_words(audit: pd.DataFrame, out: Path) -> None:
    """Write the same as CSV, whole or absent."""
    with whole_or_absent(out) as beside:
        in_words(audit).to_csv(beside, index=False, float_format="%.4f")


def _read_runs(runs: Sequence[Path]) -> list[tuple[Path, dict[str, Any]]]:
    """Each run's folder and record, if together they are all folds of one arm and seed, made from the same tables."""
    about = [(run, read_json(run / "run.json", *RUN_KEYS, "inputs.samples")) for run in runs]
    first = about[0][1]
    for run, record in about[1:]:
        for what in ("dataset", "noise", "arm", "seed"):
            if record["run"][what] != first["run"][what]:
                found = f"{record['run'][what]} beside {first['run'][what]}"
                raise InputError(run / "run.json", expected=f"runs of one {what}", found=found)
        # Co-occurrence is counted for each fold.
        same = record["inputs"].keys() - {"cooccurrence"}
        differ = sorted(name for name in same if record["inputs"][name] != first["inputs"].get(name))
        if differ:
            do = "make the runs of all folds again"
            raise InputError(run / "run.json", expected="runs of the same tables", found=f"another {differ[0]}", do=do)
    folds = sorted(record["run"]["fold"] for _, record in about)
    if folds != sorted(f"{part}of{len(folds)}" for part in range(1, len(folds) + 1)):
        raise InputError("audit", expected="the runs of all folds, such as 1of4 to 4of4", found=", ".join(folds))
    return about


def _held_out(run: Path, fold: str) -> pd.DataFrame:
    """What the network of the last epoch says of the samples that it was not trained on."""
    logits = read_table(run / "held_out_logits.parquet", HELD_OUT_LOGITS)
    return logits[logits["epoch"] == logits["epoch"].max()].assign(fold=fold)


def _unjudged(ids: pd.Index, given: pd.Series, faces: pd.DataFrame) -> pd.DataFrame:
    """Rows of samples that no network could look at."""
    status = rows_of(faces, pd.Series(ids), "faces")["status"]
    labels = given.reindex(ids).astype(np.int8).to_numpy()
    why = {"none": "no face was found", "unreadable": "the picture cannot be read"}
    frame = pd.DataFrame({"sample_id": ids, "given": labels, "suggested": labels, "decision": UNJUDGED})
    frame["reason"] = [why.get(one, f"no crop was stored: {one}") for one in status]
    return frame.reindex(columns=AUDIT.names)


def _truth(samples: pd.DataFrame, noise: pd.DataFrame) -> pd.Series | None:
    """The true labels; None where there are only labels as published, which nobody knows to be right."""
    clean = samples["clean_label"][samples["split"] == "train"]
    return true_labels(samples) if clean.notna().any() or noise["replaced"].any() else None


def _record(audit: pd.DataFrame, found: Judgement, run: dict[str, Any], truth: pd.Series | None) -> dict[str, Any]:
    network, units = (round(float(weight), 4) for weight in found.weights)
    counts = audit["decision"].value_counts()
    return {
        "run": {name: run["run"][name] for name in ("dataset", "noise", "arm", "seed")},
        "samples": len(audit),
        "decisions": {name: int(counts.get(name, 0)) for name in DECISIONS},
        "expected_wrong": float(1 - audit["quality"].mean()),
        "weights": {"network": network, "action_units": units},
        "restored_in_trial": round(found.restored, 4),
        "classes": {
            "before": class_counts(audit["given"].to_numpy()),
            "after": class_counts(final_labels(audit).to_numpy()),
        },
        "against_truth": None if truth is None else scores(audit, truth),
    }
