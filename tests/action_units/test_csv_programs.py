"""CSV files of py-feat and LibreFace, and what is known where a source does not measure all units."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.action_units.conftest import Csv
from ulcag.action_units.presence import measured_units, presence
from ulcag.action_units.run import read_all
from ulcag.action_units.sources import source_of
from ulcag.action_units.sources.source import AtOnce
from ulcag.action_units.table import ACTION_UNITS, INTENSITY_UNITS, PRESENCE_UNITS
from ulcag.config import PresenceSettings, SourceSettings
from ulcag.errors import InputError
from ulcag.graph.count import count_cooccurrence
from ulcag.graph.table import read_cooccurrence, write_cooccurrence
from ulcag.reporting.figures.action_units import action_units_figure
from ulcag.tables import read_made_by, read_table

# As their documents and programs have them.
PY_FEAT = [f"AU{n:02}" for n in (1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 17, 20, 23, 24, 25, 26, 28, 43)]
PY_FEAT_LEAD = ["FaceRectX", "FaceRectY", "FaceRectWidth", "FaceRectHeight", "FaceScore", "x_0", "y_0", "Pitch"]
DETECTED = [f"au_{n}" for n in (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)]
RATED = [f"au_{n}_intensity" for n in (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)]
SAMPLES = pd.DataFrame(
    {"sample_id": ["train/a", "train/b", "test/a", "test/b"], "split": ["train", "train", "test", "test"]}
).assign(path=lambda frame: "/data/" + frame["sample_id"] + ".jpg", identity=None)
# A face's values, all other units are 0.
Face = dict[str, object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "csv").mkdir()
    return tmp_path / "csv"


def py_feat(path: Path, *faces: Face, without: tuple[str, ...] = ()) -> None:
    """A file of py-feat; `input` and `frame` are each face's own, no face is {"FaceRectX": ""}."""
    header = [name for name in [*PY_FEAT_LEAD, *PY_FEAT, "anger", "input", "frame"] if name not in without]
    usual: Face = {"FaceRectX": 10.5, "FaceScore": 0.99}
    rows = [[str((usual | face).get(name, 0.0)) for name in header] for face in faces]
    path.write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n")


def libreface(path: Path, *faces: Face) -> None:
    header = ["lm_mp_0_x", "pitch", "facial_expression", *DETECTED, *RATED, *(["frame_idx"] if len(faces) > 1 else [])]
    rows = [[str(face.get(name, 0)) for name in header] for face in faces]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n")


def read(folder: Path, samples: pd.DataFrame = SAMPLES, **settings: str) -> pd.DataFrame:
    source = source_of(SourceSettings.read({"folder": str(folder)} | settings))
    assert isinstance(source, AtOnce)
    read_all(source, samples, None, folder.parent / "au.parquet", {})
    return read_table(folder.parent / "au.parquet", ACTION_UNITS).set_index("sample_id", drop=False)


def at(name: str, frame: int, **values: object) -> Face:
    return {"input": f"/photos/{name}.jpg", "frame": frame} | values


