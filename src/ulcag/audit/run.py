"""The audit stage: opinions of every training label to a judgement, in tables and in words."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ulcag import __version__
from ulcag.audit.apply import final_labels
from ulcag.audit.opinions import Heard
from ulcag.audit.page import PageAbout, write_page
from ulcag.audit.rows import audit_rows
from ulcag.audit.score import quality_by_cleanlab, scores
from ulcag.audit.table import AUDIT, DECISIONS, UNJUDGED
from ulcag.classes import CLASSES
from ulcag.correction.judge import Judgement
from ulcag.errors import InputError
from ulcag.faces.shard import crops_of, pictures_of
from ulcag.faces.table import FACES
from ulcag.files import read_json, whole_or_absent, write_json
from ulcag.samples.table import class_counts, true_labels
from ulcag.tables import read_table, rows_of, write_table
from ulcag.text import CsvFile

# Columns of noise_matrix.csv.
_LABELLED = [f"labelled {name}" for name in CLASSES]
_NOT_TRUSTED = (
    "nothing is relabelled: in a trial with labels made wrong on purpose, the share of them put right was not clearly "
    "larger than the share of other labels changed. The suggestions are guesses"
)


def audit_labels(
    heard: Heard,
    samples: pd.DataFrame,
    noise: pd.DataFrame,
    faces: pd.DataFrame,
    folder: Path,
    settings: dict[str, Any],
    cleanlab: bool = False,
) -> pd.DataFrame:
    """Judge the training labels of a data set, and write the audit's folder.

    Args:
        heard: opinions of all training samples with a crop.
        samples, noise, faces: the tables that they were made from.
        folder: for audit.parquet, audit.csv, noise_matrix.csv and audit.json.
        settings: for the record.
        cleanlab: also rank by cleanlab, from the same probabilities.

    Returns:
        Rows of the audit table.

    Raises:
        InputError: a table is of other samples, or cleanlab is not installed.
    """
    given = noise.set_index("sample_id")["label"]
    rows_of(samples, noise["sample_id"], "samples")
    found, p = heard.opinions.judgement, heard.opinions.p
    judged = audit_rows(p, heard.opinions.distances, heard.given, heard.alpha, heard.fold, found)
    judged["sample_id"] = heard.sample_ids.to_numpy()
    judged["cleanlab"] = quality_by_cleanlab(p, heard.given) if cleanlab else np.nan
    left_out = given.index.difference(pd.Index(heard.sample_ids))
    audit = pd.concat([judged, _unjudged(left_out, given, faces)], ignore_index=True)
    audit = audit.sort_values("sample_id", ignore_index=True)

    record = _record(audit, found, heard.run, _truth(samples, noise))
    write_table(folder / "audit.parquet", audit, AUDIT, settings=settings, inputs=heard.inputs)
    matrix = pd.DataFrame(found.joint, index=pd.Index(CLASSES, name="true"), columns=_LABELLED)
    with whole_or_absent(folder / "noise_matrix.csv") as beside:
        matrix.to_csv(beside, float_format="%.2f")
    write_in_words(audit, folder / "audit.csv")
    write_json(folder / "audit.json", record)
    counts = ", ".join(f"{record['decisions'][name]} {name}" for name in DECISIONS)
    print(f"audit of {len(audit)} labels: {counts}", file=sys.stderr)
    if not found.trusted:
        print(_NOT_TRUSTED, file=sys.stderr)
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
    places = file.places(["true", *_LABELLED], "the noise matrix of an audit", "repeat the audit")
    rows = {record.cells[places["true"]]: record for record in file.rows()}
    if list(rows) != list(CLASSES):
        expected = f"a row for each of {', '.join(CLASSES)}, in this order"
        raise InputError(path, expected=expected, found=", ".join(rows), do="repeat the audit")
    try:
        return np.array([[float(rows[true].cells[places[name]]) for name in _LABELLED] for true in CLASSES])
    except ValueError as error:
        raise InputError(path, expected="numbers", found=str(error), do="repeat the audit") from None


def in_words(audit: pd.DataFrame) -> pd.DataFrame:
    """The audit with class names in place of codes, the most doubtful label first."""
    names = {name: [CLASSES[int(code)] for code in audit[name]] for name in ("given", "suggested")}
    return audit.assign(**names)[AUDIT.names].sort_values(["quality", "sample_id"], ignore_index=True)


def write_in_words(audit: pd.DataFrame, out: Path) -> None:
    """Write the same as CSV, whole or absent."""
    with whole_or_absent(out) as beside:
        in_words(audit).to_csv(beside, index=False, float_format="%.4f")


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
        "run": run,
        "samples": len(audit),
        "decisions": {name: int(counts.get(name, 0)) for name in DECISIONS},
        "expected_wrong": float(1 - audit["quality"].mean()),
        "weights": {"network": network, "action_units": units},
        "restored_in_trial": round(found.restored, 4),
        "trusted": found.trusted,
        "classes": {
            "before": class_counts(audit["given"].to_numpy()),
            "after": class_counts(final_labels(audit).to_numpy()),
        },
        "against_truth": None if truth is None else scores(audit, truth),
    }
