"""Copies are found however they were changed; different pictures are not taken for copies."""

import io

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageEnhance, ImageOps

from ulcag.samples.near_duplicates import MOST_BITS, nearest, packed, picture_hash, picture_looks


def scene(seed: int, side: int = 100) -> np.ndarray:
    """A smooth (side, side, 3) picture like no other seed's."""
    coarse = np.random.default_rng(seed).integers(0, 256, (14, 14, 3), dtype=np.uint8)
    return cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)


def jpeg(image: Image.Image) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=60)
    return Image.open(file)


CHANGES = {
    "as it is": lambda image: image,
    "mirrored": ImageOps.mirror,
    "turned": lambda image: image.rotate(5, Image.Resampling.BILINEAR),
    "mirrored and turned": lambda image: ImageOps.mirror(image).rotate(-5, Image.Resampling.BILINEAR),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "recompressed": jpeg,
    "cut": lambda image: image.resize(image.size, Image.Resampling.BILINEAR, box=(4, 4, 96, 96)),
    "smaller": lambda image: image.resize((48, 48), Image.Resampling.LANCZOS),
    "grey": lambda image: image.convert("L").convert("RGB"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found_among_others(change: str) -> None:
    hashes = np.stack([picture_hash(scene(seed)) for seed in range(20)])
    hashes[7] = picture_hash(np.asarray(CHANGES[change](Image.fromarray(scene(100)))))
    row, bits = nearest(picture_looks(scene(100))[None], hashes)
    assert row.tolist() == [7]
    assert bits[0] <= MOST_BITS


def test_different_pictures_are_far_from_each_other() -> None:
    hashes = np.stack([picture_hash(scene(seed)) for seed in range(40)])
    _, bits = nearest(np.stack([picture_looks(scene(seed)) for seed in range(50, 60)]), hashes)
    assert bits.min() > 2 * MOST_BITS


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 300), (700, 3), (48, 48)])
def test_pictures_of_any_shape_have_hashes(height: int, width: int) -> None:
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    assert picture_hash(picture).shape == (4,)
    assert picture_looks(picture).shape == (8, 4)


def test_nothing_to_compare_with() -> None:
    row, bits = nearest(np.zeros((2, 8, 4), dtype=np.uint64), np.zeros((0, 4), dtype=np.uint64))
    assert row.tolist() == [-1, -1]
    assert bits.tolist() == [257, 257]


def test_bits_that_do_not_fill_a_word_are_filled_up() -> None:
    assert packed(np.ones((12, 12), dtype=bool)).shape == (3,)
    assert int(np.bitwise_count(packed(np.ones((12, 12), dtype=bool))).sum()) == 144


@given(st.data())
def test_the_nearest_is_that_of_all_pairs(data: st.DataObject) -> None:
    n, m = data.draw(st.integers(1, 20)), data.draw(st.integers(1, 30))
    words = st.integers(0, 2**64 - 1)
    looks = data.draw(arrays(np.uint64, (n, 3, 2), elements=words))
    hashes = data.draw(arrays(np.uint64, (m, 2), elements=words))
    every = np.bitwise_count(looks[:, :, None] ^ hashes).sum(axis=-1, dtype=int)
    row, bits = nearest(looks, hashes)
    assert bits.tolist() == every.min(axis=(1, 2)).tolist()
    assert all(every[i, :, row[i]].min() == bits[i] for i in range(n))


def test_blocks_are_put_together() -> None:
    random = np.random.default_rng(0)
    hashes = random.integers(0, 2**63, (20_000, 4), dtype=np.uint64)
    chosen = random.permutation(20_000)[:50]
    row, bits = nearest(hashes[chosen][:, None], hashes)
    assert row.tolist() == chosen.tolist()
    assert not bits.any()
