"""Agreement of action units, by hand."""

import pandas as pd
import pytest

from benchmarks.openface_agreement import agreement, by_unit
from ulcag.action_units.csv_programs import C_COLUMNS, R_COLUMNS


def table(rows: dict[str, tuple[str, int, float]]) -> pd.DataFrame:
    """Sample id -> status, all presences, all intensities."""
    frame = pd.DataFrame({"sample_id": list(rows), "status": [status for status, _, _ in rows.values()]})
    presences = pd.DataFrame({name: [c for _, c, _ in rows.values()] for name in C_COLUMNS}, dtype="Int8")
    intensities = pd.DataFrame({name: [r for _, _, r in rows.values()] for name in R_COLUMNS})
    return pd.concat([frame, presences, intensities], axis=1)


def test_samples_are_compared_by_name_where_both_know_them() -> None:
    reference = table({"a": ("ok", 1, 1.0), "b": ("ok", 0, 2.0), "c": ("ok", 1, 3.0), "d": ("no_face", 1, 9.0)})
    other = table({"c": ("ok", 1, 6.0), "a": ("ok", 1, 2.0), "b": ("ok", 1, 4.0), "d": ("ok", 0, 0.0)})
    found = agreement(other, reference)
    assert (found["ok"], found["both"]) == (4, 3)
    assert abs(found["presence"] - 2 / 3) < 1e-9 and abs(found["r"] - 1) < 1e-9


def test_unit_by_unit_where_one_does_not_measure_all() -> None:
    reference = table({"a": ("ok", 1, 1.0), "b": ("ok", 0, 2.0), "c": ("ok", 1, 3.0), "d": ("no_face", 1, 9.0)})
    other = table({"a": ("ok", 1, 2.0), "b": ("ok", 1, 4.0), "c": ("ok", 1, 6.0), "d": ("ok", 0, 0.0)})
    other["AU23_r"], other["AU23_c"] = float("nan"), pd.array([pd.NA] * 4, dtype="Int8")
    found = by_unit(other, reference)
    assert found.loc["AU12"].to_dict() == pytest.approx({"r": 1, "F1": 0.8, "reference": 200 / 3, "table": 100})
    assert found.loc["AU23", ["r", "table"]].isna().all()
    assert list(found.index)[-2:] == ["AU28", "AU45"]
    assert pd.isna(found.loc["AU28", "r"])
