"""The reader for a plain table."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ulcag.classes import CLASSES
from ulcag.config import TableSamples
from ulcag.errors import InputError
from ulcag.samples.read_table import read_table_samples
from ulcag.samples.table import SAMPLES, VOTES, true_labels
from ulcag.tables import read_table, write_table

COLUMNS = {"image": "file", "label": "noisy_label", "clean_label": "clean_label", "split": "usage"}


def write(path: Path, text: str) -> TableSamples:
    path.write_text(text)
    return TableSamples(path=str(path), columns=COLUMNS)


def test_columns_are_mapped_and_rows_sorted(tmp_path: Path) -> None:
    settings = write(
        tmp_path / "labels.csv",
        "file,noisy_label,clean_label,usage,else\nb.png,Happiness,,Training,1\na.png,fear,sad,test,2\n",
    )
    samples = read_table_samples(settings).samples
    assert samples["sample_id"].tolist() == ["a.png", "b.png"]
    assert samples["path"].tolist() == [str(tmp_path / "a.png"), str(tmp_path / "b.png")]
    assert [CLASSES[code] for code in samples["label"]] == ["fear", "happy"]
    assert samples["split"].tolist() == ["test", "train"]
    assert samples["clean_label"].isna().tolist() == [False, True]
    write_table(tmp_path / "s.parquet", samples, SAMPLES)
    truth = true_labels(read_table(tmp_path / "s.parquet", SAMPLES))
    # the test split has clean labels; the training split has none at all, so its published labels are taken
    assert truth.tolist() == [5, 3]


def test_parquet_and_images_folder_and_translated_labels(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"image": ["x", "y", "z"], "label": [1, 2, 7]}).to_parquet(path)
    settings = TableSamples(path=str(path), images="pictures", labels={"1": "angry", "2": "sad", "7": "drop"})
    samples = read_table_samples(settings).samples
    assert samples["path"].tolist() == ["pictures/x", "pictures/y"]
    assert samples["label"].tolist() == [0, 5]
    assert (samples["split"] == "train").all()


def test_votes_become_shares_and_who_got_none_has_no_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("image,label,votes_happy,anger\nc,happy,3,1\na,happy,,\nb,happy,0,2\n")
    found = read_table_samples(TableSamples(path=str(path), columns={"votes_angry": "anger"}))
    votes = found.votes.set_index("sample_id")
    assert votes.index.tolist() == ["b", "c"]
    assert votes["votes_happy"].tolist() == [0, 0.75]
    assert votes["votes_angry"].tolist() == [1, 0.25]
    write_table(tmp_path / "votes.parquet", found.votes, VOTES)


@pytest.mark.parametrize("value", ["many", "-1", "inf"])
def test_a_vote_that_is_no_number_is_named(value: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"image,label,votes_happy\na,happy,1\nb,happy,{value}\n")
    with pytest.raises(InputError, match=rf"t\.csv, row 1, votes_happy\n  expected: a number of people\n.*'{value}'"):
        read_table_samples(TableSamples(path=str(path)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,noisy_label,clean_label,usage\na,glad,sad,train\n", "row 0, label(.|\n)*'glad'(.|\n)*translate it"),
        ("file,noisy_label,clean_label,usage\na,sad,sad,train\nb,sad,,dev\n", "row 1, split(.|\n)*'dev'"),
        ("file,noisy_label,clean_label,usage\na,sad,,train\na,sad,,train\n", "row 1(.|\n)*a again"),
        ("file,noisy_label,usage\na,sad,train\n", "a column 'clean_label'"),
        ("picture,noisy_label,clean_label,usage\n", "a column 'file'"),
        ("file,noisy_label,clean_label,usage\n", "at least one row"),
        ("", "a .csv table"),
    ],
)
def test_mistakes_are_named(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_table_samples(write(tmp_path / "labels.csv", text))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"path": "none.csv"}, "no such file"),
        ({"path": "labels.xlsx"}, "suffix '.xlsx'"),
    ],
)
def test_the_file_itself_is_checked(values: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_table_samples(TableSamples(path=str(tmp_path / values["path"])))


def test_a_wrong_column_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("image,label\na,sad\n")
    with pytest.raises(InputError, match="found:    lable"):
        read_table_samples(TableSamples(path=str(tmp_path / "t.csv"), columns={"lable": "x"}))
