"""Label smoothing."""

import pytest
import torch
from torch import nn

from tests.rivals.waves import waves
from ulcag.learning import Batch
from ulcag.rivals.label_smoothing import LabelSmoothing
from ulcag.rivals.label_smoothing_settings import LabelSmoothingSettings


def batch_of(labels: torch.Tensor) -> Batch:
    n = len(labels)
    return Batch(torch.arange(n), labels, labels, torch.zeros(n, 2), torch.zeros(n, dtype=torch.bool))


def test_the_loss_by_hand() -> None:
    # probabilities 3/4 and 1/4; of the label's weight a tenth goes to each of two classes: 0.9 and 0.1
    logits = torch.tensor([[3.0, 1.0]]).log()
    method = LabelSmoothing(LabelSmoothingSettings(smoothing=0.2), 2, torch.eye(2), seed=0)
    step = method.step(nn.Identity(), logits, batch_of(torch.tensor([0])))
    assert step.loss.item() == pytest.approx(0.9 * 0.28768 + 0.1 * 1.38629, abs=1e-4)
    assert step.classification is step.loss


def test_without_smoothing_it_is_cross_entropy() -> None:
    method = LabelSmoothing(LabelSmoothingSettings(smoothing=0), 7, torch.eye(2), seed=0)
    logits, labels = waves(5, 7), torch.arange(5)
    expected = nn.functional.cross_entropy(logits, labels)
    assert torch.equal(method.step(nn.Identity(), logits, batch_of(labels)).loss, expected)
