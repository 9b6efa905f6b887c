"""Fitting a head, with fewer features than the reader's."""

import numpy as np
import pytest
import torch

from ulcag.action_units.reader import fit
from ulcag.action_units.reader.fit import correlations, fit_head, fit_network

UNITS = ("AU06", "AU12")


def samples(n: int = 600) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features of very different size, of which two units are linear functions; and people."""
    random = np.random.default_rng(0)
    x = random.normal(3, 1, (n, 40)) * random.uniform(0.1, 10, 40)
    s = (x - x.mean(axis=0)) / x.std(axis=0)
    y = np.stack([2 + s[:, :20].mean(axis=1), 2 - 3 * s[:, 20:].mean(axis=1)], axis=1)
    return x.astype(np.float32), y, np.arange(n) // 10


def test_a_head_reads_what_it_was_fitted_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "EPOCHS", 60)
    monkeypatch.setattr(fit, "_DROPOUT", 0.1)
    x, y, person = samples()
    head, r = fit_head(UNITS, x.copy(), y, person)
    read = np.stack([head.intensities(f) for f in x])
    assert min(correlations(read, y)) > 0.8
    assert min(r) > 0.8
    assert read.mean(axis=0) == pytest.approx(y.mean(axis=0), abs=0.1)
    again, _ = fit_head(UNITS, x.copy(), y, person)
    assert all(np.array_equal(a, b) for a, b in zip(vars(head).values(), vars(again).values(), strict=True))


def test_what_is_known_of_people_alone_is_of_no_use_for_others() -> None:
    random = np.random.default_rng(0)
    person = np.arange(400) // 10
    x = (np.eye(40)[person] + random.normal(0, 0.01, (400, 40))).astype(np.float32)
    y = random.uniform(0, 5, (40, 2))[person]
    _, r = fit_head(UNITS, x, y, person)
    assert max(r) < 0.5


def test_a_feature_that_is_constant_does_no_harm() -> None:
    x, y, person = samples()
    x[:, 3] = 2
    head, _ = fit_head(UNITS, x, y, person)
    assert all(np.isfinite(value).all() for name, value in vars(head).items() if name != "units")


def test_fitting_leaves_the_random_numbers_of_others_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    fit_network(torch.zeros(4, 5), torch.zeros(4, 2))
    assert torch.equal(torch.rand(1), expected)


def test_correlations() -> None:
    a = np.array([[0.0, 1, 5], [1, 0, 5], [2, -1, 5]])
    found = correlations(a, np.array([[1.0, 1, 1], [3, 2, 2], [5, 3, 3]]))
    assert found[:2] == pytest.approx([1, -1])
    assert np.isnan(found[2])
