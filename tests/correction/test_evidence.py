"""What the witnesses say, and how much they are worth."""

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from ulcag.correction.evidence import (
    fit_weights,
    held_out_distances,
    log_likelihood,
    nearer,
    normalised,
)

C = 7


def noisy(seed: int, n: int = 700, wrong: float = 0.3) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """True and given labels."""
    random = np.random.default_rng(seed)
    true = random.integers(0, C, n)
    given = np.where(random.random(n) < wrong, random.integers(0, C, n), true)
    return true, given, random


def test_distances_come_from_the_other_folds_alone() -> None:
    _, labels, random = noisy(0, 60)
    points, known = random.normal(size=(60, 5)), np.ones(60, dtype=bool)
    fold = np.array(["1of2", "2of2"] * 30)
    before = held_out_distances(points, labels, known, fold)
    changed = labels.copy()
    changed[fold == "1of2"] = (changed[fold == "1of2"] + 1) % C
    after = held_out_distances(points, changed, known, fold)
    assert np.array_equal(before[fold == "1of2"], after[fold == "1of2"])
    assert not np.allclose(before[fold == "2of2"], after[fold == "2of2"])


def test_a_class_that_the_other_folds_lack_is_infinitely_far_and_an_unknown_sample_has_no_distance() -> None:
    labels, fold = np.array([0, 0, 1, 1, 2, 0]), np.array(["1of2", "2of2"] * 3)
    known = np.array([True] * 5 + [False])
    distances = held_out_distances(np.random.default_rng(0).normal(size=(6, 3)), labels, known, fold)
    # class 2 is in fold 1 alone
    assert np.isinf(distances[0, 2])
    assert np.isfinite(distances[1, 2])
    assert np.isnan(distances[5]).all()
    assert not nearer(distances)[5].any()
    assert (nearer(distances[:5]).max(axis=1) == 0).all()


def test_no_action_unit_known_in_any_other_fold() -> None:
    fold = np.array(["1of2", "1of2", "2of2", "2of2"])
    known = np.array([True, True, False, False])
    distances = held_out_distances(np.eye(4), np.array([0, 1, 0, 1]), known, fold)
    assert np.isnan(distances).all()


def test_a_witness_that_knows_nothing_of_the_labels_is_not_heard() -> None:
    true, labels, random = noisy(1)
    knows = np.where(np.arange(C) == true[:, None], 2.0, 0.0)
    guesses = np.where(np.arange(C) == random.integers(0, C, len(true))[:, None], 2.0, 0.0)
    weights = fit_weights(np.stack([knows, guesses]), labels)
    assert weights[0] > 0.5
    assert weights[1] < 0.1


def test_a_witness_that_is_too_sure_is_turned_down() -> None:
    true, labels, _ = noisy(2)
    says = np.where(np.arange(C) == true[:, None], 2.0, 0.0)
    plain = fit_weights(says[None], labels)
    sure = fit_weights(5 * says[None], labels)
    assert sure[0] == pytest.approx(plain[0] / 5, rel=1e-3)


def test_a_witness_that_contradicts_gets_no_weight_and_silence_is_no_witness() -> None:
    true, labels, _ = noisy(3)
    against = np.where(np.arange(C) == true[:, None], -2.0, 0.0)
    silent = np.zeros((len(true), C))
    assert fit_weights(np.stack([against, silent]), labels).tolist() == [0.0, 0.0]


def test_the_weight_is_the_one_of_greatest_likelihood() -> None:
    true, labels, _ = noisy(4)
    view = np.where(np.arange(C) == true[:, None], 1.5, 0.0)
    frequency = np.bincount(labels, minlength=C) / len(labels)

    def likelihood(weight: float) -> float:
        q = normalised(np.log(frequency) + weight * view)
        return float(np.log(q[np.arange(len(labels)), labels]).mean())

    best = fit_weights(view[None], labels)[0]
    grid = np.linspace(0, 4, 401)
    assert best == pytest.approx(grid[np.argmax([likelihood(w) for w in grid])], abs=0.01)


def witness(random: np.random.Generator, true: np.ndarray, right: float) -> np.ndarray:
    """Log-likelihoods of one who is right so often, and says one other class of equal chance where he is not."""
    seen = np.where(random.random(len(true)) < right, true, random.integers(0, C, len(true)))
    return np.where(np.arange(C) == seen[:, None], 1.5, 0.0)


def test_labels_that_are_wrong_by_chance_do_not_turn_down_two_good_witnesses() -> None:
    true, labels, random = noisy(5, 4000, wrong=0.4)
    views = np.stack([witness(random, true, 0.8), witness(random, true, 0.7)])
    # what they are worth, by labels that are all right
    worth = fit_weights(views, true)
    assert fit_weights(views, labels) == pytest.approx(worth, rel=0.25)
    # by the labels with errors, each alone is worth less
    alone = [fit_weights(view[None], labels)[0] for view in views]
    assert (np.array(alone) < 0.8 * worth).all()


def test_one_witness_against_a_label_may_be_wrong_itself() -> None:
    true, labels, random = noisy(6, 2000, wrong=0.4)
    good, poor = witness(random, true, 0.8), witness(random, true, 0.05)
    weights = fit_weights(np.stack([good, poor]), labels)
    assert weights[0] == pytest.approx(fit_weights(good[None], labels)[0], rel=0.02)


def test_a_class_that_nobody_has_or_names_breaks_nothing() -> None:
    labels = np.array([0, 1] * 20)
    p = np.zeros((40, C))
    p[np.arange(40), labels] = 1
    logs, weights = log_likelihood(p, np.full((40, C), np.nan), labels)
    assert np.isfinite(logs).all()
    assert weights[1] == 0


@settings(max_examples=25, deadline=None)
@examples(seed=st.integers(0, 10_000), n=st.integers(2, 60))
def test_weights_are_finite_and_never_negative(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    views = random.normal(size=(2, n, C)) * random.choice([0.01, 1, 30])
    weights = fit_weights(views, random.integers(0, C, n))
    assert np.isfinite(weights).all()
    assert (weights >= 0).all()
