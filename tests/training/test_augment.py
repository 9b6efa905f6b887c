"""Augmentation is decided by seed, epoch and sample alone."""

import numpy as np
import pytest

from ulcag.config import Augmentation
from ulcag.training.augment import augment, random_shift, sample_generator

IMAGE = np.random.default_rng(0).integers(1, 255, (32, 32, 3), dtype=np.uint8)
FILL = np.zeros(3, dtype=np.uint8)


def run(settings: Augmentation, **where: int) -> np.ndarray:
    return augment(IMAGE, settings, FILL, sample_generator(**({"seed": 0, "epoch": 0, "number": 0} | where)))


def test_repeats_and_differs_by_seed_epoch_and_sample() -> None:
    settings = Augmentation(erase=1.0)
    assert np.array_equal(run(settings), run(settings))
    for where in ({"seed": 1}, {"epoch": 1}, {"number": 1}):
        assert not np.array_equal(run(settings), run(settings, **where))


def test_none_and_always() -> None:
    assert np.array_equal(run(Augmentation(flip=0, erase=0)), IMAGE)
    assert np.array_equal(run(Augmentation(flip=1, erase=0)), IMAGE[:, ::-1])


def test_erased_area_is_within_its_limits_and_filled() -> None:
    settings = Augmentation(flip=0, erase=1, erase_area=(0.02, 0.25))
    shares = [(run(settings, number=i) == 0).all(axis=2).mean() for i in range(200)]
    assert min(shares) > 0.01
    assert max(shares) < 0.27
    assert np.mean(shares) == pytest.approx(0.135, abs=0.03)


def test_the_image_handed_in_is_not_changed() -> None:
    before = IMAGE.copy()
    run(Augmentation(flip=1, erase=1))
    assert np.array_equal(IMAGE, before)


def test_shifts_are_within_their_limit_and_even() -> None:
    shifts = np.array([random_shift(Augmentation(shift=0.1), sample_generator(0, 0, i)) for i in range(300)])
    assert abs(shifts).max() <= 0.1
    assert abs(shifts).max(axis=0).min() > 0.08
    assert shifts.mean(axis=0) == pytest.approx([0, 0], abs=0.02)
    assert random_shift(Augmentation(), sample_generator(0, 0, 0)) == (0, 0)
