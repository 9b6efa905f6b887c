"""An audit against the truth, counted by hand."""

import builtins
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ulcag.audit.score import quality_by_cleanlab, score, scores
from ulcag.audit.table import AUDIT
from ulcag.errors import InputError


def audit(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns).reindex(columns=AUDIT.names)


def test_counted_by_hand() -> None:
    given, true = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2])
    found = score(np.array([0.1, 0.9, 0.2, 0.15]), np.array([0, 1, 2, 1]), given, true)
    # wrong are the second and the last; the order by doubt is wrong, right, wrong, right
    assert found["auc"] == pytest.approx(3 / 4)
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["found_precision"] == found["found_recall"] == found["suggestions_right"] == 0.5
    assert found["labels"]["agreement"] == 0.5
    assert (found["labels"]["fixed"], found["labels"]["broken"]) == (1, 1)


def test_unjudged_samples_and_unknown_truths_do_not_count() -> None:
    table = audit(
        sample_id=list("abcd"),
        given=[0, 0, 1, 1],
        suggested=[0, 1, 2, 1],
        decision=["keep", "relabel", "review", "unjudged"],
        quality=[0.9, 0.1, 0.4, np.nan],
    )
    found = scores(table, pd.Series([0, 1, pd.NA, 1], index=list("abcd"), dtype="Int8"))
    assert found is not None
    assert (found["judged"], found["wrong"]) == (2, 1)
    assert found["audit"]["labels"]["agreement"] == 1
    # 0.9 for a label that is right, 0.1 for one that is wrong
    assert found["audit"]["calibration_error"] == pytest.approx(0.1)
    parts = found["audit"]["reliability"]
    assert [part["right"] for part in parts if part["count"]] == [0, 1]
    assert "cleanlab" not in found
    assert scores(table, pd.Series([pd.NA] * 4, index=list("abcd"), dtype="Int8")) is None


def test_without_a_wrong_label_there_is_no_curve() -> None:
    same = np.array([0, 1, 2])
    found = score(np.array([0.1, 0.2, 0.3]), same, same, same)
    assert found["auc"] is None
    assert found["found_recall"] is None
    assert found["labels"]["agreement"] == 1


def test_cleanlab_is_asked_only_where_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    quality = quality_by_cleanlab(p, np.array([0, 1, 1]))
    assert quality.argmin() == 2
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("cleanlab"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"ulcag\[cleanlab\]"):
        quality_by_cleanlab(p, np.array([0, 1, 1]))
