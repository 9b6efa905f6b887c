"""Class names."""

import pytest

from ulcag.classes import CLASSES, class_index


def test_order_is_alphabetical() -> None:
    assert list(CLASSES) == sorted(CLASSES)


@pytest.mark.parametrize(
    ("name", "code"), [("happy", 3), (" Happiness", 3), ("ANGER", 0), ("contempt", None), ("", None)]
)
def test_class_index(name: str, code: int | None) -> None:
    assert class_index(name) == code
