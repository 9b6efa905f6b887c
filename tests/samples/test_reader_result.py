"""What every reader shares."""

from pathlib import Path

import pytest

from tests.samples.data_sets import touch
from ulcag.errors import InputError
from ulcag.samples.layouts import layout_of
from ulcag.samples.layouts.table import TableSamples
from ulcag.samples.reader_result import samples_table, splits_of


@pytest.mark.parametrize(
    ("words", "validation", "expected"),
    [
        (["train", "Test "], "drop", {"train": "train", "Test ": "test"}),
        (["TRAINING", "val", "test"], "drop", {"TRAINING": "train", "val": None, "test": "test"}),
        (["train", "dev", "test"], "train", {"train": "train", "dev": "train", "test": "test"}),
        (["train", "valid", "test"], "test", {"train": "train", "valid": "test", "test": "test"}),
        (["train", "val"], "train", {"train": "train", "val": "train"}),
        (
            ["Training", "PublicTest", "PrivateTest"],
            "drop",
            {"Training": "train", "PublicTest": None, "PrivateTest": "test"},
        ),
        (["happy", "tests"], "drop", {}),
    ],
)
def test_validation_and_test_are_two_splits(words: list[str], validation: str, expected: dict[str, str | None]) -> None:
    assert splits_of(words, validation) == (expected, ())


def test_validation_is_the_test_split_where_there_is_none_and_that_is_said() -> None:
    splits, notes = splits_of(["train", "Validation"])
    assert splits == {"train": "train", "Validation": "test"}
    assert notes == ("there is no test split: Validation is used as one",)


def test_a_table_in_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    touch(tmp_path, "\udcff/t.csv")
    (tmp_path / "\udcff/t.csv").write_text("image,label\na.jpg,sad\n")
    with pytest.raises(InputError, match="a file name in UTF-8"):
        layout_of(TableSamples(path=str(tmp_path / "\udcff/t.csv"))).read(tmp_path)


def test_two_samples_of_one_name_are_an_error_whatever_the_reader() -> None:
    with pytest.raises(InputError, match=r"'b'\n.*a unique name"):
        samples_table(["a", "b", "b"], ["x/a", "x/b", "y/b"], ["train"] * 3, [0, 1, 2])