def test_py_feat_has_one_file_for_many_pictures(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    py_feat(
        folder / "fex.csv",
        at("test/a", 0, AU12=0.5, AU06=0.49),
        at("test/b", 1, FaceRectX="", FaceScore=0.0, AU12=0.9),
        at("train/b", 2, AU04=1.0, FaceScore=0.4),
        at("train/b", 2, AU28=0.7, FaceScore=0.6),
        at("elsewhere/c", 3),
    )
    (folder / "labels.csv").write_text("image,label\na,happy\n")
    table = read(folder)
    assert table["status"].to_dict() == {"test/a": "ok", "test/b": "no_face", "train/a": "failed", "train/b": "ok"}
    assert "no row of it" in table["reason"]["train/a"]
    assert list(table.loc["test/a", ["AU12_c", "AU06_c"]]) == [1, 0]
    assert list(table.loc["train/b", ["face", "AU04_c", "AU28_c"]]) == [1, 0, 1]
    assert table["confidence"]["train/b"] == pytest.approx(0.6)
    # A probability is no intensity, and AU45 is unknown and not absent.
    assert table[["AU12_r", "AU45_c"]].isna().all(axis=None)
    said = capsys.readouterr().err
    assert "3 of 4 samples have a row in py-feat's CSV files" in said
    assert "action units of py-feat; left out, because OpenFace has none of them: AU11, AU24, AU43\n" in said
    assert "belong to no sample: c.jpg, labels.csv (2)" in said
    notes = [
        "not measured, so unknown for all samples: presence (AUxx_c) of AU45",
        "not measured, so unknown for all samples: intensity (AUxx_r) of any action unit",
    ]
    assert [said.count(note) for note in notes] == [1, 1]
    assert read_made_by(folder.parent / "au.parquet")["notes"] == notes


@pytest.mark.parametrize("name", ["a.jpg", "./a.jpg", "C:\\faces\\a.jpg", "/other/a.png"])
def test_pictures_may_have_moved(name: str, folder: Path) -> None:
    samples = SAMPLES.iloc[:1]
    py_feat(folder / "fex.csv", {"input": name, "frame": 0, "AU12": 1})
    assert read(folder, samples)["AU12_c"].tolist() == [1]


def test_a_row_that_is_damaged_costs_its_own_picture(folder: Path) -> None:
    py_feat(folder / "fex.csv", at("train/a", 0, AU12=1.5), at("train/b", 1), at("test/a", 2), at("test/a", 3))
    table = read(folder)
    assert table["status"].tolist() == ["failed", "failed", "failed", "ok"]
    assert table["reason"]["train/a"] == "fex.csv, row 2, AU12: expected a number from 0 to 1, found '1.5'"
    assert "expected one frame, found 2" in table["reason"]["test/a"]


def two_files(folder: Path) -> None:
    for name in ("one", "two"):
        py_feat(folder / f"{name}.csv", at("train/a", 0))


def another_program(folder: Path) -> None:
    py_feat(folder / "1.csv", at("train/a", 0))
    libreface(folder / "a.csv", {})


def two_of_one_name(folder: Path) -> None:
    py_feat(folder / "fex.csv", {"input": "a.jpg", "frame": 0})


def other_units(folder: Path) -> None:
    py_feat(folder / "1.csv", at("train/a", 0))
    py_feat(folder / "2.csv", at("train/b", 0), without=("AU20",))


def nothing_of_ours(folder: Path) -> None:
    py_feat(folder / "1.csv", at("x/q", 0))


def no_input(folder: Path) -> None:
    py_feat(folder / "1.csv", at("train/a", 0), without=("input",))


def two_programs_in_one(folder: Path) -> None:
    py_feat(folder / "1.csv", at("train/a", 0))
    text = (folder / "1.csv").read_text()
    (folder / "1.csv").write_text(text.replace("anger", "AU12_r"))


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (two_files, r"two\.csv\n.*each picture in one file\n.*'/photos/train/a\.jpg', which is also in .*one\.csv"),
        (another_program, r"a\.csv\n.*a CSV file of py-feat.*\n.*LibreFace's"),
        (two_of_one_name, r"a\.jpg\n.*\n.*a match for both train/a and test/a"),
        (other_units, r"the same action units in all files\n.*train/a and train/b differ in AU20_c"),
        (nothing_of_ours, r"pictures of samples, such as a\.jpg.*\n.*1 pictures, such as '/photos/x/q\.jpg'"),
        (no_input, r"a CSV of py-feat with action units\n.*no column input"),
        (two_programs_in_one, r"action units of one program\n.*columns of OpenFace and of py-feat"),
    ],
)
def test_what_is_not_plain_is_refused(write: Callable[[Path], None], message: str, folder: Path) -> None:
    write(folder)
    with pytest.raises(InputError, match=message):
        read(folder)


