"""Symmetric cross entropy."""

import pytest
import torch
from torch import nn

from tests.rivals.test_label_smoothing import batch_of
from ulcag.rivals.sce import Sce, reverse_cross_entropy
from ulcag.rivals.sce_settings import SceSettings


def test_the_reverse_by_hand() -> None:
    # all but the label's own probability is times -A
    logits = torch.tensor([[3.0, 1.0], [1.0, 1.0]]).log()
    assert reverse_cross_entropy(logits, torch.tensor([0, 1]), -4.0).item() == pytest.approx((4 / 4 + 4 / 2) / 2)


def test_both_directions_are_weighted() -> None:
    method = Sce(SceSettings(forward_weight=2, reverse_weight=3, log_zero=-4), 2, torch.eye(2), seed=0)
    step = method.step(nn.Identity(), torch.tensor([[3.0, 1.0]]).log(), batch_of(torch.tensor([0])))
    assert step.classification.item() == pytest.approx(0.28768, abs=1e-4)
    assert step.loss.item() == pytest.approx(2 * 0.28768 + 3 * 1, abs=1e-4)
