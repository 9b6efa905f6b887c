"""Eq. 1 and 2."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ulcag.method.confidence import Confidence, class_weights


def test_confidence_is_the_sigmoid_of_a_linear_map() -> None:
    layer = Confidence(2, bias=True)
    with torch.no_grad():
        layer.linear.weight.copy_(torch.tensor([[1.0, -2.0]]))
        layer.linear.bias.fill_(0.5)
    alpha = layer(torch.tensor([[1.0, 1.0], [0.0, 0.0]]))
    assert alpha.tolist() == pytest.approx([1 / (1 + math.exp(0.5)), 1 / (1 + math.exp(-0.5))])


def test_the_papers_confidence_has_no_bias() -> None:
    assert Confidence(4, bias=False)(torch.zeros(3, 4)).tolist() == [0.5, 0.5, 0.5]


def test_class_weights_by_hand() -> None:
    # N = 4: class 0 twice, class 1 once, class 2 once, class 3 never
    gamma = class_weights(torch.tensor([0, 0, 1, 2]), 4)
    assert gamma.tolist() == [0.5, 0.75, 0.75, 1.0]


def test_a_batch_of_one_class_still_learns() -> None:
    assert class_weights(torch.tensor([2, 2, 2]), 3).tolist() == [1.0, 1.0, 1.0]


@given(st.lists(st.integers(0, 6), min_size=2, max_size=50).filter(lambda y: len(set(y)) > 1))
def test_class_weights_sum_to_classes_minus_one_and_ignore_order(labels: list[int]) -> None:
    y = torch.tensor(labels)
    assert class_weights(y, 7).sum().item() == pytest.approx(6)
    assert torch.equal(class_weights(y, 7), class_weights(y.flip(0), 7))
