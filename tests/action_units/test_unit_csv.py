"""One CSV file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.action_units.conftest import Csv
from ulcag.action_units.unit_csv import (
    C_COLUMNS,
    R_COLUMNS,
    DamagedCsvError,
    FaceRow,
    read_unit_csv,
    select_face,
)
from ulcag.errors import InputError


@pytest.mark.parametrize("style", ["old", "new"])
@pytest.mark.parametrize("lead", ["face", "frame"])
def test_both_programs_and_both_styles(style: str, lead: str, csv: Csv) -> None:
    path = csv.write("x", {"confidence": 0.98, "AU12_r": 2.5, "AU28_c": 1.0}, style=style, lead=lead)
    (face,) = read_unit_csv(path)
    assert face.confidence == 0.98
    assert (face.values["AU12_r"], face.values["AU28_c"], face.values["AU04_r"]) == (2.5, 1, 0)
    assert len(face.values) == 17 + 18


def test_the_most_confident_of_several_faces(csv: Csv) -> None:
    faces = [{"confidence": c, "AU01_r": 5 * c} for c in (0.2, 0.9, 0.9, 0.5)]
    path = csv.write("x", *faces)
    face = select_face(path, read_unit_csv(path))
    assert face is not None
    assert (face.face, face.values["AU01_r"]) == (1, 4.5)


def test_no_rows_no_face(csv: Csv) -> None:
    path = csv.write("x")
    assert read_unit_csv(path) == []
    assert select_face(path, []) is None
    empty = csv.folder / "empty.csv"
    empty.touch()
    assert read_unit_csv(empty) == []


@pytest.mark.parametrize("value", ["", "much", "nan", "inf"])
def test_what_is_no_number_is_named(value: str, csv: Csv) -> None:
    path = csv.write("x", {"confidence": 0.9}, {"confidence": 0.9, "AU06_r": value})
    with pytest.raises(DamagedCsvError, match="row 3, AU06_r: expected a"):
        read_unit_csv(path)


def test_a_cut_row_is_named(csv: Csv) -> None:
    path = csv.write("x", {"confidence": 0.9})
    path.write_text(path.read_text().rsplit(",", 3)[0])
    with pytest.raises(DamagedCsvError, match="found an empty cell"):
        read_unit_csv(path)


def test_a_csv_without_action_units_says_what_to_do(csv: Csv) -> None:
    path = csv.folder / "x.csv"
    path.write_text("face,confidence\n0,0.9\n")
    with pytest.raises(InputError, match="run OpenFace with -aus"):
        read_unit_csv(path)


@settings(max_examples=50)
@given(data=st.data())
def test_every_value_is_read_from_its_own_column(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    columns = ["confidence", *R_COLUMNS, *C_COLUMNS]
    highest = {"confidence": 1.0} | dict.fromkeys(R_COLUMNS, 5.0)
    values = {
        name: round(data.draw(st.floats(0, highest[name])), 3) if name in highest else data.draw(st.integers(0, 1))
        for name in columns
    }
    # any order, with landmarks between
    order = data.draw(st.permutations([*columns, "face", "eye_lmk_x_0", "p_scale"]))
    separator, point = data.draw(st.sampled_from([(",", "."), (", ", "."), (";", "."), (";", ","), ("\t", ",")]))
    cells = [str(values.get(name, -7)).replace(".", point) for name in order]
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    path.write_text(f"{separator.join(order)}\n{separator.join(cells)}\n")
    (face,) = read_unit_csv(path)
    assert face.values | {"confidence": face.confidence} == values


def test_a_sequence_is_not_a_picture_with_several_faces(csv: Csv) -> None:
    path = csv.write("x", {"frame": 1, "confidence": 0.9}, {"frame": 2, "confidence": 0.9}, lead="frame")
    with pytest.raises(DamagedCsvError, match="found a sequence of 2 frames; run FaceLandmarkImg"):
        read_unit_csv(path)
    both = csv.write("y", {"face_id": 0, "confidence": 0.8}, {"face_id": 1, "confidence": 0.9}, lead="frame")
    assert [face.confidence for face in read_unit_csv(both)] == [0.8, 0.9]


def test_a_frame_without_success_is_no_face(csv: Csv) -> None:
    path = csv.write("x", {"confidence": 0.9, "success": 0}, lead="frame")
    assert read_unit_csv(path) == []
    path = csv.write("x", {"confidence": 0.9, "success": 0}, {"confidence": 0.7}, lead="frame")
    assert [face.face for face in read_unit_csv(path)] == [1]


def rewrite(path: Path, change: Callable[[str], str], encoding: str = "utf-8") -> Path:
    path.write_text(change(path.read_text()), encoding=encoding)
    return path


@pytest.mark.parametrize(
    ("change", "encoding"),
    [
        (lambda text: text.replace(",", ";").replace(".", ","), "utf-8"),
        (lambda text: text.replace(",", "\t"), "utf-16"),
        (lambda text: text.replace(",", " ;  "), "utf-8-sig"),
        (lambda text: text.replace("2.5", '"2,5"').replace("\n", "\r\n\r\n"), "utf-8"),
    ],
)
def test_as_a_spreadsheet_saves_it(change: Callable[[str], str], encoding: str, csv: Csv) -> None:
    path = rewrite(csv.write("x", {"confidence": 0.98, "AU12_r": 2.5}), change, encoding)
    (face,) = read_unit_csv(path)
    assert (face.confidence, face.values["AU12_r"]) == (0.98, 2.5)


def test_decimal_commas_between_commas_are_named(csv: Csv) -> None:
    path = csv.write("x", {"confidence": 0.9})
    header, row = path.read_text().splitlines()
    path.write_text(f"{header}\n{row.replace('.', ',')}\n")
    with pytest.raises(DamagedCsvError, match=r"row 2: expected 38 cells, .* found 75: .*decimal commas"):
        read_unit_csv(path)


def test_a_column_that_is_there_twice_is_named(csv: Csv) -> None:
    path = rewrite(csv.write("x", {"confidence": 0.9}), lambda text: text.replace("AU12_c", "AU12_r"))
    path.write_text(path.read_text().replace("AU14_c", "AU12_c").replace("gaze_0_x", "AU14_c"))
    with pytest.raises(InputError, match="found:    several columns AU12_r"):
        read_unit_csv(path)


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("confidence", 1.5, "a number from 0 to 1, found '1.5'"),
        ("AU06_r", -0.5, "a number from 0 to 5, found '-0.5'"),
        ("AU06_r", 5.2, "a number from 0 to 5, found '5.2'"),
        ("AU06_c", 0.5, "0 or 1, found '0.5'"),
        ("AU06_c", 1e9, "0 or 1, found '1000000000.0'"),
    ],
)
def test_a_value_out_of_its_range_is_named(column: str, value: float, expected: str, csv: Csv) -> None:
    path = csv.write("x", {"confidence": 0.9} | {column: value})
    with pytest.raises(DamagedCsvError, match=f"row 2, {column}: expected {expected}"):
        read_unit_csv(path)


def test_minus_zero_is_zero(csv: Csv) -> None:
    (face,) = read_unit_csv(csv.write("x", {"confidence": 0.9, "AU06_r": "-0.00"}))
    assert face.values["AU06_r"] == 0


def test_what_is_no_csv_at_all_is_damaged(csv: Csv) -> None:
    path = csv.folder / "x.csv"
    path.write_text('"' + "x" * 200)
    with pytest.raises(DamagedCsvError, match=r"row 1: expected CSV, .* quotation mark"):
        read_unit_csv(path)


def test_missing_columns_are_named(csv: Csv) -> None:
    path = csv.write("x", {"confidence": 0.9})
    path.write_text(path.read_text().replace("AU28_c", "AU28_x").replace("AU12_r", "AU12_x"))
    with pytest.raises(InputError, match=r"x\.csv\n.*\n  found:    no column AU12_r, AU28_c\n"):
        read_unit_csv(path)


def with_landmarks(csv: Csv, *points: tuple[object, object, object, object]) -> list[FaceRow]:
    """A file with two landmarks a face."""
    path = csv.write("x", *[{"confidence": 0.5} for _ in points])
    header, *rows = path.read_text().splitlines()
    rows = [f"{row},{','.join(map(str, point))}" for row, point in zip(rows, points, strict=True)]
    path.write_text("\n".join([f"{header},x_0,x_1,y_0,y_1", *rows]) + "\n")
    return read_unit_csv(path)


def test_the_centre_is_the_mean_of_the_landmarks(csv: Csv) -> None:
    faces = with_landmarks(csv, (10, 20, 30, 50), ("x", 1, 2, 3), ("nan", 1, 2, 3))
    assert [face.centre for face in faces] == [(15, 40), None, None]


def test_the_face_nearest_to_a_point(csv: Csv) -> None:
    faces = with_landmarks(csv, (0, 0, 0, 0), (100, 100, 50, 50))
    for near, number in (((10.0, 10.0), 0), ((90.0, 60.0), 1)):
        face = select_face(csv.folder, faces, near)
        assert face is not None
        assert face.face == number


def test_without_landmarks_one_face_is_the_nearest_and_two_are_an_error(csv: Csv) -> None:
    path = csv.write("x", {"confidence": 0.5})
    faces = read_unit_csv(path)
    assert select_face(path, faces, (0, 0)) is faces[0]
    with pytest.raises(InputError, match="2 faces without landmarks\n  to do:    run OpenFace with -2Dfp"):
        select_face(path, faces * 2, (0, 0))
