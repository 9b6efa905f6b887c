"""A folder of CSV files."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.action_units.conftest import Csv
from ulcag.action_units.presence import presence
from ulcag.action_units.run import read_all
from ulcag.action_units.sources import source_of
from ulcag.action_units.sources.source import AtOnce
from ulcag.action_units.table import ACTION_UNITS
from ulcag.config import PresenceSettings, SourceSettings
from ulcag.errors import InputError
from ulcag.tables import read_made_by, read_table

NAMES = ["a", "b", "c", "d"]
SAMPLES = pd.DataFrame({"sample_id": NAMES, "path": [f"images/{name}.jpg" for name in NAMES]})


def read(csv: Csv, tmp_path: Path, samples: pd.DataFrame = SAMPLES) -> pd.DataFrame:
    return read_by({"folder": str(csv.folder)}, tmp_path, samples)


def read_by(
    settings: dict[str, Any], tmp_path: Path, samples: pd.DataFrame = SAMPLES, faces: pd.DataFrame | None = None
) -> pd.DataFrame:
    source = source_of(SourceSettings.read(settings))
    assert isinstance(source, AtOnce)
    read_all(source, samples, faces, tmp_path / "au.parquet", {})
    return read_table(tmp_path / "au.parquet", ACTION_UNITS).set_index("sample_id")


@pytest.fixture
def table(csv: Csv, tmp_path: Path) -> pd.DataFrame:
    csv.write("a", {"confidence": 0.9, "AU12_c": 1, "AU12_r": 0.4, "AU04_r": 2})
    csv.write("b", {"confidence": 0.3, "AU12_c": 1})
    csv.write("d", {"confidence": 0.9, "AU12_c": "x"})
    csv.write("other", {"confidence": 0.9})
    return read(csv, tmp_path)


def test_status(table: pd.DataFrame) -> None:
    assert table["status"].tolist() == ["ok", "low_confidence", "no_face", "failed"]
    assert table["AU12_c"].tolist() == [1, 1, pd.NA, pd.NA]
    assert "d.csv, row 2, AU12_c" in table["reason"]["d"]


def test_presence_by_classifier_or_intensity(table: pd.DataFrame) -> None:
    names, z, known = presence(table, PresenceSettings())
    assert len(names) == 18
    assert [names[i] for i in z[0].nonzero()[0]] == ["AU12"]
    assert known.tolist() == [True, False, False, False]
    assert z[1:].sum() == 0
    names, z, _ = presence(table, PresenceSettings(presence="intensity", intensity_threshold=1.0))
    assert len(names) == 17
    assert [names[i] for i in z[0].nonzero()[0]] == ["AU04"]


def test_a_summary_counts_everything(csv: Csv, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    csv.write("a", {"confidence": 0.9})
    csv.write("other", {"confidence": 0.9})
    read(csv, tmp_path)
    said = capsys.readouterr().err
    assert "1 of 4 samples have a CSV file" in said
    assert "action units by csv, au: 3 no_face, 1 ok" in said
    assert "unmatched CSV files, which belong to no sample: other.csv (1)" in said


def test_nothing_that_matches_is_an_error(csv: Csv, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no CSV file"):
        read(csv, tmp_path)
    csv.write("other", {"confidence": 0.9})
    with pytest.raises(InputError, match="1 CSV files, none of them named like a picture"):
        read(csv, tmp_path)
    assert not (tmp_path / "au.parquet").exists()


def test_values_by_hand(csv: Csv, tmp_path: Path) -> None:
    csv.write("a", {"confidence": 0.2, "AU01_r": 1}, {"confidence": 0.75, "AU01_r": 2.5, "AU28_c": 1})
    row = read(csv, tmp_path).loc["a"]
    assert (row["confidence"], row["face"], row["AU01_r"], row["AU28_c"], row["AU01_c"]) == (0.75, 1, 2.5, 1, 0)


def test_the_least_confidence_is_enough(csv: Csv, tmp_path: Path) -> None:
    csv.write("a", {"confidence": 0.5})
    csv.write("b", {"confidence": 0.499})
    assert read(csv, tmp_path)["status"].tolist() == ["ok", "low_confidence", "no_face", "no_face"]


def test_the_rows_follow_the_samples_whatever_their_order(csv: Csv, tmp_path: Path) -> None:
    for number, name in enumerate(NAMES):
        csv.write(name, {"confidence": 0.9, "AU01_r": number})
    table = read(csv, tmp_path, SAMPLES.iloc[::-1])
    assert table.index.tolist() == NAMES
    assert table["AU01_r"].tolist() == [0, 1, 2, 3]


@settings(max_examples=10)
@given(data=st.data())
def test_the_table_is_the_same_whatever_the_order(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp_path = tmp_path_factory.mktemp("order")
    (tmp_path / "openface").mkdir()
    csv = Csv(tmp_path / "openface")
    for name in data.draw(st.permutations(NAMES)):
        csv.write(
            name, {"confidence": 0.9, "AU01_r": NAMES.index(name)}, style=data.draw(st.sampled_from(["old", "new"]))
        )
    index = data.draw(st.lists(st.integers(0, 5), min_size=4, max_size=4))
    samples = SAMPLES.iloc[data.draw(st.permutations(range(4)))].set_axis(index).assign(more="x")
    table = read(csv, tmp_path, samples)
    assert (table.index.tolist(), table["AU01_r"].tolist()) == (NAMES, [0, 1, 2, 3])


def test_blank_means_beside_the_images(csv: Csv, tmp_path: Path) -> None:
    csv.write("a", {"confidence": 0.9})
    samples = SAMPLES.assign(path=[str(tmp_path / "images" / f"{name}.jpg") for name in NAMES])
    assert read_by({}, tmp_path, samples)["status"].tolist() == ["ok", "no_face", "no_face", "no_face"]


def test_no_face_says_whether_there_is_a_file(csv: Csv, tmp_path: Path) -> None:
    csv.write("a", {"confidence": 0.9})
    csv.write("b")
    reasons = read(csv, tmp_path)["reason"]
    none = "no CSV file: OpenFace and LibreFace write none where they find no face"
    assert reasons.tolist()[1:3] == ["b.csv holds no face", none]


def test_a_file_that_cannot_be_opened_is_one_failure(csv: Csv, tmp_path: Path) -> None:
    csv.write("a", {"confidence": 0.9})
    (csv.folder / "b.csv").mkdir()
    table = read(csv, tmp_path)
    assert table["status"].tolist() == ["ok", "failed", "no_face", "no_face"]
    assert table["reason"]["b"] == "b.csv, expected a text file, found Is a directory"


def test_nothing_but_failures_is_an_error(csv: Csv, tmp_path: Path) -> None:
    for name in ("a", "b"):
        csv.write(name, {"confidence": "high"})
    with pytest.raises(
        InputError, match=r"a\.csv, row 2, confidence: .* found 'high'; 2 files failed, and none succeeded"
    ):
        read(csv, tmp_path)


def test_the_table_says_what_made_it(csv: Csv, tmp_path: Path) -> None:
    csv.write("a", {"confidence": 0.9})
    read(csv, tmp_path)
    assert read_made_by(tmp_path / "au.parquet")["settings"]["min_confidence"] == 0.5


def by_table(csv: Csv, tmp_path: Path, *rows: str) -> pd.DataFrame:
    (tmp_path / "map.csv").write_text("\n".join(["image,csv", *rows]) + "\n")
    return read_by({"folder": str(csv.folder), "table": str(tmp_path / "map.csv")}, tmp_path)


def test_a_table_says_which_file_belongs_to_what(csv: Csv, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(4):
        csv.write(str(number), {"confidence": 0.9, "AU01_r": number})
    table = by_table(csv, tmp_path, "a,1.csv", "images/b.jpg,0.csv", "d.jpg,2.csv", "elsewhere.jpg,3.csv")
    assert table["AU01_r"].fillna(-1).tolist() == [1, 0, -1, 2]
    assert table["status"].tolist() == ["ok", "ok", "no_face", "ok"]
    said = capsys.readouterr().err
    assert "3 ok, 1 no_face" in said
    assert "belong to no sample: 3.csv" in said


def test_the_face_nearest_to_our_box(csv: Csv, tmp_path: Path) -> None:
    for name in ("a", "b"):
        path = csv.write(name, {"confidence": 0.9, "AU01_r": 1}, {"confidence": 0.8, "AU01_r": 2})
        header, *rows = path.read_text().splitlines()
        path.write_text("\n".join([f"{header},x_0,y_0", f"{rows[0]},10,10", f"{rows[1]},90,90"]) + "\n")
    corners = ("box_x0", "box_y0", "box_x1", "box_y1")
    rows = [("a", 60, 60, 100, 100), ("b", 0, 0, 30, 40), ("c", *[None] * 4), ("d", *[None] * 4)]
    faces = pd.DataFrame(rows, columns=["sample_id", *corners])
    settings = {"folder": str(csv.folder), "of_several": "nearest_box"}
    assert read_by(settings, tmp_path, faces=faces.iloc[::-1])["AU01_r"].tolist()[:2] == [2, 1]
    with pytest.raises(InputError, match=r"faces\n.*a row for each sample\n.*none for 1, such as 'd'"):
        read_by(settings, tmp_path, faces=faces.iloc[:3])


def test_doing_without_makes_a_table_in_which_nothing_is_known(tmp_path: Path) -> None:
    table = read_by({"source": "none"}, tmp_path)
    assert set(table["status"]) == {"not_read"}
    assert not presence(table, PresenceSettings())[2].any()
