"""MTCNN's stages: the same faces as facenet-pytorch's own, and the parts that make them fast."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.faces.conftest import cartoon
from ulcag.faces import mtcnn
from ulcag.faces.mtcnn import FACTOR, Cascade


@pytest.fixture(scope="module")
def cascade() -> Cascade:
    return Cascade()


def street() -> np.ndarray:
    """Three drawn faces of different sizes before a striped wall, on a picture of odd sides."""
    image = np.full((331, 423, 3), 60, np.uint8)
    image[:, ::7] = 90
    for top, left, side in ((10, 5, 200), (205, 240, 120), (40, 300, 90)):
        image[top : top + side, left : left + side] = cartoon(side)
    return image


@pytest.mark.parametrize("image", [cartoon(200), cartoon(61), street()], ids=["one", "small", "street"])
def test_the_faces_are_those_of_facenet_pytorch(cascade: Cascade, image: np.ndarray) -> None:
    from facenet_pytorch import MTCNN

    boxes, probabilities, landmarks = MTCNN(keep_all=True, min_face_size=20, device="cpu").detect(image, landmarks=True)
    found = cascade(image, 20)
    assert found[0] == pytest.approx(boxes.astype(np.float32), abs=0.01)
    assert found[1] == pytest.approx(probabilities.astype(np.float32), abs=1e-4)
    assert found[2] == pytest.approx(landmarks.astype(np.float32), abs=0.01)


def test_a_greater_min_face_leaves_large_faces_where_they_are(cascade: Cascade) -> None:
    everything, large = cascade(street(), 20), cascade(street(), 60)
    assert len(everything[0]) == 3
    assert large[0][0] == pytest.approx(everything[0][0], abs=0.01)


def test_no_face_in_noise_or_on_a_wall(cascade: Cascade) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (90, 70, 3), dtype=np.uint8)
    for image in (noise, np.full((90, 70, 3), 200, np.uint8)):
        boxes, probabilities, landmarks = cascade(image, 20)
        assert (boxes.shape, probabilities.shape, landmarks.shape) == ((0, 4), (0,), (0, 5, 2))


def test_a_face_is_found_where_the_sums_exceed_31_bits(cascade: Cascade) -> None:
    image = np.full((3000, 3000, 3), 255, np.uint8)
    image[1900:2900, 1900:2900] = cartoon(1000)
    boxes, probabilities, _ = cascade(image, 500)
    assert probabilities[0] > 0.9
    assert boxes[0] == pytest.approx(np.array([2150, 2050, 2650, 2750]), abs=120)


def test_scales_start_below_the_smallest_face_and_end_at_the_picture() -> None:
    scales = list(mtcnn._scales(100, 40))
    # 12 pixels at the scale are 39.8, 56.1 and 79.1 of the picture
    assert [12 / scale for scale in scales] == pytest.approx([20 / FACTOR**k for k in (2, 3, 4)])
    assert set(scales) < set(mtcnn._scales(100, 20))


@given(st.lists(st.tuples(st.integers(12, 60), st.integers(12, 60)), min_size=1, max_size=9))
def test_scales_on_a_sheet_do_not_touch(sizes: list[tuple[int, int]]) -> None:
    sizes = [(h, w) for h, w in sorted(sizes, key=lambda size: -size[1])]
    places, (height, width) = mtcnn._layout(sizes)
    for (h, w), (top, left) in zip(sizes, places, strict=True):
        assert top % 2 == left % 2 == 0
        assert top + h <= height and left + w <= width
    for ((h, w), (top, left)), ((h2, w2), (top2, left2)) in itertools.combinations(zip(sizes, places, strict=True), 2):
        # an odd side leaves one more pixel free
        apart_y = top2 >= top + h + h % 2 or top >= top2 + h2 + h2 % 2
        assert apart_y or left2 >= left + w + w % 2 or left >= left2 + w2 + w2 % 2


@given(st.integers(20, 90), st.integers(20, 90), st.tuples(*[st.floats(-20, 110)] * 4))
def test_windows_show_the_means_that_torch_computes(height: int, width: int, corners: tuple[float, ...]) -> None:
    image = np.random.default_rng(height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    x0, x1 = sorted(corners[:2])
    y0, y1 = sorted(corners[2:])
    boxes = torch.tensor([[x0, y0, x1, y1], [0, 0, width, height]], dtype=torch.float32)
    shown, windows = mtcnn._windows(mtcnn.cv2.integral(image), boxes.numpy().copy(), 24)
    # facenet-pytorch counts a box's first pixel from 1, and its last one belongs to it
    left, top = max(int(boxes[0, 0]), 1) - 1, max(int(boxes[0, 1]), 1) - 1
    part = image[top : max(int(boxes[0, 3]), 0), left : max(int(boxes[0, 2]), 0)]
    expected = [part, image] if part.size else [image]
    assert len(shown) == len(windows) == len(expected)
    for window, pixels in zip(windows, expected, strict=True):
        area = torch.nn.functional.interpolate(
            torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float(), (24, 24), mode="area"
        )
        assert torch.allclose(window, (area[0] - 127.5) / 128, atol=1e-5)
