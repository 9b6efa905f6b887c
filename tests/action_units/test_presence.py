"""Pseudo labels by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ulcag.action_units.csv_programs import C_COLUMNS, R_COLUMNS
from ulcag.action_units.presence import measured_units, presence
from ulcag.action_units.table import INTENSITY_UNITS, PRESENCE_UNITS
from ulcag.config import PresenceSettings

INTENSITY = PresenceSettings(presence="intensity", intensity_threshold=1.5)


def table(statuses: list[str], **columns: list[float | None]) -> pd.DataFrame:
    zeros = dict.fromkeys((*R_COLUMNS, *C_COLUMNS), [0.0] * len(statuses))
    frame = pd.DataFrame({"status": statuses} | zeros | columns)
    return frame.astype(dict.fromkeys(C_COLUMNS, "Int8") | dict.fromkeys(R_COLUMNS, "float32"))


def test_the_units_of_openface() -> None:
    assert (len(INTENSITY_UNITS), len(PRESENCE_UNITS)) == (17, 18)
    assert set(PRESENCE_UNITS) - set(INTENSITY_UNITS) == {"AU28"}


def test_presence_takes_the_classifier() -> None:
    names, z, known = presence(table(["ok", "ok"], AU28_c=[1, 0], AU01_c=[0, 1], AU04_r=[5, 5]), PresenceSettings())
    assert names == PRESENCE_UNITS
    assert z.shape == (2, 18)
    assert (z.dtype, known.dtype) == (np.float32, np.bool_)
    assert known.tolist() == [True, True]
    assert [(int(i), names[j]) for i, j in np.argwhere(z)] == [(0, "AU28"), (1, "AU01")]


def test_intensity_takes_the_threshold_and_includes_it() -> None:
    names, z, _ = presence(table(["ok"] * 3, AU12_r=[1.49, 1.5, 1.51], AU12_c=[1, 0, 0]), INTENSITY)
    assert names == INTENSITY_UNITS
    assert z[:, names.index("AU12")].tolist() == [0, 1, 1]
    assert z.sum() == 2


@pytest.mark.parametrize("settings", [PresenceSettings(), INTENSITY])
def test_only_good_rows_are_known_and_the_others_are_zero(settings: PresenceSettings) -> None:
    statuses = ["no_face", "low_confidence", "failed", "ok"]
    rows = table(statuses, AU12_c=[None, 1, None, 1], AU12_r=[None, 4, None, 4])
    _, z, known = presence(rows, settings)
    assert known.tolist() == [False, False, False, True]
    assert z.sum(axis=1).tolist() == [0, 0, 0, 1]


@given(st.lists(st.floats(0, 5, width=32), min_size=17, max_size=17), st.floats(0.1, 5))
def test_intensities_are_compared_each_with_the_threshold(values: list[float], threshold: float) -> None:
    settings = PresenceSettings(presence="intensity", intensity_threshold=threshold)
    rows = table(["ok"], **{f"{unit}_r": [value] for unit, value in zip(INTENSITY_UNITS, values, strict=True)})
    _, z, _ = presence(rows, settings)
    assert z[0].tolist() == [float(np.float32(value) >= np.float32(threshold)) for value in values]


def test_units_are_presences_and_roots_of_intensities() -> None:
    row = {f"{unit}_r": 0.0 for unit in INTENSITY_UNITS} | {f"{unit}_c": 0 for unit in PRESENCE_UNITS}
    rows = pd.DataFrame([row | {"status": "ok", "AU12_r": 4.0, "AU28_c": 1}, row | {"status": "no_face"}])
    points, known = measured_units(rows)
    assert points.shape == (2, 35)
    assert known.tolist() == [True, False]
    assert points[0, PRESENCE_UNITS.index("AU28")] == 1
    assert points[0, 18 + INTENSITY_UNITS.index("AU12")] == 2
    assert not points[1].any()
