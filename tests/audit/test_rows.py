"""Rows of the audit table."""

import numpy as np
import pytest

from ulcag.audit.rows import audit_rows
from ulcag.audit.table import OUT_OF_FOLD, POSTERIOR
from ulcag.classes import CLASSES
from ulcag.correction.judge import Judgement
from ulcag.correction.label_errors import KEEP, RELABEL, REVIEW

C = len(CLASSES)


def judged() -> tuple[np.ndarray, np.ndarray, Judgement]:
    """Three samples labelled 0: one kept, one relabelled to 3, one to be reviewed, perhaps 4; p and q alike."""
    given, suggested = np.zeros(3, dtype=np.int64), np.array([0, 3, 4])
    p = np.where(np.arange(C) == suggested[:, None], 0.7, 0.05)
    joint = np.diag(np.full(C, 2.0)) + 0.25
    return given, p, Judgement(p, joint, np.ones(2), suggested, np.array([False, True, False]), 0.5, True)


def test_rows_say_why_in_words() -> None:
    given, p, found = judged()
    distances = np.full((3, C), np.nan)
    distances[0] = [3, 3, 3, 3, 0.5, 3, np.inf]
    frame = audit_rows(p, distances, given, np.full(3, np.nan), np.full(3, "1of2"), found)
    assert list(frame["decision"]) == [KEEP, RELABEL, REVIEW]
    assert "action units nearest to neutral" in frame["reason"][0]
    assert "action units unknown" in frame["reason"][1]
    # of the label given, 2.25 of 3.75 samples are trusted
    new, y = CLASSES[3], CLASSES[0]
    assert frame["reason"][1].startswith(f"classifier: {new} 70 %, {y} 5 %;")
    assert frame["reason"][1].endswith(f"; 60 % of the labels {y} are trusted")
    assert frame["reason"][2].endswith("; not clear enough to relabel")
    assert np.isnan(frame["distance_surprise"][0])
    assert frame["quality"].to_numpy() == pytest.approx([0.7, 0.05, 0.05])
    assert np.array_equal(frame[OUT_OF_FOLD].to_numpy(), p)
    assert np.array_equal(frame[POSTERIOR].to_numpy(), p)
