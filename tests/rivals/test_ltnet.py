"""LTNet."""

import pytest
import torch
from torch import nn

from tests.correction.witnesses import FEAR, NEUTRAL, C, everyone, neutral_called_fear
from tests.rivals.test_forward import look_at
from tests.rivals.waves import waves
from ulcag.rivals.ltnet import Annotator, Ltnet, make_probabilities
from ulcag.rivals.ltnet_settings import LtnetSettings

TRUE = everyone(560)


def test_rows_become_probabilities() -> None:
    matrix = torch.tensor([[3.0, 1.0], [-1.0, 2.0]])
    make_probabilities(matrix)
    torch.testing.assert_close(matrix, torch.tensor([[0.75, 0.25], [0.5e-5, 1 - 0.5e-5]]))


def test_the_loss_by_hand() -> None:
    method = Ltnet(LtnetSettings(prediction_weight=2), C, torch.eye(2), seed=0)
    samples, _ = look_at(TRUE, TRUE)
    method.memory = {"predicted": Annotator(torch.full((560,), 1))}
    with torch.no_grad():
        # annotator 1 calls half of class 0 class 1
        method.of_predicted[0, :2] = 0.5
    logits = torch.full((1, C), -100.0)
    logits[0, 0] = 0
    step = method.step(nn.Identity(), logits, samples.batch(torch.tensor([0])))
    assert step.classification.item() == pytest.approx(0, abs=1e-3)
    assert step.loss.item() == pytest.approx(2 * 0.6931, abs=1e-3)


def test_the_other_annotator_has_not_seen_the_label() -> None:
    given = TRUE.copy()
    given[:C] = (TRUE[:C] + 1) % C
    samples, look = look_at(TRUE, given)
    method = Ltnet(LtnetSettings(), C, torch.eye(2), seed=0)
    method.start(samples, look)
    predicted = method.memory["predicted"].labels.numpy()
    assert (predicted == TRUE)[:C].mean() > 0.8


def test_the_matrix_learns_what_an_annotator_calls_a_class() -> None:
    method = Ltnet(LtnetSettings(), C, torch.eye(2), seed=0)
    samples, _ = look_at(TRUE, neutral_called_fear(TRUE))
    method.memory = {"predicted": Annotator(torch.from_numpy(TRUE))}
    logits = 6 * torch.eye(C)[TRUE]
    optimiser = torch.optim.SGD(method.parameters(), lr=0.1)
    for _ in range(60):
        loss = method.step(nn.Identity(), logits, samples.batch(torch.arange(560))).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    make_probabilities(method.of_given)
    assert method.of_given[NEUTRAL, FEAR].item() == pytest.approx(0.5, abs=0.05)
    assert method.of_predicted.diagonal().min() > 0.95


def test_it_starts_as_cross_entropy_of_both_labels() -> None:
    method = Ltnet(LtnetSettings(), C, torch.eye(2), seed=0)
    samples, _ = look_at(TRUE, TRUE)
    method.memory = {"predicted": Annotator(samples.given.roll(1))}
    batch, logits = samples.batch(torch.arange(20)), waves(20, C)
    expected = sum(nn.functional.cross_entropy(logits, y) for y in (batch.given, samples.given.roll(1)[:20]))
    torch.testing.assert_close(method.step(nn.Identity(), logits, batch).loss, expected, atol=1e-3, rtol=0)


def test_matrices_learn_at_the_rate_of_auxiliary_heads() -> None:
    method = Ltnet(LtnetSettings(), C, torch.eye(2), seed=0)
    assert {id(p) for p in method.auxiliary_parameters()} == {id(p) for p in method.parameters()}
