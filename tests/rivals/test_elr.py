"""ELR. Values after `official` are those of the authors' code (github.com/shengliu66/ELR) on the same numbers."""

import math

import pytest
import torch
import torch.nn.functional as F

from tests.rivals.waves import waves
from ulcag.rivals.elr import RunningPredictions, early_learning_regularisation, kept_off_zero


def test_running_predictions_by_hand() -> None:
    predictions = RunningPredictions(torch.zeros(3, 2))
    p, number = torch.tensor([[0.8, 0.2]]), torch.tensor([1])
    torch.testing.assert_close(predictions.update(number, p, 0.7), torch.tensor([[0.24, 0.06]]))
    torch.testing.assert_close(predictions.update(number, p.flip(1), 0.7), torch.tensor([[0.228, 0.282]]))
    assert not predictions.values[[0, 2]].any()


def test_regularisation_by_hand() -> None:
    p, targets = torch.tensor([[0.8, 0.2], [0.5, 0.5]]), torch.tensor([[0.5, 0.0], [0.0, 0.0]])
    assert early_learning_regularisation(p, targets).item() == pytest.approx(math.log(0.6) / 2)


def test_it_draws_towards_what_was_said_and_away_from_the_label() -> None:
    logits = torch.zeros(1, 3, requires_grad=True)
    early_learning_regularisation(kept_off_zero(logits), torch.tensor([[0.0, 0.9, 0.0]])).backward()
    assert logits.grad is not None
    assert logits.grad.argmin() == 1 and (logits.grad[0, [0, 2]] > 0).all()


def test_two_steps_are_those_of_the_official_code() -> None:
    predictions, numbers, labels = RunningPredictions(torch.zeros(3, 7)), torch.tensor([2, 0]), torch.tensor([4, 1])
    losses = []
    for speed in (1.0, 0.6):
        logits = 3 * waves(2, 7, speed=speed)
        p = kept_off_zero(logits)
        targets = predictions.update(numbers, p, 0.7)
        losses.append((F.cross_entropy(logits, labels) + 3 * early_learning_regularisation(p, targets)).item())
    official = [4.218952655792236, 4.424981117248535]
    assert losses == pytest.approx(official, rel=1e-5)
    official = [0.103445366, 0.185245648, 0.120417260, 0.046247479, 0.009510174, 0.004044923, 0.041089185]
    assert predictions.values[2].tolist() == pytest.approx(official, rel=1e-5)