def test_libreface_has_a_file_for_each_picture(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    libreface(folder / "train" / "a.csv", {"au_12": 1, "au_24": 1, "au_5_intensity": 2.25})
    libreface(folder / "train" / "b.csv", {"au_7": 1, "au_12_intensity": 5.0})
    libreface(folder / "test" / "a.csv", {"frame_idx": 0}, {"frame_idx": 1})
    table = read(folder)
    assert table["status"].to_dict() == {"test/a": "failed", "test/b": "no_face", "train/a": "ok", "train/b": "ok"}
    assert table["reason"]["test/a"] == "a.csv, expected one picture, found a sequence of 2 frames"
    assert list(table.loc["train/a", ["AU12_c", "AU07_c", "AU05_r", "AU12_r"]]) == [1, 0, 2.25, 0]
    assert list(table.loc["train/b", ["AU12_c", "AU07_c", "AU05_r", "AU12_r"]]) == [0, 1, 0, 5]
    assert table["confidence"].isna().all()
    said = capsys.readouterr().err
    assert "action units of LibreFace; left out, because OpenFace has none of them: au_24" in said
    assert "presence (AUxx_c) of AU05, AU09, AU20, AU25, AU26, AU28, AU45\n" in said
    assert "intensity (AUxx_r) of AU07, AU10, AU14, AU23, AU45\n" in said


def test_a_cut_header_of_libreface_is_refused(folder: Path) -> None:
    libreface(folder / "a.csv", {})
    header, row = (folder / "a.csv").read_text().splitlines()
    (folder / "a.csv").write_text(f"{header.rsplit(',', 1)[0]}\n{row.rsplit(',', 1)[0]}\n")
    with pytest.raises(InputError, match=r"a CSV of LibreFace with action units\n.*no column au_26_intensity"):
        read(folder, SAMPLES.iloc[:1])


def test_a_table_takes_files_of_one_picture(folder: Path, tmp_path: Path) -> None:
    py_feat(folder / "1.csv", at("x", 0, AU12=1))
    py_feat(folder / "2.csv", at("y", 0), at("z", 1))
    (tmp_path / "map.csv").write_text("image,csv\ntrain/a,1.csv\ntrain/b,2.csv\n")
    table = read(folder, table=str(tmp_path / "map.csv"))
    assert (table["AU12_c"]["train/a"], table["status"]["train/b"]) == (1, "failed")
    assert "leave action_units.table blank" in table["reason"]["train/b"]


def test_units_that_are_not_measured_are_no_nodes_and_no_points(folder: Path, tmp_path: Path) -> None:
    py_feat(folder / "fex.csv", at("train/a", 0, AU12=1, AU06=1), at("train/b", 1, AU12=1))
    table = read(folder)
    names, z, known = presence(table, PresenceSettings())
    assert names == tuple(unit for unit in PRESENCE_UNITS if unit != "AU45")
    assert (z.shape, known.sum(), z.sum()) == ((4, 17), 2, 3)
    points, _ = measured_units(table)
    assert points.shape == (4, 17)
    graph = count_cooccurrence(SAMPLES, table.reset_index(drop=True), "all", PresenceSettings())
    write_cooccurrence(tmp_path / "g.parquet", graph, {})
    back = read_cooccurrence(tmp_path / "g.parquet")
    assert back.names == names
    assert back.matrix[names.index("AU06"), names.index("AU12")] == 0.5
    with pytest.raises(InputError, match=r"columns AUxx_r with values\n.*action_units\.presence: intensity"):
        presence(table, PresenceSettings(presence="intensity"))


def test_points_of_libreface_are_its_own_columns(folder: Path) -> None:
    libreface(folder / "a.csv", {"au_12": 1, "au_26_intensity": 4.0})
    table = read(folder, SAMPLES.iloc[:1])
    points, known = measured_units(table)
    assert known.all()
    # 11 presences, the last 12 are intensities
    assert points.shape == (1, 23)
    assert (points[0, -1], points.sum()) == (2, 3)
    names, _, _ = presence(table, PresenceSettings(presence="intensity"))
    assert names == tuple(unit for unit in INTENSITY_UNITS if f"au_{int(unit[2:])}_intensity" in RATED)


def test_a_unit_that_only_some_rows_have_is_refused(csv: Csv, tmp_path: Path) -> None:
    for name in ("a", "b"):
        csv.write(name, {"confidence": 0.9})
    table = read(csv.folder, pd.DataFrame({"sample_id": ["a", "b"], "path": ["a.jpg", "b.jpg"]}))
    table.loc["b", "AU45_c"] = pd.NA
    for ask in (measured_units, lambda rows: presence(rows, PresenceSettings())):
        with pytest.raises(InputError, match=r"the same action units in all usable rows\n.*AU45_c in 1 of 2"):
            ask(table)


def test_the_figure_draws_no_bar_for_what_is_unknown(folder: Path) -> None:
    libreface(folder / "a.csv", {"au_12": 1})
    table = read(folder, SAMPLES.iloc[:1])
    rates, agreement, _, _ = action_units_figure(np.array([3]), table, 0.5, "title").axes
    assert sorted(text.get_text() for text in rates.texts) == ["0"] * 10 + ["100"]
    detected, rated = (np.array([bar.get_width() for bar in bars]) for bars in agreement.containers)
    assert np.isnan(detected).sum() == len(INTENSITY_UNITS) - 11
    assert np.isnan(rated).sum() == len(INTENSITY_UNITS) - 12
