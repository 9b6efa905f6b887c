"""The posterior of a label: classifier over epochs, whitened templates of measured action units, and the lead."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ulcag.correction.posterior import (
    RunningProbabilities,
    class_balanced_lead,
    label_posterior,
    posterior_labels,
    whitened_distances,
    whitened_templates,
)

YES = torch.tensor([True])


def decide(
    q: list[float], label: int, *, known: bool = True, lead: float = 0.3, counts: tuple[int, ...] = (10, 10, 10)
) -> int:
    """What becomes of one sample's label, among samples without evidence that have the other labels."""
    current = torch.tensor([c for c, n in enumerate(counts) for _ in range(n)])
    place = int((current == label).nonzero()[0])
    posterior = torch.zeros(len(current), len(counts))
    posterior[place] = torch.tensor(q)
    everyone = torch.full((len(current),), known)
    labels = posterior_labels(posterior, current, current, everyone, lead=lead)
    others = torch.arange(len(current)) != place
    assert torch.equal(labels[others], current[others])
    return int(labels[place])


def distances(z: torch.Tensor, labels: torch.Tensor, use: torch.Tensor, classes: int) -> torch.Tensor:
    return whitened_distances(*whitened_templates(z, labels, use, classes))


def test_running_mean_by_hand() -> None:
    opinion = RunningProbabilities(3, 2, momentum=0.75)
    for p in ([0.8, 0.2], [0.4, 0.6]):
        opinion.update(torch.tensor([1]), torch.tensor([p]))
    # weights 0.75 * 0.25 and 0.25, which sum to 0.4375
    first, second = 0.1875 / 0.4375, 0.25 / 0.4375
    assert opinion.values[1].tolist() == pytest.approx([0.8 * first + 0.4 * second, 0.2 * first + 0.6 * second])
    assert opinion.values[0].tolist() == [0, 0]


@given(st.integers(1, 20))
def test_the_same_look_again_changes_nothing(times: int) -> None:
    opinion = RunningProbabilities(1, 3, momentum=0.9)
    p = torch.tensor([[0.5, 0.3, 0.2]])
    for _ in range(times):
        opinion.update(torch.tensor([0]), p)
    assert torch.allclose(opinion.values, p, atol=1e-5)


def test_distances_by_hand() -> None:
    # Templates 1 and 5; within a class every sample is 1 away, so the variance is 1. The unused sample is in neither.
    z = torch.tensor([[0.0], [2.0], [4.0], [6.0], [3.0]])
    labels, use = torch.tensor([0, 0, 1, 1, 1]), torch.tensor([True, True, True, True, False])
    expected = [[0.5, 12.5], [0.5, 4.5], [4.5, 0.5], [12.5, 0.5], [2.0, 2.0]]
    assert torch.allclose(distances(z, labels, use, 2), torch.tensor(expected), atol=1e-4)


def test_a_class_without_samples_is_infinitely_far() -> None:
    d = distances(torch.tensor([[0.0], [2.0], [5.0]]), torch.tensor([0, 0, 2]), torch.tensor([True, True, False]), 3)
    assert d[:, 1:].isinf().all()
    assert d[:, 0].isfinite().all()


def test_a_unit_that_says_what_another_says_counts_about_once() -> None:
    random = torch.Generator().manual_seed(0)
    labels = torch.arange(400) % 2
    z = (torch.rand(400, 1, generator=random) < 0.2 + 0.6 * labels[:, None]).double()
    use = torch.ones(400, dtype=torch.bool)
    once, twice = (distances(units, labels, use, 2) for units in (z, torch.cat([z, z], dim=1)))
    # Without whitening it would be 2; shrinking the covariance leaves a little of that.
    assert (twice / once).min() == pytest.approx(2 / 1.9, abs=1e-3)
    assert (twice / once).max() == pytest.approx(2 / 1.9, abs=1e-3)


@given(st.lists(st.floats(0.1, 10), min_size=3, max_size=3))
def test_the_scale_of_a_unit_does_not_matter(scales: list[float]) -> None:
    random = torch.Generator().manual_seed(1)
    z, labels = torch.randn(60, 3, generator=random, dtype=torch.float64), torch.arange(60) % 4
    use = torch.arange(60) % 5 != 0
    plain = distances(z, labels, use, 4)
    scaled = distances(z * torch.tensor(scales, dtype=torch.float64), labels, use, 4)
    assert torch.allclose(plain, scaled, rtol=1e-2)


def test_a_unit_that_never_occurs_says_nothing() -> None:
    z, labels = torch.tensor([[0.0], [2.0], [4.0], [6.0]]), torch.tensor([0, 0, 1, 1])
    use = torch.ones(4, dtype=torch.bool)
    never = torch.cat([z, torch.zeros(4, 1)], dim=1)
    assert torch.allclose(distances(never, labels, use, 2), distances(z, labels, use, 2))


def test_posterior_by_hand() -> None:
    p, d = torch.tensor([[0.5, 0.3, 0.2]]), torch.tensor([[2.0, 1.0, math.inf]])
    first, second = 0.5 * math.exp(-0.5), 0.3
    expected = torch.tensor([[first, second, 0.0]]) / (first + second)
    assert torch.allclose(label_posterior(p, d, YES, weight=0.5), expected)


def test_where_action_units_are_not_known_the_classifier_speaks_alone() -> None:
    p, d = torch.tensor([[0.5, 0.3, 0.2]]), torch.tensor([[2.0, 1.0, 0.0]])
    assert torch.allclose(label_posterior(p, d, ~YES, weight=1), p)


def test_a_label_moves_only_with_a_clear_lead() -> None:
    assert decide([0.1, 0.8, 0.1], 0) == 1
    assert decide([0.3, 0.55, 0.15], 0) == 0
    assert decide([0.1, 0.8, 0.1], 1) == 1


def test_a_rare_label_must_be_led_in_spite_of_its_rarity() -> None:
    # q leads by 0.5. With equal frequencies 0.2 / 3, 0.7 / 24 and 0.1 / 3 of 1 are left: the given label leads.
    assert decide([0.2, 0.7, 0.1], 0, counts=(10, 10, 10)) == 1
    assert decide([0.2, 0.7, 0.1], 0, counts=(3, 24, 3)) == 0
    # Nor is a rare class chosen because it is rare: it must lead in q itself.
    assert decide([0.7, 0.2, 0.1], 0, counts=(24, 3, 3)) == 0


def test_the_lead_is_the_smaller_of_two() -> None:
    q = torch.tensor([[0.75, 0.25]] * 4)
    first, second = torch.zeros(4, dtype=torch.long), torch.ones(4, dtype=torch.long)
    # equally frequent classes: 0.75 - 0.25; else 0.75/0.75 and 0.25/0.25 tie
    assert class_balanced_lead(q, first, second, torch.tensor([0.5, 0.5])).tolist() == pytest.approx([0.5] * 4)
    assert class_balanced_lead(q, first, second, torch.tensor([0.75, 0.25])).tolist() == pytest.approx([0.0] * 4)
    assert class_balanced_lead(q, first, first, torch.tensor([0.5, 0.5])).tolist() == [0.0] * 4


def test_a_sample_without_action_units_keeps_its_label() -> None:
    assert decide([0.1, 0.8, 0.1], 0, known=False) == 0


def test_a_sample_never_seen_keeps_its_label() -> None:
    q = label_posterior(RunningProbabilities(1, 3, momentum=0.5).values, torch.zeros(1, 3), YES, weight=1)
    assert posterior_labels(q, torch.tensor([2]), torch.tensor([2]), YES, lead=0).item() == 2
