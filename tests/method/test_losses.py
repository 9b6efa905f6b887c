"""Eq. 3, 4, 7 and 11 against values worked out by hand."""

import math

import pytest
import torch
import torch.nn.functional as F

from ulcag.method.losses import action_unit_loss, rank_regularisation, total_loss, weighted_cross_entropy


def test_weighted_cross_entropy_by_hand() -> None:
    # Sample 1: label 0, alpha gamma = 0.5 * 0.8 = 0.4, logits (2, 0) -> weighted (0.8, 0).
    # Sample 2: label 1, alpha gamma = 1.0 * 0.5 = 0.5, logits (4, 2) -> weighted (2, 1).
    loss = weighted_cross_entropy(
        torch.tensor([[2.0, 0.0], [4.0, 2.0]]),
        torch.tensor([0, 1]),
        torch.tensor([0.5, 1.0]),
        torch.tensor([0.8, 0.5]),
    )
    expected = (math.log(1 + math.exp(-0.8)) + math.log(1 + math.exp(1.0))) / 2
    assert loss.item() == pytest.approx(expected)


def test_weighted_cross_entropy_with_weights_of_one_is_cross_entropy() -> None:
    logits, labels = torch.randn(8, 7), torch.arange(8) % 7
    assert torch.allclose(
        weighted_cross_entropy(logits, labels, torch.ones(8), torch.ones(7)), F.cross_entropy(logits, labels)
    )


def test_cross_entropy_raises_the_confidence_of_a_fitting_label_and_lowers_that_of_a_wrong_one() -> None:
    alpha = torch.tensor([0.5, 0.5], requires_grad=True)
    logits = torch.tensor([[3.0, 0.0], [3.0, 0.0]])
    weighted_cross_entropy(logits, torch.tensor([0, 1]), alpha, torch.ones(2)).backward()
    assert alpha.grad is not None
    assert alpha.grad[0] < 0 < alpha.grad[1]


def test_rank_regularisation_by_hand() -> None:
    alpha = torch.tensor([0.9, 0.7, 0.75])
    high = torch.tensor([True, True, False])
    # means 0.8 and 0.75: lead 0.05, theta 0.15
    assert rank_regularisation(alpha, high, 0.15).item() == pytest.approx(0.10)
    assert rank_regularisation(alpha, high, 0.04).item() == 0


@pytest.mark.parametrize("high", [[True, True], [False, False]])
def test_rank_regularisation_of_an_empty_group_is_zero_and_has_a_gradient(high: list[bool]) -> None:
    alpha = torch.tensor([0.3, 0.6], requires_grad=True)
    loss = rank_regularisation(alpha, torch.tensor(high), 0.15)
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(alpha.grad, torch.zeros(2))


def test_rank_regularisation_moves_the_groups_apart_and_learns_theta() -> None:
    alpha = torch.tensor([0.5, 0.5], requires_grad=True)
    theta = torch.tensor(0.15, requires_grad=True)
    rank_regularisation(alpha, torch.tensor([True, False]), theta).backward()
    assert alpha.grad.tolist() == [-1.0, 1.0]
    assert theta.grad.item() == 1.0


def test_action_unit_loss_by_hand() -> None:
    # Logit 0 costs log 2 whatever z; two units a sample; the third sample has no action units.
    logits = torch.zeros(3, 2)
    z = torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    known = torch.tensor([True, True, False])
    alpha = torch.tensor([0.5, 1.0, 1.0])
    log2 = math.log(2)
    assert action_unit_loss(logits, z, known, alpha).item() == pytest.approx((0.5 * 2 + 2) * log2 / 3)
    assert action_unit_loss(logits, z, known).item() == pytest.approx(4 * log2 / 3)
    assert action_unit_loss(logits, z, known, reduction="mean").item() == pytest.approx(2 * log2 / 3)


def test_action_unit_loss_always_lowers_confidence() -> None:
    # Why alpha is detached by default: the loss is positive, so less confidence is always cheaper.
    alpha = torch.full((4,), 0.5, requires_grad=True)
    action_unit_loss(torch.randn(4, 3), torch.ones(4, 3), torch.ones(4, dtype=torch.bool), alpha).backward()
    assert (alpha.grad > 0).all()


def test_action_unit_loss_does_not_see_unknown_samples() -> None:
    logits = torch.randn(2, 3, requires_grad=True)
    action_unit_loss(logits, torch.ones(2, 3), torch.tensor([True, False])).backward()
    assert logits.grad[0].abs().sum() > 0
    assert logits.grad[1].abs().sum() == 0


def test_total_loss_by_hand() -> None:
    parts = (torch.tensor(2.0), torch.tensor(0.1), torch.tensor(10.0))
    assert total_loss(*parts, 0.5, 0.25).item() == pytest.approx(0.25 * 2.1 + 2.5)
