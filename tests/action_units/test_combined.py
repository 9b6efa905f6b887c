"""Two tables of the same samples as one."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ulcag.action_units.combined import combined
from ulcag.action_units.csv_programs import C_COLUMNS, R_COLUMNS
from ulcag.action_units.outcomes import Outcome, action_unit_rows
from ulcag.action_units.presence import measured
from ulcag.action_units.table import ACTION_UNITS, INTENSITY_UNITS
from ulcag.action_units.unit_csv import FaceRow

SAMPLES = pd.Series(["a", "b", "c", "d"])
READ = [unit for unit in INTENSITY_UNITS if unit != "AU23"]


def table(made_by: str, intensity: float, presence: float, columns: Any, **statuses: str) -> pd.DataFrame:
    """The same in all columns, where there is a face; statuses by sample."""
    values = {name: presence if name.endswith("_c") else intensity for name in columns}
    outcomes = []
    for sample_id in SAMPLES:
        status = statuses.get(sample_id, "ok")
        confidence = 0.2 if status == "low_confidence" else 0.9
        face = None if status == "no_face" else FaceRow(0, confidence, values)
        outcomes.append((sample_id, Outcome(sample_id, "ok" if face else status, "why" if not face else None, face)))
    return action_unit_rows(SAMPLES, outcomes, 0.5, made_by)


@pytest.fixture
def both() -> pd.DataFrame:
    """a: both; b: the reader alone; c: OpenFace alone; d: neither."""
    openface = table("image", 4.0, 1.0, [*R_COLUMNS, *C_COLUMNS], b="no_face", d="low_confidence")
    columns = [f"{unit}_{kind}" for unit in READ for kind in "rc"]
    reader = table("head", 1.0, 0.0, columns, c="low_confidence", d="no_face")
    # whatever order they come in
    return combined(openface, reader[::-1], READ)


def test_the_mean_or_the_one_that_there_is(both: pd.DataFrame) -> None:
    assert both["sample_id"].tolist() == list(SAMPLES)
    assert both["status"].tolist() == ["ok", "ok", "ok", "low_confidence"]
    assert both["AU12_r"].tolist() == [2.5, 1.0, 4.0, 4.0]
    assert both["AU12_c"].tolist() == [1, 0, 1, 1]
    assert both["openface"].tolist() == ["image, head", "head", "image", "image"]
    assert both["reason"].isna().all()
    assert list(both.columns) == ACTION_UNITS.names


def test_all_rows_have_the_units_that_the_reader_has(both: pd.DataFrame) -> None:
    names, values, known = measured(both, [*R_COLUMNS, *C_COLUMNS])
    assert names == [f"{unit}_r" for unit in READ] + [f"{unit}_c" for unit in READ]
    assert np.isfinite(values).all()
    assert known.tolist() == [True, True, True, False]


def test_where_the_reader_has_nothing_openface_stays_but_for_units_that_no_row_of_the_data_set_may_have() -> None:
    openface = table("image", 4.0, 1.0, [*R_COLUMNS, *C_COLUMNS])
    reader = table("head", 1.0, 0.0, [], **dict.fromkeys(SAMPLES, "no_face"))
    found = combined(openface, reader, READ)
    unread = ["AU23_r", "AU23_c", "AU28_c"]
    assert found[unread].isna().all(axis=None)
    pd.testing.assert_frame_equal(found.drop(columns=unread), openface.drop(columns=unread))


def test_shards_with_and_without_readings_make_one_table(both: pd.DataFrame) -> None:
    openface = table("image", 4.0, 1.0, [*R_COLUMNS, *C_COLUMNS])
    without = combined(openface, table("head", 1.0, 0.0, [], **dict.fromkeys(SAMPLES, "no_face")), READ)
    names, _, _ = measured(pd.concat([both, without]), [*R_COLUMNS, *C_COLUMNS])
    assert "AU12_r" in names and "AU23_r" not in names
