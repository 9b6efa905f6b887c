"""Crops as OpenFace likes them, by hand."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ulcag.action_units.picture import openface_box, openface_picture, write_picture


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_a_large_face_with_its_margin_stays_as_it_is() -> None:
    crop = noise(160, 200)
    picture, box = openface_picture(crop, (40, 30, 160, 130), 100, 0.25)
    assert np.array_equal(picture, crop)
    assert box == (40, 30, 160, 130)


def test_a_missing_margin_is_padded_with_what_is_at_the_border() -> None:
    crop = noise(100, 100)
    # 20 pixels of margin are wanted: 5 are there on the left, all on the right, none above, 10 below
    picture, box = openface_picture(crop, (5, 0, 75, 90), 70, 20 / 70)
    vertical = round(20 / 70 * 90 + 0.5)
    assert picture.shape == (100 + vertical + vertical - 10, 115, 3)
    assert box == (20, vertical, 90, 90 + vertical)
    assert np.array_equal(picture[vertical : 100 + vertical, 15:], crop)
    assert np.array_equal(picture[0, 15:], crop[0])


def test_a_small_face_is_scaled_up() -> None:
    picture, box = openface_picture(noise(48, 48), (0, 0, 48, 48), 96, 0.5)
    assert picture.shape == (192, 192, 3)
    assert box == (48, 48, 144, 144)


def test_a_speck_makes_no_giant() -> None:
    picture, _ = openface_picture(noise(300, 200), (10, 10, 11, 11), 100, 0.3)
    assert picture.shape == (400, 267, 3)


@settings(max_examples=50)
@given(
    width=st.integers(4, 200),
    height=st.integers(4, 200),
    corners=st.tuples(*[st.floats(0, 0.3)] * 4),
    face_size=st.integers(60, 200),
)
def test_the_box_is_inside_with_its_margin(
    width: int, height: int, corners: tuple[float, float, float, float], face_size: int
) -> None:
    left, top, right, bottom = corners
    given_box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    picture, (x0, y0, x1, y1) = openface_picture(np.zeros((height, width, 3), np.uint8), given_box, face_size, 0.3)
    # sizes are whole pixels
    assert max(x1 - x0, y1 - y0) > 0.85 * face_size
    dx, dy = 0.3 * (x1 - x0) - 1e-6, 0.3 * (y1 - y0) - 1e-6
    assert x0 >= dx and picture.shape[1] - x1 >= dx
    assert y0 >= dy and picture.shape[0] - y1 >= dy


def test_a_box_as_openface_corrects_its_own() -> None:
    # a box of 100 x 200
    assert openface_box((10, 20, 110, 220)) == pytest.approx((9.25, 69.18, 112.48, 224.2))


def test_written_without_loss_and_with_its_box(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "box").mkdir()
    picture = noise(50, 60)
    write_picture(tmp_path, "0001", picture, (1, 2.5, 30.25, 40))
    read = cv2.cvtColor(cv2.imread(str(tmp_path / "in" / "0001.png")), cv2.COLOR_BGR2RGB)
    assert np.array_equal(read, picture)
    assert (tmp_path / "box" / "0001.txt").read_text() == "1.00 2.50 30.25 40.00\n"
    write_picture(tmp_path, "0002", picture, None)
    assert not (tmp_path / "box" / "0002.txt").exists()
