"""Eq. 9 and 10, and the two confidence groups."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ulcag.method.relabelling import cosine_distances, high_confidence_group, nearest_template_labels

YES = torch.tensor([True])


def test_high_group_by_hand() -> None:
    alpha = torch.tensor([0.1, 0.9, 0.5, 0.7, 0.3])
    # int(0.8 * 5) = 4: all but the first
    assert high_confidence_group(alpha, 0.8, torch.arange(5)).tolist() == [False, True, True, True, True]


def test_k_is_not_lost_to_binary_fractions() -> None:
    assert high_confidence_group(torch.rand(10), 0.7, torch.arange(10)).sum() == 7


def test_ties_go_to_the_lower_sample_number_wherever_it_stands() -> None:
    alpha = torch.full((4,), 0.5)
    order = torch.tensor([30, 10, 40, 20])
    assert high_confidence_group(alpha, 0.5, order).tolist() == [False, True, False, True]


@given(st.lists(st.sampled_from([0.1, 0.5, 0.9]), min_size=1, max_size=30), st.randoms())
def test_the_group_of_a_sample_does_not_depend_on_its_place_in_the_batch(alphas: list[float], random) -> None:
    alpha, order = torch.tensor(alphas), torch.arange(len(alphas))
    high = high_confidence_group(alpha, 0.8, order)
    shuffle = torch.tensor(random.sample(range(len(alphas)), len(alphas)))
    assert torch.equal(high_confidence_group(alpha[shuffle], 0.8, order[shuffle]), high[shuffle])
    assert high.sum() == int(0.8 * len(alphas) + 1e-9)


def test_cosine_distances_by_hand() -> None:
    templates = torch.tensor([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0], [1.0, 1.0]])
    known = torch.tensor([True, True, True, False])
    d = cosine_distances(torch.tensor([[5.0, 0.0], [1.0, 1.0]]), templates, known)
    r = 1 - math.sqrt(0.5)
    assert d[0].tolist() == pytest.approx([0.0, 1.0, 2.0, math.inf])
    assert d[1].tolist() == pytest.approx([r, r, 2 - r, math.inf], abs=1e-6)


def test_cosine_distances_ignore_length() -> None:
    s, t, known = torch.randn(4, 6), torch.randn(3, 6), torch.ones(3, dtype=torch.bool)
    assert torch.allclose(cosine_distances(10 * s, 0.1 * t, known), cosine_distances(s, t, known), atol=1e-6)


def test_a_doubted_sample_moves_to_the_nearest_template() -> None:
    distances = torch.tensor([[0.5, 0.2, 0.4]])
    label = torch.tensor([0])
    assert nearest_template_labels(distances, label, label, YES).item() == 1
    assert nearest_template_labels(distances, label, label, ~YES).item() == 0


def test_a_tie_with_the_own_template_changes_nothing() -> None:
    label = torch.tensor([2])
    assert nearest_template_labels(torch.tensor([[0.3, 0.9, 0.3]]), label, label, YES).item() == 2


def test_margin() -> None:
    distances, label = torch.tensor([[0.5, 0.25, 0.4]]), torch.tensor([0])
    assert nearest_template_labels(distances, label, label, YES, margin=0.2).item() == 1
    assert nearest_template_labels(distances, label, label, YES, margin=0.25).item() == 0


def test_eq_10_compares_with_the_originally_given_class() -> None:
    # Given class 0, meanwhile labelled 1; class 2 is nearest and nearer than class 0.
    distances = torch.tensor([[0.5, 0.1, 0.1]])
    current, original = torch.tensor([2]), torch.tensor([0])
    assert nearest_template_labels(distances, current, original, YES).item() == 1
    assert nearest_template_labels(distances, current, current, YES).item() == 2


def test_no_change_without_a_template_of_the_reference_class() -> None:
    distances, label = torch.tensor([[math.inf, 0.1, 0.2]]), torch.tensor([0])
    assert nearest_template_labels(distances, label, label, YES).item() == 0


def test_a_class_without_template_is_never_a_target() -> None:
    distances, label = torch.tensor([[0.5, math.inf, 0.6]]), torch.tensor([0])
    assert nearest_template_labels(distances, label, label, YES).item() == 0
