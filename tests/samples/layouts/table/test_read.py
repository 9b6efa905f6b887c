"""The reader for a plain table."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.samples.data_sets import csv, parquet, said, touch
from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples.layouts.table import TableSamples
from ulcag.samples.layouts.table.read import read_table_samples
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
    with pytest.raises(InputError, match=rf"t\.csv, row 3, votes_happy\n  expected: a number of people\n.*'{value}'"):
        read_table_samples(TableSamples(path=str(path)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,noisy_label,clean_label,usage\na,glad,sad,train\n", "row 2, label(.|\n)*'glad'(.|\n)*translate it"),
        ("file,noisy_label,clean_label,usage\na,sad,sad,train\nb,sad,,fold 1\n", "row 3, split(.|\n)*'fold 1'"),
        (
            "file,noisy_label,clean_label,usage\na,sad,,train\na,sad,,train\n",
            "row 3, image\n(.|\n)*a again, in row 2\n",
        ),
        ("file,noisy_label,usage\na,sad,train\n", "a column 'clean_label'"),
        ("picture,noisy_label,clean_label,usage\n", "a column 'file'"),
        ("file,noisy_label,clean_label,usage\n", "at least one row"),
        ("", "found:    an empty file"),
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
        ({"path": "."}, "suffix ''"),
    ],
)
def test_the_file_itself_is_checked(values: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_table_samples(TableSamples(path=str(tmp_path / values["path"])))


def test_a_wrong_column_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("image,label\na,sad\n")
    with pytest.raises(InputError, match="found:    lable"):
        read_table_samples(TableSamples(path=str(tmp_path / "t.csv"), columns={"lable": "x"}))


def test_row_names_as_r_writes_them_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"r\.csv, row 2\n.*2 cells, like the header\n(.|\n)*row names written by R"):
        said(csv(tmp_path / "r.csv", '"image","label"\n"1","0.jpg","happy"\n'))
    assert said(csv(tmp_path / "r.csv", '"","image","label"\n"1","0.jpg","happy"\n')) == {"0.jpg": "happy"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["t.csv", "T.CSV", "t.tsv"])
def test_text_as_programs_save_it(encoding: str, name: str, tmp_path: Path) -> None:
    text = " image ;label ; x\r\n ü.jpg;Happy ;1\r\n;;\r\n1.jpg; sad\r\n".replace(";", "\t" if name[-3] == "t" else ";")
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert said(TableSamples(path=str(tmp_path / name))) == {"ü.jpg": "happy", "1.jpg": "sad"}


def test_words_that_others_take_for_missing_are_words(tmp_path: Path) -> None:
    rows = ["0.jpg,None,NA,NA", "1.jpg,NA,sad,nan", "2.jpg,null,,", "3.jpg,happy,None,B"]
    of = csv(
        tmp_path / "t.csv",
        "\n".join(["image,label,clean_label,identity", *rows]),
        labels={"None": "drop", "NA": "sad", "null": "fear", "nan": "drop"},
    )
    found = read_table_samples(of)
    assert said(of) == {"1.jpg": "sad", "2.jpg": "fear", "3.jpg": "happy"}
    assert found.samples["clean_label"].isna().tolist() == [False, True, True]
    assert found.samples["identity"].fillna("?").tolist() == ["nan", "?", "B"]
    assert found.notes == (
        "left out: 1 rows labelled None: 0.jpg",
        "`labels` translates words that occur in no row: 'nan'",
    )


def test_what_is_dropped_is_counted_by_its_label_and_named(tmp_path: Path) -> None:
    rows = ["0.jpg,happy", "1.jpg,contempt", "2.jpg,contempt", "3.jpg,sad", "4.jpg,"]
    of = csv(tmp_path / "t.csv", "\n".join(["image,label", *rows]), labels={"contempt": "drop", "": "drop"})
    assert read_table_samples(of).notes == (
        "left out: 2 rows labelled contempt: 1.jpg, 2.jpg",
        "left out: 1 rows labelled with nothing: 4.jpg",
    )


def test_numbers_that_became_decimals_are_the_same_numbers(tmp_path: Path) -> None:
    assert said(csv(tmp_path / "t.csv", "image,label\n0.jpg,1.0\n1.jpg,2\n", labels={"1": "happy", "2": "sad"})) == {
        "0.jpg": "happy",
        "1.jpg": "sad",
    }


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (",sad,train", r"row 3, image\n.*path of a picture\n.*an empty cell\n.*remove the row"),
        ("b.jpg,,train", r"row 3, label\n.*\n.*an empty cell\n.*labels: \{'': drop\}"),
        ("b.jpg,sad", r"row 3, split\n.*train, test or validation\n.*an empty cell"),
        ("b.jpg,sad,NA", r"row 3, split\n.*train, test or validation\n.*'NA'"),
        ("a.jpg ,happy,train", r"row 3, image\n.*once\n.*a\.jpg again, in row 2\n"),
        ("a.jpg,sad,train", r"a\.jpg again, in row 2, labelled happy there and sad here\n"),
        ("./a.jpg,happy,test", r"\./a\.jpg again, as a\.jpg in row 2\n"),
        ("x/../a.jpg,happy,train", r"x/\.\./a\.jpg again, as a\.jpg in row 2\n"),
        ("FOLDER/a.jpg,happy,val", r"/a\.jpg again, as a\.jpg in row 2\n"),
    ],
)
def test_rows_that_are_refused(row: str, message: str, tmp_path: Path) -> None:
    of = csv(tmp_path / "t.csv", f"image,label,split\na.jpg,happy,train\n{row.replace('FOLDER', str(tmp_path))}\n")
    with pytest.raises(InputError, match=message):
        read_table_samples(of)


@pytest.mark.parametrize(
    ("validation", "expected", "notes"),
    [
        ("drop", {"a": "train", "c": "test"}, ("left out: 1 rows of the split PublicTest: b",)),
        ("train", {"a": "train", "b": "train", "c": "test"}, ()),
        ("test", {"a": "train", "b": "test", "c": "test"}, ()),
    ],
)
def test_validation_is_not_test_without_a_word(
    validation: str, expected: dict[str, str], notes: tuple[str, ...], tmp_path: Path
) -> None:
    text = "image,label,split\na,sad,Training\nb,sad,PublicTest\nc,fear,PrivateTest\n"
    found = read_table_samples(csv(tmp_path / "t.csv", text, validation=validation))
    assert dict(zip(found.samples["sample_id"], found.samples["split"], strict=True)) == expected
    assert found.notes == notes


def test_without_test_rows_validation_is_the_test_split(tmp_path: Path) -> None:
    # The only test row is dropped.
    text = "image,label,split\na,sad,train\nb,sad,val\nc,contempt,test\n"
    found = read_table_samples(csv(tmp_path / "t.csv", text, labels={"contempt": "drop"}))
    assert found.samples["split"].tolist() == ["train", "test"]
    assert found.notes[0] == "there is no test split: val is used as one"


def test_paths_as_windows_writes_them(tmp_path: Path) -> None:
    touch(tmp_path, "pics/a.jpg", "pics\\b.jpg")
    found = read_table_samples(csv(tmp_path / "t.csv", "image,label\npics\\a.jpg,sad\npics\\b.jpg,fear\n"))
    assert found.samples["sample_id"].tolist() == ["pics\\a.jpg", "pics\\b.jpg"]
    assert found.samples["path"].tolist() == [str(tmp_path / "pics/a.jpg"), str(tmp_path / "pics\\b.jpg")]
    assert found.notes == ("backslashes in picture paths are read as slashes",)
    with pytest.raises(InputError, match=r"pics/a\.jpg again, as pics\\a\.jpg in row 2"):
        read_table_samples(csv(tmp_path / "t.csv", "image,label\npics\\a.jpg,sad\npics/a.jpg,sad\n"))


def test_letters_with_accents_in_either_spelling(tmp_path: Path) -> None:
    one, two = "\u00e9/\u00fc.jpg", "e\u0301/u\u0308.jpg"  # the same text, as Linux and as macOS write it
    for there, written in ((one, two), (two, one)):
        root = tmp_path / ascii(there).replace("/", "")
        touch(root, there)
        found = read_table_samples(csv(root / "t.csv", f"image,label\n{written},sad\n"))
        assert found.samples["sample_id"].tolist() == [written]
        assert found.samples["path"].tolist() == [str(root / there)]
        with pytest.raises(InputError, match=r"row 3, image\n(.|\n)*again, as .* labelled sad there and fear here"):
            read_table_samples(csv(root / "t.csv", f"image,label\n{one},sad\n{two},fear\n"))
    touch(root, one)
    both = read_table_samples(csv(root / "t.csv", f"image,label\n{one},sad\n{two},fear\n")).samples
    assert dict(zip(both["path"], both["label"], strict=True)) == {
        str(root / one): CLASSES.index("sad"),
        str(root / two): CLASSES.index("fear"),
    }


ROWS = st.lists(
    st.tuples(st.sampled_from(CLASSES), st.sampled_from(["train", "test"]), st.sampled_from([*CLASSES, None])),
    min_size=1,
    max_size=6,
)


@given(rows=ROWS, index=st.lists(st.integers(0, 3), min_size=6, max_size=6), kind=st.integers(0, 3), data=st.data())
@settings(max_examples=40)
def test_rows_in_any_order_with_any_index_are_the_same_samples(
    rows: list[tuple[str, str, str | None]],
    index: list[int],
    kind: int,
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("table")
    frame = pd.DataFrame(rows, columns=["label", "split", "clean_label"])
    frame.insert(0, "image", [f"{n}.jpg" for n in range(len(rows))])
    frame["votes_sad"] = range(len(rows))
    expected = read_table_samples(csv(root / "t.csv", frame.to_csv(index=False)))
    order = data.draw(st.permutations(range(len(rows))))
    columns = data.draw(st.permutations([*frame.columns, "else"]))
    other = frame.assign(**{"else": "x"}).iloc[order][columns].set_index(pd.Index(index[: len(rows)]))
    match kind:
        case 0:
            of = csv(root / "t.csv", other.to_csv(index=False, sep=";", lineterminator="\r\n"))
        case 1:
            of = csv(root / "t.csv", other.to_csv(sep="\t", quoting=1))  # with row names, as pandas writes them
        case 2:
            of = parquet(root / "t.parquet", other)
        case _:
            of = parquet(root / "t.parquet", other.set_index("image", append=True).astype("category"))
    found = read_table_samples(of)
    pd.testing.assert_frame_equal(found.samples, expected.samples)
    pd.testing.assert_frame_equal(found.votes, expected.votes)
