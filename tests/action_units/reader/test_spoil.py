"""Spoilt faces."""

from collections.abc import Callable

import numpy as np

from ulcag.action_units.reader.features import SIDE, grey
from ulcag.action_units.reader.spoil import spoilt


def test_each_time_in_another_way_and_always_still_a_face(shown: Callable[..., np.ndarray]) -> None:
    picture, box = grey(shown(0)), (40.0, 30.0, 120.0, 130.0)
    faces = [spoilt(picture, box, np.random.default_rng(seed)) for seed in range(8)]
    assert all(face.shape == (SIDE, SIDE) and face.dtype == np.uint8 for face in faces)
    assert np.array_equal(faces[0], spoilt(picture, box, np.random.default_rng(0)))
    assert len({face.tobytes() for face in faces}) == len(faces)
    # Not black, white or noise: smaller copies of neighbours are alike.
    assert all(face.std() > 10 for face in faces)
    alike = [np.corrcoef(face[:-2].ravel(), face[2:].ravel())[0, 1] for face in faces]
    assert min(alike) > 0.8


def test_a_face_at_the_border_is_filled_up() -> None:
    picture = np.full((60, 60), 90, dtype=np.uint8)
    assert spoilt(picture, (30.0, 30.0, 80.0, 80.0), np.random.default_rng(3)).shape == (SIDE, SIDE)
