"""Which CSV belongs to which image: never another's."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ulcag.action_units.match import by_name, by_table, csv_folder
from ulcag.config import SourceSettings
from ulcag.errors import InputError


def images(*paths: str) -> pd.DataFrame:
    """Samples whose ids tell nothing of their files' names."""
    return pd.DataFrame({"sample_id": [f"id {path}" for path in paths], "path": [f"/data/{path}" for path in paths]})


def files(folder: Path, *paths: str) -> Path:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return folder


def matched(samples: pd.DataFrame, folder: Path) -> dict[str, str]:
    found = by_name(samples, folder).csv_of
    return {sample_id.removeprefix("id "): str(path.relative_to(folder)) for sample_id, path in found.items()}


def test_by_stem_whatever_the_folders(tmp_path: Path) -> None:
    folder = files(tmp_path, "a.csv", "deep/b.csv", "deep/er/c.d.csv")
    samples = images("train/a.jpg", "train/b.jpg", "test/c.d.png", "test/e.jpg")
    assert matched(samples, folder) == {
        "train/a.jpg": "a.csv",
        "train/b.jpg": "deep/b.csv",
        "test/c.d.png": "deep/er/c.d.csv",
    }


def test_in_folders_like_the_images(tmp_path: Path) -> None:
    # test/2.jpg shows no face; what is in `elsewhere` is of pictures that are not among the samples
    folder = files(tmp_path, "of/train/0.csv", "of/test/0.csv", "of/train/1.csv", "elsewhere/2.csv")
    samples = images("train/0.jpg", "test/0.jpg", "train/1.jpg", "test/2.jpg")
    assert matched(samples, folder) == {
        "train/0.jpg": "of/train/0.csv",
        "test/0.jpg": "of/test/0.csv",
        "train/1.jpg": "of/train/1.csv",
    }
    assert [path.name for path in by_name(samples, folder).unmatched] == ["2.csv"]


def test_the_longest_common_path_decides(tmp_path: Path) -> None:
    folder = files(tmp_path, "one/train/0.csv", "two/train/0.csv")
    samples = images("one/train/0.jpg", "two/train/0.jpg")
    assert matched(samples, folder) == {f"{name}/train/0.jpg": f"{name}/train/0.csv" for name in ("one", "two")}


@pytest.mark.parametrize(
    ("paths", "csv_files", "found"),
    [
        # flat files of pictures with the same name
        (
            ["train/0.jpg", "test/0.jpg"],
            ["0.csv"],
            "0.csv\n.*\n  found:    a match for both id train/0.jpg and id test/0.jpg",
        ),
        (["train/0.jpg", "test/0.jpg"], ["train/0.csv", "0.csv"], "a match for both id train/0.jpg and id test/0.jpg"),
        (
            ["one/train/0.jpg", "two/train/0.jpg"],
            ["train/0.csv"],
            "a match for both id one/train/0.jpg and id two/train",
        ),
        # two files of one picture
        (["train/0.jpg"], ["0.csv", "train/0.csv"], "a match for id train/0.jpg, like .*/0.csv"),
        (["train/0.jpg"], ["old/train/0.csv", "new/train/0.csv"], "a match for id train/0.jpg, like"),
        (["b.jpg"], ["B.csv", "x/B.csv"], ", like "),
        (["a.jpg", "a.png"], ["a.csv"], "a match for both id a.jpg and id a.png"),
    ],
)
def test_what_is_not_plain_is_refused(paths: list[str], csv_files: list[str], found: str, tmp_path: Path) -> None:
    folder = files(tmp_path / "of", *csv_files)
    with pytest.raises(InputError, match=found) as error:
        by_name(images(*paths), folder)
    assert "in a table (action_units.table" in error.value.do


def test_pictures_of_one_name_do_no_harm_where_no_file_has_it(tmp_path: Path) -> None:
    folder = files(tmp_path, "b.csv", "deep/c.csv")
    samples = images("train/a.jpg", "test/a.jpg", "train/b.jpg", "train/c.jpg")
    assert matched(samples, folder) == {"train/b.jpg": "b.csv", "train/c.jpg": "deep/c.csv"}


def test_case_and_accents_as_file_systems_change_them(tmp_path: Path) -> None:
    folder = files(tmp_path, "IMG_1.CSV", "Ame\u0301lie.csv")
    samples = images("img_1.jpg", "Am\u00e9lie.jpg")
    assert matched(samples, folder) == {"img_1.jpg": "IMG_1.CSV", "Am\u00e9lie.jpg": "Ame\u0301lie.csv"}


@pytest.mark.parametrize("names", [["a"], ["a", "A"]])
def test_the_same_case_comes_first(names: list[str], tmp_path: Path) -> None:
    samples = images(*(f"{name}.jpg" for name in names))
    assert matched(samples, files(tmp_path, "a.csv", "A.csv")) == {f"{name}.jpg": f"{name}.csv" for name in names}


def test_hidden_files_are_told_apart(tmp_path: Path) -> None:
    folder = files(tmp_path, "a.csv", "._a.csv", ".ipynb_checkpoints/a.csv", "a.txt", "b.csv")
    found = by_name(images("a.jpg"), folder)
    assert sorted(path.name for path in found.hidden) == ["._a.csv", "a.csv"]
    assert [path.name for path in found.unmatched] == ["b.csv"]


