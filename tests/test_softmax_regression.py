"""Logistic regression over several classes."""

import math

import pytest
import torch
from torch import nn

from ulcag.softmax_regression import PENALTIES, chosen_penalty, fit_softmax


def test_two_samples_by_hand() -> None:
    # f = +1 and -1 with labels 0 and 1: W = (w, -w), and d/dw of log(1 + exp(-2w)) + penalty w^2 is 0.
    f, labels, weights = torch.tensor([[1.0], [-1.0]]), torch.tensor([0, 1]), torch.zeros(2, 1)
    loss = fit_softmax(f, labels, weights, penalty=0.1)
    w = weights[0, 0].item()
    assert weights[1, 0].item() == pytest.approx(-w, abs=1e-4)
    assert 2 / (1 + math.exp(2 * w)) == pytest.approx(0.2 * w, abs=1e-4)
    assert loss == pytest.approx(math.log(1 + math.exp(-2 * w)), abs=1e-4)


def noisy(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 3
    f = nn.functional.one_hot(labels, 3).float() + torch.randn(n, 3, generator=random)
    return torch.hstack([f, torch.randn(n, 40, generator=random)]), labels


def test_few_samples_of_many_features_need_a_stronger_penalty_than_many() -> None:
    few, many = chosen_penalty(*noisy(60, 0), 3, 0), chosen_penalty(*noisy(6000, 0), 3, 0)
    assert few > many
    assert {few, many} <= set(PENALTIES)


def test_the_fit_does_not_depend_on_the_order_of_samples() -> None:
    f, labels = noisy(300, 1)
    order = torch.randperm(300, generator=torch.Generator().manual_seed(2))
    one, other = torch.zeros(3, 43), torch.zeros(3, 43)
    fit_softmax(f, labels, one, 0.5)
    fit_softmax(f[order], labels[order], other, 0.5)
    torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-3)
