"""Geometry of boxes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ulcag.faces.boxes import Box, inside, scale_to_fit, square, with_margin

sides = st.integers(1, 3000)


@st.composite
def boxes_in_images(draw: st.DrawFn) -> tuple[Box, int, int]:
    """A box at least a pixel wide and high, and the size of the image that it lies in."""
    width, height = draw(st.integers(2, 3000)), draw(st.integers(2, 3000))
    x0, y0 = draw(st.floats(0, width - 1)), draw(st.floats(0, height - 1))
    x1, y1 = draw(st.floats(x0 + 1, width)), draw(st.floats(y0 + 1, height))
    return (x0, y0, x1, y1), width, height


@st.composite
def boxes_anywhere(draw: st.DrawFn) -> tuple[Box, int, int]:
    """A box as MTCNN may give it: partly or wholly outside of the image."""
    x0, y0 = draw(st.floats(-500, 3500)), draw(st.floats(-500, 3500))
    box = (x0, y0, x0 + draw(st.floats(0.1, 900)), y0 + draw(st.floats(0.1, 900)))
    return box, draw(sides), draw(sides)


def test_margin_by_hand() -> None:
    # 100 wide, 50 high; 30 % of them are 30 and 15
    assert with_margin((100, 100, 200, 150), 0.3, 640, 480) == (70, 85, 230, 165)


def test_a_margin_ends_at_the_image() -> None:
    assert with_margin((10, 20, 110, 120), 0.3, 130, 125) == (0, 0, 130, 125)


def test_fractions_of_pixels_go_outwards() -> None:
    assert with_margin((10.4, 10.6, 20.4, 20.6), 0, 100, 100) == (10, 10, 21, 21)


@given(boxes_anywhere(), st.floats(0, 2))
def test_a_crop_is_inside_the_image_and_not_empty(case: tuple[Box, int, int], margin: float) -> None:
    box, width, height = case
    left, top, right, bottom = with_margin(box, margin, width, height)
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height


@given(boxes_in_images(), st.floats(0, 2))
def test_a_crop_holds_its_box(case: tuple[Box, int, int], margin: float) -> None:
    box, width, height = case
    left, top, right, bottom = with_margin(box, margin, width, height)
    assert left <= box[0] < box[2] <= right
    assert top <= box[1] < box[3] <= bottom


def test_scaling_by_hand() -> None:
    assert scale_to_fit(640, 480, 320) == (320, 240)
    assert scale_to_fit(480, 640, 320) == (240, 320)
    assert scale_to_fit(100, 50, 320) == (100, 50)
    assert scale_to_fit(5000, 1, 320) == (320, 1)


@given(sides, sides, st.integers(64, 1024))
def test_scaling_fits_keeps_proportions_and_never_enlarges(width: int, height: int, longest: int) -> None:
    w, h = scale_to_fit(width, height, longest)
    assert max(w, h) == min(longest, max(width, height))
    factor = max(w, h) / max(width, height)
    assert w == pytest.approx(max(1, width * factor), abs=0.51)
    assert h == pytest.approx(max(1, height * factor), abs=0.51)


def test_the_box_inside_a_crop_by_hand() -> None:
    # the crop starts at (70, 85) and is stored at half its size of 160 x 80
    assert inside((100, 100, 200, 150), (70, 85, 230, 165), (80, 40)) == (15, 7.5, 65, 32.5)


@given(boxes_in_images(), st.floats(0, 2), st.integers(64, 1024))
def test_the_box_inside_a_crop_maps_back_to_the_original(
    case: tuple[Box, int, int], margin: float, longest: int
) -> None:
    box, width, height = case
    crop = with_margin(box, margin, width, height)
    left, top, right, bottom = crop
    size = scale_to_fit(right - left, bottom - top, longest)
    x0, y0, x1, y1 = inside(box, crop, size)
    fx, fy = (right - left) / size[0], (bottom - top) / size[1]
    back = (left + x0 * fx, top + y0 * fy, left + x1 * fx, top + y1 * fy)
    assert back == pytest.approx(box, abs=1e-6)


def test_a_square_grows_the_shorter_side_around_the_middle() -> None:
    assert square((40, 20, 60, 60), 100, 100) == (30, 20, 70, 60)


def test_a_square_moves_inwards_at_the_border() -> None:
    assert square((0, 20, 20, 60), 100, 100) == (0, 20, 40, 60)
    assert square((80, 20, 100, 60), 100, 100) == (60, 20, 100, 60)


def test_a_square_is_cut_where_the_image_is_too_narrow() -> None:
    assert square((0, 0, 30, 100), 30, 100) == (0, 0, 30, 100)


@given(boxes_in_images())
def test_a_square_is_inside_the_image_and_square_where_it_can_be(case: tuple[Box, int, int]) -> None:
    box, width, height = case
    left, top, right, bottom = square(box, width, height)
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    side = max(1, round(max(box[2] - box[0], box[3] - box[1])))
    assert (right - left, bottom - top) == (min(side, width), min(side, height))
    # rounding to whole pixels may cost up to one on each side
    assert left - 1 <= box[0] < box[2] <= right + 1
    assert top - 1 <= box[1] < box[3] <= bottom + 1
