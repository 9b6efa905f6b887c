"""What a person said about an audit's samples, taken into it; and the labels that come of it."""

from collections.abc import Container
from pathlib import Path

import numpy as np
import pandas as pd

from ulcag.audit.table import POSTERIOR
from ulcag.classes import CLASSES, class_index
from ulcag.correction.label_errors import KEEP, RELABEL
from ulcag.errors import InputError
from ulcag.text import CsvFile

# Verdicts on a sample: take the suggestion, keep the given label, take another class.
ACCEPT, REJECT, OTHER = "accept", "reject", "other"
REVIEW_COLUMNS = ("sample_id", "label", "verdict")

REASONS = {
    ACCEPT: "reviewed: suggestion accepted",
    REJECT: "reviewed: given label kept",
    OTHER: "reviewed: another label chosen",
}


def apply_review(audit: pd.DataFrame, review_file: Path) -> pd.DataFrame:
    """The audit with the decisions of a review in place of its own.

    An accepted suggestion and another label become `relabel`, a rejected suggestion `keep`. Another label becomes the
    suggestion, and its posterior the certainty. A row without a verdict counts as not reviewed.

    Args:
        audit: rows of the audit table.
        review_file: CSV as the audit page makes it, with columns sample_id, label (class name) and verdict (accept,
            reject, other); columns beyond them are ignored.

    Returns:
        Rows of the audit table in the order of `audit`, which is left as it is.

    Raises:
        InputError: file, row, what was expected and found: no CSV, a missing column, a sample that is not in the
            audit or comes twice, an unknown class or verdict, a verdict that contradicts its label.
    """
    path = Path(review_file)
    place = {sample_id: row for row, sample_id in enumerate(audit["sample_id"])}
    given = audit["given"].to_numpy(dtype=np.int64)
    suggested = audit["suggested"].to_numpy(dtype=np.int64)
    certainty = audit["certainty"].to_numpy(copy=True)
    decision, reason = audit["decision"].to_list(), audit["reason"].to_list()
    posterior = audit[POSTERIOR].to_numpy()
    suggestions = suggested.copy()
    seen: dict[str, int] = {}
    for number, sample_id, name, verdict in _read(path, place):
        where = f"{path}, row {number}"
        if sample_id not in place:
            do = "apply the review to the audit of its page; in a spreadsheet, save it as CSV UTF-8"
            raise InputError(where, expected="a sample of this audit", found=repr(sample_id), do=do)
        if sample_id in seen:
            found = f"{sample_id!r} again, first in row {seen[sample_id]}"
            raise InputError(where, expected="each sample once", found=found, do="delete one of the rows")
        seen[sample_id] = number
        if verdict == "":
            continue
        row = place[sample_id]
        label = _label(where, name, verdict, int(given[row]), int(suggested[row]))
        decision[row] = KEEP if label == given[row] else RELABEL
        reason[row] = REASONS[verdict]
        if verdict == OTHER:
            suggestions[row] = label
            certainty[row] = posterior[row, label]
    return audit.assign(suggested=suggestions.astype(np.int8), decision=decision, reason=reason, certainty=certainty)


def final_labels(audit: pd.DataFrame) -> "pd.Series[int]":
    """The label of each sample after the audit: the suggested one where it is relabelled, else the given one.

    Args:
        audit: rows of the audit table.

    Returns:
        int8 class indices, by sample id.
    """
    labels = np.where(audit["decision"] == RELABEL, audit["suggested"], audit["given"]).astype(np.int8)
    return pd.Series(labels, index=pd.Index(audit["sample_id"]), name="label")


def _read(path: Path, ids: Container[str]) -> list[tuple[int, str, str, str]]:
    """Row, sample id, label and verdict of each record."""
    table = CsvFile(path)
    places = [table.places(REVIEW_COLUMNS, "a review")[name] for name in REVIEW_COLUMNS]
    rows = []
    for record in table.rows():
        sample_id, label, verdict = (record.cells[place] for place in places)
        # White space around it may be a part of a file's name.
        as_written = record.as_written[places[0]] if places[0] < len(record.as_written) else ""
        rows.append((record.row, as_written if as_written in ids else sample_id, label, verdict.lower()))
    return rows


def _label(where: str, name: str, verdict: str, given: int, suggested: int) -> int:
    """The class index that a row names, after a check that it is what the verdict says."""
    label = class_index(name)
    if label is None:
        raise InputError(f"{where}, label", expected=", ".join(CLASSES), found=repr(name))
    agrees = {ACCEPT: label == suggested, REJECT: label == given, OTHER: label not in (given, suggested)}
    if verdict not in agrees:
        raise InputError(f"{where}, verdict", expected=f"{', '.join(agrees)}, or nothing", found=repr(verdict))
    if not agrees[verdict]:
        label_of = {
            ACCEPT: f"the suggested label {CLASSES[suggested]}",
            REJECT: f"the given label {CLASSES[given]}",
            OTHER: f"neither the given label {CLASSES[given]} nor the suggested {CLASSES[suggested]}",
        }
        do = "correct the label or the verdict, or give the review of this audit"
        raise InputError(f"{where}, verdict {verdict}", expected=label_of[verdict], found=CLASSES[label], do=do)
    return label
