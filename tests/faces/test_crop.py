"""Crops by hand, and what turning the picture does to them."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faces.conftest import leaning, picture
from ulcag.config import FacesSettings
from ulcag.faces.boxes import Box, tight_square
from ulcag.faces.crop import UPRIGHT, UPRIGHT_WIDTH, Crop, cut_crop, upright
from ulcag.faces.detect import Detection
from ulcag.faces.shard import decode_jpeg, encode_jpeg

AS_FOUND, TURNED = FacesSettings(align=False), FacesSettings(align=True)


def pixels(crop: Crop) -> np.ndarray:
    image = decode_jpeg(crop.jpeg)
    assert image is not None
    return image


def test_a_face_as_it_is_by_hand() -> None:
    image = picture(0, 200, 300)
    crop = cut_crop(image, leaning(100 + 100j, 80, 20), AS_FOUND)
    # 60 x 80, and 30 % of that on each side
    assert crop.part == (52, 36, 148, 164)
    assert crop.box == (18, 24, 78, 104)
    assert crop.turn is None
    assert crop.jpeg == encode_jpeg(np.ascontiguousarray(image[36:164, 52:148]), 95)


def test_an_upright_face_is_the_same_either_way() -> None:
    image, face = picture(0, 200, 300), leaning(100 + 100j, 80, 0)
    crop = cut_crop(image, face, TURNED)
    assert crop.jpeg == cut_crop(image, face, AS_FOUND).jpeg
    assert crop.box == (18, 24, 78, 104)
    assert crop.part == pytest.approx((52, 36, 148, 164))
    assert crop.turn == pytest.approx(0)


def test_a_whole_picture_stays_as_it_is() -> None:
    image = picture(0, 48, 60)
    crop = cut_crop(image, None, TURNED)
    assert (crop.part, crop.box, crop.turn) == ((0, 0, 60, 48), (0, 0, 60, 48), None)
    assert crop.jpeg == encode_jpeg(image, 95)


@pytest.mark.parametrize("degrees", [-120.0, -30.0, 8.0, 45.0, 90.0, 179.0])
@pytest.mark.parametrize("height", [60.0, 150.5, 400.0])
def test_what_is_at_a_landmark_comes_where_it_belongs(degrees: float, height: float) -> None:
    face = leaning(500 + 450j, height, degrees)
    for place, at in zip(face.landmarks, UPRIGHT, strict=True):
        image = np.zeros((900, 1000, 3), np.uint8)
        # 4 more binary digits; OpenCV's points are at the middles of pixels
        centre = [round(16 * (value - 0.5)) for value in place]
        cv2.circle(image, centre, round(16 * 0.05 * height), (255, 255, 255), -1, cv2.LINE_AA, 4)
        crop = cut_crop(image, face, TURNED)
        assert crop.turn == pytest.approx(degrees, abs=1e-3)
        stored = pixels(crop)[:, :, 0].astype(float)
        assert max(stored.shape) <= TURNED.longest_side
        stored[stored < 40] = 0
        rows, columns = np.indices(stored.shape) + 0.5
        x, y = (float((stored * axis).sum() / stored.sum()) for axis in (columns, rows))
        x0, y0, x1, y1 = crop.box
        assert (x1 - x0) / (y1 - y0) == pytest.approx(UPRIGHT_WIDTH, abs=0.01)
        expected = ((x0 + x1) / 2 + at.real * (y1 - y0), (y0 + y1) / 2 + at.imag * (y1 - y0))
        assert (x, y) == pytest.approx(expected, abs=0.5)


@settings(max_examples=40)
@given(seed=st.integers(0, 99), degrees=st.floats(-180, 180), lean=st.floats(-60, 60), height=st.floats(50, 130))
def test_a_turned_picture_gives_the_same_crop(seed: int, degrees: float, lean: float, height: float) -> None:
    image, middle = picture(seed, 401, 401), 200.5 + 200.5j
    # Turned about its middle, clockwise, which is the other way round for OpenCV.
    turned = cv2.warpAffine(image, cv2.getRotationMatrix2D((200, 200), -degrees, 1), (401, 401))
    one = cut_crop(image, leaning(middle, height, lean), TURNED)
    other = cut_crop(turned, leaning(middle, height, lean + degrees), TURNED)
    assert one.turn is not None and other.turn is not None
    assert np.cos(np.radians(other.turn - one.turn - degrees)) == pytest.approx(1)
    # half a pixel more or less, where rounding tips
    assert other.box == pytest.approx(one.box, abs=0.51)
    faces = [tight_square(pixels(crop), crop.box, 32).astype(float) for crop in (one, other)]
    assert np.abs(faces[0] - faces[1]).mean() < 4


@given(
    noise=st.lists(st.floats(-0.1, 0.1), min_size=10, max_size=10),
    degrees=st.floats(-180, 180),
    factor=st.floats(0.2, 5),
)
def test_the_fit_turns_and_grows_with_the_landmarks(noise: list[float], degrees: float, factor: float) -> None:
    face = leaning(30 + 40j, 100, 0)
    face = Detection(face.box, 0.9, face.landmarks + 100 * np.reshape(noise, (5, 2)))
    by = factor * np.exp(1j * np.radians(degrees))
    points = by * (face.landmarks @ (1, 1j))
    box = tuple(factor * value for value in face.box)
    changed = Detection(box, 0.9, np.stack([points.real, points.imag], axis=1))  # type: ignore[arg-type]
    one, other = upright(face), upright(changed)
    assert one is not None and other is not None
    assert other == pytest.approx((by * one[0], by * one[1]))


def test_no_similarity_is_nearer_to_the_landmarks() -> None:
    face = leaning(30 + 40j, 100, 15)
    face.landmarks[:] += np.random.default_rng(0).normal(0, 5, (5, 2))
    found = upright(face)
    assert found is not None

    def rest(middle: complex, axis: complex) -> float:
        return float((np.abs(middle + axis * UPRIGHT - face.landmarks @ (1, 1j)) ** 2).sum())

    middle, axis = found
    for step in (0.1, -0.1, 0.1j, -0.1j):
        assert rest(middle, axis) < min(rest(middle + step, axis), rest(middle, axis + step))


@pytest.mark.parametrize("landmarks", [np.zeros((5, 2)), np.full((5, 2), 70.0)])
def test_landmarks_that_fit_no_face_of_this_size_do_not_count(landmarks: np.ndarray) -> None:
    image, box = picture(1, 200, 200), (50.0, 50.0, 110.0, 130.0)
    face = Detection(box, 0.9, landmarks)
    assert cut_crop(image, face, TURNED) == cut_crop(image, face, AS_FOUND)


def test_landmarks_much_too_far_apart_do_not_count() -> None:
    face = leaning(100 + 100j, 81, 10)
    half = tuple(100 + (value - 100) / 2 for value in face.box)
    small: Box = (half[0], half[1], half[2], half[3])
    assert upright(Detection(small, 0.9, face.landmarks)) is not None
    smaller = Detection((small[0], small[1] + 1, small[2], small[3]), 0.9, face.landmarks)
    assert upright(smaller) is None


def test_beyond_the_border_the_border_is_repeated() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    image[:, :50] = 200
    crop = pixels(cut_crop(image, leaning(10 + 50j, 30, 30), TURNED))
    assert crop.shape == (48, 36, 3)
    # the face and all of its margin lie in the bright half, or left of the picture
    assert crop.min() > 190


def test_the_part_is_the_upright_box_around_what_was_cut() -> None:
    crop = cut_crop(picture(0, 300, 300), leaning(150 + 140j, 80, 90), TURNED)
    # 96 x 128, lying
    assert crop.part == pytest.approx((86, 92, 214, 188))
