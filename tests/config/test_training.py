"""Epoch numbers are those of thirty epochs."""

from dataclasses import replace

import pytest

from ulcag.backbones import BACKBONES
from ulcag.config import TrainingSettings, TrainSettings
from ulcag.errors import InputError


def test_a_short_run_squeezes_the_schedule() -> None:
    assert TrainingSettings(epochs=30).epoch(10) == 10
    assert TrainingSettings(epochs=15).epoch(10) == 5
    assert TrainingSettings(epochs=60).epoch(20) == 40


def test_the_defaults_are_the_papers() -> None:
    settings = TrainingSettings()
    assert (settings.image_size, settings.batch_size, settings.learning_rate) == (224, 512, 0.01)
    assert settings.auxiliary_learning_rate == 0.005
    assert settings.learning_rate_steps == (10, 20)


def test_size_mean_and_std_follow_the_backbone(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(BACKBONES["resnet18"], name="other", image_size=112, mean=(0.5, 0.4, 0.3), std=(1.0, 1.0, 1.0))
    monkeypatch.setitem(BACKBONES, "other", other)
    settings = TrainingSettings.read({"backbone": "other", "std": [0.5, 0.5, 0.5]})
    assert (settings.image_size, settings.mean, settings.std) == (112, (0.5, 0.4, 0.3), (0.5, 0.5, 0.5))
    with pytest.raises(InputError, match=r"one of dlib_face, resnet18(.|\n)*did you mean 'resnet"):
        TrainingSettings.read({"backbone": "resnet8"})


def test_std_must_be_positive() -> None:
    with pytest.raises(InputError, match="each value of std must be above 0"):
        TrainingSettings.read({"std": [1, 0, 1]})


def test_a_method_of_an_earlier_release_is_named_with_the_one_in_its_place() -> None:
    with pytest.raises(InputError, match=r"'au-posterior'(.|\n)*use second-opinion in its place"):
        TrainSettings.read({"method": "au-posterior", "settings": {"posterior": {"lead": 0.8}}})


def test_accumulation_of_gradients_is_refused_with_the_reason() -> None:
    with pytest.raises(InputError, match="defined on one whole batch"):
        TrainingSettings.read({"accumulate_gradients": 4})
