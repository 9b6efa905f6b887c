"""Templates of classes in the space of measured action units, and distances from them."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ulcag.correction.templates import whitened_distances, whitened_templates


def distances(z: torch.Tensor, labels: torch.Tensor, use: torch.Tensor, classes: int) -> torch.Tensor:
    return whitened_distances(*whitened_templates(z, labels, use, classes))


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


@given(st.permutations(range(12)))
def test_the_order_of_samples_does_not_matter(order: list[int]) -> None:
    random = torch.Generator().manual_seed(2)
    z, labels = torch.randn(12, 2, generator=random, dtype=torch.float64), torch.arange(12) % 3
    use = torch.arange(12) % 5 != 0
    plain, shuffled = distances(z, labels, use, 3), distances(z[order], labels[order], use[order], 3)
    assert torch.allclose(plain[order], shuffled, rtol=1e-4)


def test_a_unit_that_never_occurs_says_nothing() -> None:
    z, labels = torch.tensor([[0.0], [2.0], [4.0], [6.0]]), torch.tensor([0, 0, 1, 1])
    use = torch.ones(4, dtype=torch.bool)
    never = torch.cat([z, torch.zeros(4, 1)], dim=1)
    assert torch.allclose(distances(never, labels, use, 2), distances(z, labels, use, 2))


def test_no_unit_at_all_says_nothing() -> None:
    use = torch.ones(4, dtype=torch.bool)
    assert not distances(torch.zeros(4, 0), torch.tensor([0, 0, 1, 1]), use, 2).any()


def test_fewer_samples_than_units() -> None:
    z = torch.eye(3, 8)
    d = distances(z, torch.tensor([0, 1, 1]), torch.ones(3, dtype=torch.bool), 2)
    assert d.isfinite().all()
    assert d[0, 0] == pytest.approx(0, abs=1e-5)
    assert d[0, 1] > d[1, 1]
