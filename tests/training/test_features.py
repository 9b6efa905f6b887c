"""Features of a backbone before anything is trained."""

import pytest
import torch

from ulcag.config import TrainingSettings
from ulcag.errors import InputError
from ulcag.faces.shard import Crops
from ulcag.training.data import Part
from ulcag.training.features import frozen_features

TRAINING = TrainingSettings(image_size=32, device="cpu")


def test_features_follow_their_pictures(images: tuple[Crops, Part]) -> None:
    crops, part = images
    f = frozen_features(TRAINING, crops, part, 0, "features")
    assert f.shape == (6, 512)
    order = [4, 0, 5, 2, 1, 3]
    other = Part([part.sample_ids[place] for place in order], part.places[order])
    torch.testing.assert_close(frozen_features(TRAINING, crops, other, 0, "features"), f[order])


def test_the_seed_makes_weights_that_no_file_gives(images: tuple[Crops, Part]) -> None:
    one, again, other = (frozen_features(TRAINING, *images, seed, "features") for seed in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.allclose(one, other)


def test_a_backbones_features_are_calibrated(images: tuple[Crops, Part]) -> None:
    pytest.importorskip("face_recognition_models")
    training = TrainingSettings.read({"backbone": "dlib_face", "device": "cpu"})
    f = frozen_features(training, *images, 0, "features")
    # divided by their spread, but for what hardly differs
    assert f.std(dim=0, correction=1).max().item() == pytest.approx(1, abs=0.02)


def test_weights_that_are_not_there_are_named(images: tuple[Crops, Part]) -> None:
    training = TrainingSettings.read({"image_size": 32, "weights": "/no/such/file.pt", "device": "cpu"})
    with pytest.raises(InputError, match=r"/no/such/file\.pt"):
        frozen_features(training, *images, 0, "features")
