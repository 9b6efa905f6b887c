"""What is known of pictures survives a kill."""

from pathlib import Path

import pandas as pd
import pytest

from ulcag.action_units.csv_programs import C_COLUMNS, R_COLUMNS
from ulcag.action_units.outcomes import Outcome, Outcomes, action_unit_rows
from ulcag.action_units.unit_csv import FaceRow
from ulcag.errors import InputError

VALUES = dict.fromkeys(R_COLUMNS, 0.25) | dict.fromkeys(C_COLUMNS, 1.0)
SOME = [
    Outcome("a", "ok", face=FaceRow(1, 0.9, VALUES, (3.0, 4.5)), detector="own"),
    Outcome("b", "no_face"),
    Outcome("c", "failed", 'why, "quoted" and ünïcode'),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Outcomes(tmp_path / "state" / "outcomes.jsonl", "x").add(SOME)
    return tmp_path / "state" / "outcomes.jsonl"


def test_what_was_added_is_read_again(path: Path) -> None:
    again = Outcomes(path, "x")
    assert [again[outcome.stem] for outcome in SOME[:2]] == SOME[:2]
    assert ("a" in again, "d" in again, len(again)) == (True, False, 2)


def test_a_failure_is_tried_again(path: Path) -> None:
    again = Outcomes(path, "x")
    assert "c" not in again
    again.add([Outcome("c", "no_face")])
    assert again["c"].status == Outcomes(path, "x")["c"].status == "no_face"


def test_a_line_that_was_cut_short_does_not_count_and_spoils_no_other(path: Path) -> None:
    Outcomes(path, "x").add([Outcome("d", "no_face")])
    path.write_text(path.read_text()[:-20])
    again = Outcomes(path, "x")
    assert ("b" in again, "d" in again) == (True, False)
    again.add([Outcome("d", "ok")])
    assert Outcomes(path, "x")["d"] == Outcome("d", "ok")


@pytest.mark.parametrize("text", ["", "{}\n", "no json\n", '{"bound_to": "y"}\n{"stem": "a"}\n'])
def test_a_file_of_something_else_is_begun_anew(text: str, path: Path) -> None:
    path.write_text(text)
    assert len(Outcomes(path, "x")) == 0
    assert len(path.read_text().splitlines()) == 1


def test_the_first_word_on_a_picture_stands(path: Path) -> None:
    outcomes = Outcomes(path, "x")
    outcomes.add([Outcome("a", "failed", "later")])
    assert outcomes["a"].status == "ok"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="expected: a writable file"):
        Outcomes(tmp_path / "file" / "outcomes.jsonl", "x")


def test_rows_by_hand() -> None:
    low = Outcome("d", "ok", face=FaceRow(0, 0.4, VALUES), detector="box")
    pairs = [*zip("123", SOME, strict=True), ("4", low)]
    frame = action_unit_rows(pd.Series(["1", "2", "3", "4"]), pairs[::-1], 0.5, "image")
    assert frame["sample_id"].tolist() == ["1", "2", "3", "4"]
    assert frame["status"].tolist() == ["ok", "no_face", "failed", "low_confidence"]
    assert frame["face"].tolist() == [1, pd.NA, pd.NA, 0]
    assert frame["AU12_r"].tolist()[::3] == [0.25, 0.25]
    assert frame["AU28_c"].tolist() == [1, pd.NA, pd.NA, 1]
    made = frame[["detector", "openface"]].where(frame["detector"].notna(), "none").to_numpy().tolist()
    assert made == [["own", "image"], ["none"] * 2, ["none"] * 2, ["box", "image"]]
    assert action_unit_rows(pd.Series([], dtype=str), [], 0.5).empty


@pytest.mark.parametrize("names", ["a", "abb", "abx"])
def test_each_sample_has_one_outcome_and_each_outcome_a_sample(names: str) -> None:
    with pytest.raises(ValueError, match="sample"):
        action_unit_rows(pd.Series(["a", "b"]), [(name, SOME[1]) for name in names], 0.5)
