"""Which layout the data is taken for, and what is said about it."""

from pathlib import Path
from typing import Any

import pytest

from tests.samples.data_sets import (
    AFFECTNET_HEADER,
    affectnet_2021,
    affectnet_full,
    affectnet_row,
    fer2013,
    rafdb,
    touch,
)
from ulcag.audit.recognise import recognise
from ulcag.errors import InputError


def taken_for(data: Path, **given: Any) -> tuple[str, str]:
    settings, why = recognise(data, given)
    assert settings.keys() == {"reader", "path" if settings["reader"] == "table" else "root"}
    return settings["reader"], why


@pytest.mark.parametrize("place", ["", "basic", "RAF-DB/basic", "raf-basic"])
def test_rafdb(place: str, tmp_path: Path) -> None:
    rafdb(tmp_path / place)
    assert taken_for(tmp_path) == ("rafdb", f"it holds {Path(place) / 'EmoLabel'}/list_patition_label.txt")


def test_affectnet(tmp_path: Path) -> None:
    affectnet_full(tmp_path / "a/b")
    reader, why = taken_for(tmp_path)
    assert reader == "affectnet" and "a/b/training.csv" in why and "a/b/Manually_Annotated_Images" in why
    assert recognise(tmp_path, {})[0]["root"] == str(tmp_path)
    affectnet_2021(tmp_path / "of 2021")
    assert taken_for(tmp_path / "of 2021") == ("affectnet", "it holds train_set, val_set")


@pytest.mark.parametrize("name", ["fer2013.csv", "fer2013/fer2013.csv", "data/icml_face_data.csv"])
def test_fer2013(name: str, tmp_path: Path) -> None:
    touch(tmp_path, name)
    assert taken_for(tmp_path) == ("fer2013", f"it holds {name}")
    assert taken_for(tmp_path / name) == ("fer2013", f"it is called {Path(name).name}")


def test_class_folders_beside_tables_are_class_folders(tmp_path: Path) -> None:
    touch(tmp_path, "happy/a.jpg", "sad/a.jpg", "training.csv", "notes.txt")
    said = "it holds happy, sad; tables next to them are not read: training.csv (to read one, give the table itself)"
    assert taken_for(tmp_path) == ("folder", said)
    (tmp_path / "training.csv").write_text(f"{AFFECTNET_HEADER}\n{affectnet_row('1/a.jpg', 1)}\n")
    assert taken_for(tmp_path) == ("folder", said)
    touch(tmp_path, "Manually_Annotated_Images/1/a.jpg")
    reader, why = taken_for(tmp_path)
    assert reader == "affectnet" and why.endswith("; folders next to it are not read: happy, sad")


def test_words_that_labels_translate_are_classes(tmp_path: Path) -> None:
    touch(tmp_path, "1/a.jpg", "2/a.jpg", "list.csv")
    assert taken_for(tmp_path, labels={1: "happy", "2": "sad"})[0] == "folder"
    assert taken_for(tmp_path, reader="folder") == ("folder", "the settings say so")
    with pytest.raises(InputError, match=r"only list\.csv\n.*give the table.*/list\.csv"):
        recognise(tmp_path, {})


def test_a_folder_one_above_is_told_from_its_tables(tmp_path: Path) -> None:
    touch(tmp_path, "archive/images/train/sad/a.jpg", "archive/.checkpoints/sad/a.jpg", "archive/list.csv")
    with pytest.raises(InputError, match=r"images, which holds train\n.*such as .*/archive/images"):
        recognise(tmp_path / "archive", {})


def test_a_file_is_a_table_or_fer2013(tmp_path: Path) -> None:
    for name in ("mine.csv", "mine.parquet", "mine.TSV"):
        touch(tmp_path, name)
        assert taken_for(tmp_path / name) == ("table", "it is a file")
    touch(tmp_path, "mine.xlsx")
    with pytest.raises(InputError, match=r"mine\.xlsx(.|\n)*a table(.|\n)*\.xlsx"):
        recognise(tmp_path / "mine.xlsx", {})
    with pytest.raises(InputError, match="no such file or folder"):
        recognise(tmp_path / "nowhere", {})


def test_a_file_of_a_known_data_set_is_given_in_another_way(tmp_path: Path) -> None:
    fer2013(tmp_path)
    (tmp_path / "icml_face_data.csv").write_text((tmp_path / "fer2013.csv").read_text())
    with pytest.raises(InputError, match=r"icml_face_data\.csv alone\n.*/fer2013\.csv, which would be read"):
        recognise(tmp_path / "icml_face_data.csv", {})
    (tmp_path / "icml_face_data.csv").rename(tmp_path / "mine.csv")
    with pytest.raises(InputError, match=r"FER2013's columns(.|\n)*rename the file to fer2013\.csv"):
        recognise(tmp_path / "mine.csv", {})
    affectnet_full(tmp_path / "affectnet")
    with pytest.raises(InputError, match=r"a list of AffectNet\n.*give the folder"):
        recognise(tmp_path / "affectnet/training.csv", {})
    columns = {"image": "subDirectory_filePath", "label": "expression"}
    assert taken_for(tmp_path / "affectnet/training.csv", columns=columns)[0] == "table"


def test_a_link_is_what_it_is_called_and_lies_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "0a1b").touch()
    (tmp_path / "mine.csv").symlink_to("store/0a1b")
    assert recognise(tmp_path / "mine.csv", {})[0] == {"reader": "table", "path": str(tmp_path / "mine.csv")}
