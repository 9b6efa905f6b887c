"""Generalised cross entropy."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tests.rivals.waves import waves
from ulcag.rivals.gce import generalised_cross_entropy


def test_the_loss_by_hand() -> None:
    # probabilities 3/4 and 1/4, and labels of which each has one
    logits, labels = torch.tensor([[3.0, 1.0], [3.0, 1.0]]).log(), torch.tensor([0, 1])
    loss = generalised_cross_entropy(logits, labels, q=0.5)
    assert loss.item() == pytest.approx(((1 - 0.75**0.5) / 0.5 + (1 - 0.5) / 0.5) / 2)


@given(speed=st.floats(0.1, 3), size=st.floats(0.1, 10))
def test_it_is_between_cross_entropy_and_the_mean_absolute_error(speed: float, size: float) -> None:
    logits, labels = size * waves(6, 7, speed=speed), torch.arange(6)
    error = (1 - torch.softmax(logits, 1).gather(1, labels[:, None])).mean()
    at_ends = [generalised_cross_entropy(logits, labels, q) for q in (1e-4, 1.0)]
    torch.testing.assert_close(at_ends, [F.cross_entropy(logits, labels), error], rtol=5e-3, atol=1e-3)
    assert at_ends[1] - 1e-5 <= generalised_cross_entropy(logits, labels, 0.7) <= at_ends[0] + 1e-5


def test_a_label_that_is_out_of_reach_pulls_less_than_one_within() -> None:
    logits = torch.tensor([[0.0, 2.0], [0.0, 200.0]], requires_grad=True)
    generalised_cross_entropy(logits, torch.tensor([0, 0]), q=0.7).backward()
    assert logits.grad is not None
    pull = logits.grad.abs().sum(1)
    assert pull[0] > 0.1 > pull[1] >= 0
