"""LDL-ALSG."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.rivals.waves import waves
from ulcag.learning import FirstLook, Samples
from ulcag.rivals.ldl_alsg import LdlAlsg, nearest, unlikeness
from ulcag.rivals.ldl_alsg_settings import LdlAlsgSettings

LINE = torch.tensor([[0.0], [1.0], [3.0], [100.0]], dtype=torch.float64)
KNOWN = torch.tensor([True, True, True, False])


def test_neighbours_and_weights_by_hand() -> None:
    neighbours, weights = nearest(LINE, KNOWN, 2)
    assert neighbours[:3].tolist() == [[1, 2], [0, 2], [1, 0]]
    # squares 1, 9; 1, 4; 4, 9, of which 28 / 6 is the mean
    kernel = [[math.exp(-square * 6 / 28) for square in squares] for squares in ((1, 9), (1, 4), (4, 9))]
    expected = [[value / sum(row) for value in row] for row in kernel]
    torch.testing.assert_close(weights[:3], torch.tensor(expected))
    assert not weights[3].any()


@given(n=st.integers(2, 30), k=st.integers(1, 40), speed=st.floats(0.01, 3), size=st.floats(1e-6, 1e6))
def test_weights_sum_to_one_and_nobody_is_their_own_neighbour(n: int, k: int, speed: float, size: float) -> None:
    points = size * waves(n, 3, speed=speed).double()
    neighbours, weights = nearest(points, torch.ones(n, dtype=torch.bool), k)
    assert neighbours.shape == weights.shape == (n, min(k, n - 1))
    assert (neighbours != torch.arange(n)[:, None]).all()
    torch.testing.assert_close(weights.sum(1), torch.ones(n))


@pytest.mark.parametrize("known", [0, 1])
def test_one_alone_has_no_neighbours(known: int) -> None:
    _, weights = nearest(LINE, torch.arange(4) < known, 2)
    assert weights.shape == (4, 0)


def test_all_in_one_place_count_alike() -> None:
    _, weights = nearest(torch.zeros(5, 2, dtype=torch.float64), torch.ones(5, dtype=torch.bool), 2)
    torch.testing.assert_close(weights, torch.full((5, 2), 0.5))


def test_unlikeness_by_hand() -> None:
    p, others = torch.tensor([[1.0, 0.0]]), torch.tensor([[[0.0, 1.0], [0.5, 0.5]]])
    assert unlikeness(p, others, torch.tensor([[0.25, 0.75]])).item() == pytest.approx(0.25 * 2 + 0.75 * 0.5)


def test_a_step_compares_with_what_was_last_said_of_the_neighbours() -> None:
    given = torch.tensor([0, 1, 2, 3])
    samples = Samples(given, torch.zeros(4, 2), KNOWN, given.clone())
    method = LdlAlsg(LdlAlsgSettings(neighbours=1, weight=2), 7, torch.eye(2), seed=0)
    method.start(samples, FirstLook(torch.zeros(4, 7), LINE, torch.arange(4)))
    first, second = waves(1, 7), waves(1, 7, speed=0.6)

    # the neighbour of 1 is 0, whose given label is what is known of it
    step = method.step(nn.Identity(), first, samples.batch(torch.tensor([1])))
    p = torch.softmax(first, 1)
    unlike = (p - F.one_hot(torch.tensor([0]), 7)).square().sum()
    torch.testing.assert_close(step.loss, F.cross_entropy(first, torch.tensor([1])) + 2 * unlike)

    # and the neighbour of 0 is 1
    step = method.step(nn.Identity(), second, samples.batch(torch.tensor([0])))
    unlike = (torch.softmax(second, 1) - p).square().sum()
    torch.testing.assert_close(step.loss, F.cross_entropy(second, torch.tensor([0])) + 2 * unlike)

    step = method.step(nn.Identity(), second, samples.batch(torch.tensor([3])))
    assert torch.equal(step.loss, step.classification)
