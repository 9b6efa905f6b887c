"""Logistic regression over several classes."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
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


def test_counts_by_hand() -> None:
    # Three of four who look alike are 0: W = (w, -w), p = 1 / (1 + exp(-2w)), and 2 (p - 3/4) + 2 penalty w is 0.
    f, labels, weights = torch.ones(2, 1), torch.tensor([0, 1]), torch.zeros(2, 1)
    loss = fit_softmax(f, labels, weights, penalty=0.1, counts=torch.tensor([3.0, 1.0]))
    w = weights[0, 0].item()
    assert weights[1, 0].item() == pytest.approx(-w, abs=1e-4)
    p = 1 / (1 + math.exp(-2 * w))
    assert p - 0.75 == pytest.approx(-0.1 * w, abs=1e-4)
    assert loss == pytest.approx(-0.75 * math.log(p) - 0.25 * math.log(1 - p), abs=1e-4)


def fitted(f: torch.Tensor, labels: torch.Tensor, counts: torch.Tensor | None = None) -> torch.Tensor:
    weights = torch.zeros(3, f.shape[1])
    fit_softmax(f, labels, weights, 0.3, counts)
    return weights


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3), min_size=12, max_size=12).filter(any), st.floats(0.01, 100))
def test_a_sample_counts_as_if_it_were_there_so_many_times(times: list[int], unit: float) -> None:
    f, labels = noisy(12, 3)
    counts = torch.tensor(times)
    # 0 leaves it out, 2 is the same sample twice; only proportions matter
    repeated = torch.arange(12).repeat_interleave(counts)
    expected = fitted(f[repeated], labels[repeated])
    torch.testing.assert_close(fitted(f, labels, unit * counts.float()), expected, atol=1e-3, rtol=1e-2)


def test_all_alike_is_as_without_counts() -> None:
    f, labels = noisy(90, 4)
    torch.testing.assert_close(fitted(f, labels, torch.full((90,), 0.4)), fitted(f, labels), atol=1e-4, rtol=1e-3)


def test_a_wrong_label_that_counts_little_does_little() -> None:
    f, labels = noisy(300, 5)
    wrong = torch.arange(300) % 4 == 0
    spoilt = torch.where(wrong, (labels + 1) % 3, labels)
    right = fitted(f, labels)
    apart = [(fitted(f, spoilt, torch.where(wrong, little, 1.0)) - right).norm() for little in (1.0, 0.3, 0.0)]
    assert apart[0] > apart[1] > apart[2]
