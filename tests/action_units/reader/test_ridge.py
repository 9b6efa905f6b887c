"""Ridge regression, and what it predicts of people who were left out."""

import numpy as np
import pytest

from ulcag.action_units.reader.ridge import correlations, fit_ridge


def samples(n: int = 400) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Features of very different size, of which two targets are linear functions."""
    random = np.random.default_rng(0)
    x = (random.normal(3, 1, (n, 6)) * [1, 10, 0.1, 5, 1, 1]).astype(np.float32)
    y = np.stack([x[:, 0] - 0.2 * x[:, 1] + 4, 7 * x[:, 2]], axis=1)
    return x, y, [f"person {number % 40}" for number in range(n)]


def test_a_linear_function_is_found() -> None:
    x, y, people = samples()
    fit = fit_ridge(x, y, people)
    predicted = x @ fit.weights + fit.bias
    assert correlations(predicted, y) == pytest.approx([1, 1], abs=0.01)
    assert predicted.mean(axis=0) == pytest.approx(y.mean(axis=0))
    assert fit.penalty == 0.1
    assert correlations(fit.held_out, y) == pytest.approx([1, 1], abs=0.01)


def test_a_person_is_left_out_as_a_whole() -> None:
    random = np.random.default_rng(0)
    # A feature that tells who it is, and targets that only depend on that: nothing is known of others.
    x = np.repeat(np.eye(20), 10, axis=0) + random.normal(0, 0.01, (200, 20))
    y = np.repeat(random.normal(0, 1, (20, 1)), 10, axis=0)
    people = [f"{number // 10}" for number in range(200)]
    fit = fit_ridge(x, y, people)
    assert correlations(x @ fit.weights + fit.bias, y)[0] > 0.9
    assert correlations(fit.held_out, y)[0] < 0.1


def test_what_is_constant_does_no_harm() -> None:
    x, y, people = samples()
    x[:, 5] = 2
    fit = fit_ridge(x, np.column_stack([y, np.ones(len(y))]), people)
    assert np.isfinite(fit.weights).all()
    assert (x @ fit.weights + fit.bias)[:, 2] == pytest.approx(1)
    assert np.isnan(correlations(fit.held_out, np.ones((len(y), 3)))).all()
