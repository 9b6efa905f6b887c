"""What is drawn on pictures, and where."""

import numpy as np
import pytest

from ulcag.classes import CLASSES
from ulcag.prediction.annotate import annotated, lines, words_place
from ulcag.prediction.predictor import Face

BOX = (40.0, 40.0, 80.0, 90.0)


def face(units: dict[str, float] | None = None, read: dict[str, float] | None = None) -> Face:
    probabilities = dict.fromkeys(CLASSES, 0.02) | {"happy": 0.88}
    return Face(BOX, 0.99, "happy", probabilities, None, units, read)


def test_the_likeliest_units_are_named_and_no_unlikely_one() -> None:
    assert lines(face()) == ["happy 0.88"]
    assert lines(face({"AU04": 0.49, "AU06": 0.5, "AU12": 0.96})) == ["happy 0.88", "AU12 0.96", "AU06 0.50"]
    assert len(lines(face({f"AU{i}": 0.9 for i in range(9)}))) == 4


def test_of_an_arm_that_knows_no_units_those_that_were_read_are_named() -> None:
    read = {"AU04": 0.9, "AU06": 1.0, "AU12": 2.96}
    assert lines(face(None, read)) == ["happy 0.88", "AU12 3.0 of 5", "AU06 1.0 of 5"]
    assert lines(face({"AU04": 0.7}, read)) == ["happy 0.88", "AU04 0.70"]


@pytest.mark.parametrize(
    ("size", "taken", "expected"),
    [
        ((200, 200), [BOX], (40, 90, 70, 110)),  # below
        ((200, 95), [BOX], (40, 20, 70, 40)),  # no room below: above
        ((200, 200), [BOX, (30, 95, 90, 120)], (40, 20, 70, 40)),  # another face below
        ((200, 200), [BOX, (30, 95, 90, 120), (40, 0, 80, 30)], (80, 40, 110, 60)),  # and above: to the right
    ],
)
def test_words_hide_no_face_where_there_is_room(
    size: tuple[int, int], taken: list[tuple[float, ...]], expected: tuple[float, ...]
) -> None:
    assert words_place(BOX, 30, 20, size, taken) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(("side", "drawn"), [(96, 480), (1000, 1000), (4000, 1600), (1, 480)])
def test_a_picture_gets_a_legible_size(side: int, drawn: int) -> None:
    assert annotated(np.zeros((side, side, 3), np.uint8), [face()]).size == (drawn, drawn)


def test_the_thinnest_picture_stays_one() -> None:
    assert annotated(np.zeros((2, 8000, 3), np.uint8), []).size == (1600, 1)


def test_the_face_itself_is_left_as_it_was() -> None:
    image = np.full((600, 600, 3), 120, np.uint8)
    box = (200.0, 200.0, 300.0, 320.0)
    done = np.asarray(annotated(image, [Face(box, 0.9, "sad", dict.fromkeys(CLASSES, 1 / 7), None, {"AU04": 1.0})]))
    assert (done[210:310, 210:290] == 120).all()
    assert (done != 120).any()
