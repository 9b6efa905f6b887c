"""Forward correction."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tests.correction.witnesses import FEAR, NEUTRAL, C, everyone, looks, neutral_called_fear
from tests.rivals.waves import waves
from ulcag.learning import FirstLook, Samples
from ulcag.rivals.forward import Forward, anchor_matrix, observed_cross_entropy
from ulcag.rivals.forward_settings import ForwardSettings
from ulcag.rivals.out_of_fold import out_of_fold_probabilities


def test_the_loss_by_hand() -> None:
    # the truth is 3/4 and 1/4; half of the second class is called the first: labels are 7/8 and 1/8
    logits, confusion = torch.tensor([[3.0, 1.0]]).log(), torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    for label, probability in ((0, 7 / 8), (1, 1 / 8)):
        loss = observed_cross_entropy(logits, torch.tensor([label]), confusion)
        assert loss.item() == pytest.approx(-math.log(probability))


@given(speed=st.floats(0.1, 3), size=st.floats(0.1, 30))
def test_where_no_label_is_wrong_it_is_cross_entropy(speed: float, size: float) -> None:
    logits, labels = size * waves(6, 7, speed=speed), torch.arange(6)
    torch.testing.assert_close(observed_cross_entropy(logits, labels, torch.eye(7)), F.cross_entropy(logits, labels))


def test_no_loss_is_better_than_that_of_the_true_probabilities() -> None:
    confusion, true = torch.tensor([[0.7, 0.3], [0.2, 0.8]]), torch.tensor([0.6, 0.4])
    share = true @ confusion
    logits = torch.zeros(1, 2, requires_grad=True)
    optimiser = torch.optim.SGD([logits], lr=5)
    for _ in range(300):
        losses = [observed_cross_entropy(logits, torch.tensor([label]), confusion) for label in (0, 1)]
        optimiser.zero_grad()
        (share[0] * losses[0] + share[1] * losses[1]).backward()
        optimiser.step()
    torch.testing.assert_close(torch.softmax(logits[0], 0), true, atol=1e-2, rtol=0)


def test_anchors_are_the_surest_below_the_percentile() -> None:
    # of 101 samples the 97th percentile is the 98th: 97 are below, the surest of them is number 96
    p = np.linspace(0, 1, 101)
    matrix = anchor_matrix(np.stack([p, 1 - p], axis=1), 97)
    assert matrix == pytest.approx(np.array([[0.96, 0.04], [0.04, 0.96]]))


def look_at(true: np.ndarray, given: np.ndarray) -> tuple[Samples, FirstLook]:
    n, random = len(true), np.random.default_rng(0)
    f, labels = torch.from_numpy(looks(random, true, 6)).float(), torch.from_numpy(given)
    samples = Samples(labels, torch.zeros(n, 2), torch.zeros(n, dtype=torch.bool), labels.clone())
    return samples, FirstLook(f, torch.zeros(n, 2, dtype=torch.float64), torch.arange(n) // C % 4)


def test_the_matrix_tells_which_class_is_called_what() -> None:
    true = everyone(560)
    samples, look = look_at(true, neutral_called_fear(true))
    method = Forward(ForwardSettings(), C, torch.eye(2), seed=0)
    method.start(samples, look)
    matrix = method.memory["confusion"].matrix
    torch.testing.assert_close(matrix.sum(1), torch.ones(C))
    assert matrix[NEUTRAL, FEAR] > 0.2 > matrix[NEUTRAL].scatter(0, torch.tensor([FEAR, NEUTRAL]), 0).max()
    others = [c for c in range(C) if c not in (FEAR, NEUTRAL)]
    assert (matrix.diagonal()[others] > 0.8).all()


def test_a_sample_is_judged_by_those_who_have_not_seen_its_label() -> None:
    true = everyone(280)
    given = true.copy()
    given[:C] = np.roll(true[:C], 1)
    samples, look = look_at(true, given)
    p = out_of_fold_probabilities(look, samples.given, seed=0)
    torch.testing.assert_close(p.sum(1), torch.ones(280, dtype=torch.float64))
    assert (p[:C].argmax(1).numpy() == true[:C]).mean() > 0.8
