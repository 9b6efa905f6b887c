"""Evidence over epochs, and agreement."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ulcag.method import Evidence, agreed_labels

YES = torch.tensor([True])


def agree(
    p: list[float], d: list[float], label: int, *, known: bool = True, lead: float = 0.3, margin: float = 0.1
) -> int:
    labels = agreed_labels(
        torch.tensor([p]), torch.tensor([d]), torch.tensor([label]), torch.tensor([known]), lead=lead, margin=margin
    )
    return int(labels.item())


def test_running_mean_by_hand() -> None:
    evidence = Evidence(3, 2, momentum=0.75)
    for p, d in (([0.8, 0.2], [0.0, math.inf]), ([0.4, 0.6], [1.0, 1.0])):
        evidence.update(torch.tensor([1]), torch.tensor([p]), torch.tensor([d]))
    # weights 0.75 * 0.25 and 0.25, which sum to 0.4375; an infinite distance counts as 2
    first, second = 0.1875 / 0.4375, 0.25 / 0.4375
    assert evidence.probabilities[1].tolist() == pytest.approx([0.8 * first + 0.4 * second, 0.2 * first + 0.6 * second])
    assert evidence.distances[1].tolist() == pytest.approx([second, 2 * first + second])
    assert evidence.probabilities[0].tolist() == [0, 0]


@given(st.integers(1, 20))
def test_the_same_look_again_changes_nothing(times: int) -> None:
    evidence = Evidence(1, 3, momentum=0.9)
    p, d = torch.tensor([[0.5, 0.3, 0.2]]), torch.tensor([[0.1, 1.0, 1.5]])
    for _ in range(times):
        evidence.update(torch.tensor([0]), p, d)
    assert torch.allclose(evidence.probabilities, p, atol=1e-5)
    assert torch.allclose(evidence.distances, d, atol=1e-5)


def test_both_must_name_the_class() -> None:
    assert agree([0.1, 0.8, 0.1], [0.9, 0.2, 0.5], 0) == 1
    assert agree([0.1, 0.8, 0.1], [0.9, 0.5, 0.2], 0) == 0


def test_both_must_lead() -> None:
    assert agree([0.3, 0.55, 0.15], [0.9, 0.2, 0.5], 0) == 0
    assert agree([0.1, 0.8, 0.1], [0.25, 0.2, 0.5], 0) == 0


def test_a_sample_without_action_units_keeps_its_label() -> None:
    assert agree([0.1, 0.8, 0.1], [0.9, 0.2, 0.5], 0, known=False) == 0


def test_a_sample_never_seen_keeps_its_label() -> None:
    evidence = Evidence(1, 3, momentum=0.5)
    labels = agreed_labels(evidence.probabilities, evidence.distances, torch.tensor([2]), YES, lead=0, margin=0)
    assert labels.item() == 2
