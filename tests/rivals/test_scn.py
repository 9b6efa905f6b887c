"""The baseline SCN."""

import math

import pytest
import torch

from tests.rivals.waves import waves
from ulcag.method.losses import rank_regularisation
from ulcag.method.relabelling import high_confidence_group
from ulcag.rivals.scn import scn_cross_entropy, scn_labels


def test_cross_entropy_of_weighted_logits_by_hand() -> None:
    loss = scn_cross_entropy(torch.tensor([[4.0, 0.0]]), torch.tensor([1]), torch.tensor([0.5]))
    assert loss.item() == pytest.approx(math.log(1 + math.exp(2.0)))


def test_relabelling_needs_a_lead_of_more_than_the_margin() -> None:
    # Probabilities 0.6 and 0.4 for log odds log(1.5)
    logits = torch.tensor([[math.log(1.5), 0.0]])
    label, one, yes = torch.tensor([1]), torch.ones(1), torch.tensor([True])
    new, p_label, p_max = scn_labels(logits, label, one, yes, margin=0.1)
    assert (new.item(), p_label.item(), p_max.item()) == (0, pytest.approx(0.4), pytest.approx(0.6))
    assert scn_labels(logits, label, one, yes, margin=0.21)[0].item() == 1
    assert scn_labels(logits, label, one, ~yes, margin=0.1)[0].item() == 1


def test_probabilities_are_those_of_the_weighted_logits() -> None:
    _, _, p_max = scn_labels(torch.tensor([[2.0, 0.0]]), torch.tensor([1]), torch.tensor([0.5]), torch.tensor([True]))
    assert p_max.item() == pytest.approx(1 / (1 + math.exp(-1.0)))


def test_losses_and_labels_are_those_of_the_official_code() -> None:
    """Of github.com/kaiwang960112/Self-Cure-Network, on the same numbers."""
    alpha = torch.sigmoid(waves(10, speed=0.9) / 4)
    logits, labels, everyone = 4 * waves(10, 7, speed=1.3), torch.arange(10) % 7, torch.ones(10, dtype=torch.bool)
    high = high_confidence_group(alpha, 0.7, torch.arange(10))
    assert scn_cross_entropy(logits, labels, alpha).item() == pytest.approx(2.603102684020996, rel=1e-5)
    assert high.nonzero().flatten().tolist() == [0, 1, 2, 6, 7, 8, 9]
    assert rank_regularisation(alpha, high, 0.15).item() == pytest.approx(0.06553280353546143, rel=1e-4)
    assert scn_labels(logits, labels, alpha, everyone)[0].tolist() == [0, 3, 1, 3, 6, 4, 6, 0, 2, 0]
