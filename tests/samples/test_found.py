"""What every reader shares."""

import pytest

from ulcag.samples.found import splits_of


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
    assert notes == ("there is no test split: Validation is taken for it",)
