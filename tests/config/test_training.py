"""Epoch numbers are those of thirty epochs."""

import pytest

from ulcag.config import TrainingSettings
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


def test_std_must_be_positive() -> None:
    with pytest.raises(InputError, match="every std must be above 0"):
        TrainingSettings.read({"std": [1, 0, 1]})


def test_accumulation_of_gradients_is_refused_with_the_reason() -> None:
    with pytest.raises(InputError, match="defined on one batch, and two halves are not the same"):
        TrainingSettings.read({"accumulate_gradients": 4})