@pytest.mark.parametrize(
    ("csv_files", "found"),
    [
        (["b.csv"], "1 CSV files, none of them named like a picture"),
        (["a.txt"], "no CSV file"),
        (["x/a.csv", "y/a.csv"], "2, 'a' more than once, and none in a folder named like that of its picture"),
    ],
)
def test_nothing_that_matches_is_an_error(csv_files: list[str], found: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"such as a.csv\n  found:    {found}\n  to do:    .*action_units.table"):
        by_name(images("a.jpg"), files(tmp_path, *csv_files))
    with pytest.raises(InputError, match="no such folder"):
        by_name(images("a.jpg"), tmp_path / "none")


FOLDERS, STEMS = ["train", "test", "train/happy", "test/happy"], ["0", "1", "2"]


@settings(max_examples=30)
@given(
    paths=st.lists(st.sampled_from([f"{f}/{s}" for f in FOLDERS for s in STEMS]), min_size=1, unique=True),
    seen=st.data(),
)
def test_a_tree_like_that_of_the_images_is_read_rightly(
    paths: list[str], seen: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # some pictures have no file, and some files belong to pictures that are not among the samples
    with_file = seen.draw(st.lists(st.sampled_from(paths), min_size=1, unique=True))
    samples = seen.draw(st.permutations(paths))
    folder = files(tmp_path_factory.mktemp("tree"), *(f"{path}.csv" for path in with_file))
    assert matched(images(*(f"{path}.jpg" for path in samples)), folder) == {
        f"{path}.jpg": f"{path}.csv" for path in with_file
    }


def test_the_usual_folder(tmp_path: Path) -> None:
    samples = pd.DataFrame(
        {"sample_id": ["1", "2"], "path": [f"{tmp_path}/set/{s}/a/0.jpg" for s in ("train", "test")]}
    )
    beside, within = tmp_path / "openface", tmp_path / "set" / "openface"
    assert csv_folder(samples, SourceSettings()) == beside
    within.mkdir(parents=True)
    assert csv_folder(samples, SourceSettings()) == within
    beside.mkdir()
    with pytest.raises(
        InputError, match=r"one folder of OpenFace's CSV files\n.*\n  to do:    set action_units.folder"
    ):
        csv_folder(samples, SourceSettings())
    assert csv_folder(samples, SourceSettings(folder="x")) == Path("x")


SAMPLES = pd.DataFrame({"sample_id": ["1", "2", "c.jpg"], "path": ["x/a.jpg", "y/a.jpg", "y/b.jpg"]})


def of_table(tmp_path: Path, text: str, samples: pd.DataFrame = SAMPLES) -> dict[str, str]:
    (tmp_path / "map.csv").write_text(text)
    found = by_table(samples, files(tmp_path / "of", "0.csv", "1.csv", "2.csv", "deep/3.csv"), tmp_path / "map.csv")
    return {sample_id: path.name for sample_id, path in found.csv_of.items()}


@pytest.mark.parametrize(
    "text",
    [
        "image,csv\n1,0.csv\ny/a.jpg,deep/3.csv\nb.jpg,1.csv\n",
        "\ufeffcsv; image ;more\n1.csv; b.jpg ;x\n0.csv;./x/a.jpg;\ndeep/3.csv;2;\n\n",
    ],
)
def test_a_table_names_images_by_id_path_or_file(text: str, tmp_path: Path) -> None:
    assert of_table(tmp_path, text) == {"1": "0.csv", "2": "3.csv", "c.jpg": "1.csv"}


def test_a_table_may_say_that_there_is_no_file(tmp_path: Path) -> None:
    assert of_table(tmp_path, "image,csv\n1,0.csv\n2,\n") == {"1": "0.csv"}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            ["1,0.csv", "2,nine.csv"],
            r"row 3\n  expected: an existing CSV file\n  found:    .*nine.csv\n  to do: .*folder",
        ),
        (["1,0.csv", "x/a.jpg,1.csv"], "row 3\n  .*\n  found:    'x/a.jpg', the same picture as in row 2"),
        (["b.jpg,0.csv", "2,1.csv", "c.jpg,2.csv"], "row 4\n  .*\n  found:    'c.jpg', the same picture as in row 2"),
        (["1,0.csv", "2,./deep/../0.csv"], "row 3\n  .*\n  found:    .*, as in row 2\n .*its own CSV file"),
        (["1,0.csv", "a.jpg,1.csv"], "row 3\n  expected: one picture\n  found:    'a.jpg', which matches 2 pictures"),
        (["z,0.csv", "z,1.csv"], "row 3\n .*\n  found:    'z', the same picture as"),
        (["z,0.csv", "zz,1.csv"], "pictures such as 1\n  found:    2 rows, such as 'z'"),
        ([], "found:    0 rows"),
    ],
)
def test_a_table_that_is_wrong_is_named(rows: list[str], found: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=found):
        of_table(tmp_path, "\n".join(["image,csv", *rows]) + "\n")


def test_a_table_without_its_columns(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a table with columns image, csv\n  found:    no image in: picture, csv"):
        of_table(tmp_path, "picture,csv\n1,0.csv\n")
