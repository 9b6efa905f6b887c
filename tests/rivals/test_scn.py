"""The baseline SCN."""

import math

import pytest
import torch

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
