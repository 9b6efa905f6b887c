"""Opinions of those who were not fitted to the sample."""

import numpy as np
import pytest
import torch
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from tests.correction.witnesses import C, everyone, looks, neutral_called_fear, wrong_by_chance
from ulcag.correction.cross_fit import CrossFitted, Opinions, cross_fitted_opinions
from ulcag.softmax_regression import chosen_penalty


def opinions(f: np.ndarray, labels: np.ndarray, folds: np.ndarray, points: np.ndarray | None = None) -> Opinions:
    """Without action units where there are no points."""
    n = len(labels)
    units, known = np.zeros((n, 2)) if points is None else points, np.full(n, points is not None)
    return cross_fitted_opinions(torch.from_numpy(f).float(), units, known, torch.from_numpy(labels), folds, C, 0)


def four_folds(random: np.random.Generator, n: int) -> np.ndarray:
    return random.permutation(np.arange(n) % 4)


@settings(max_examples=20)
@examples(seed=st.integers(0, 10_000), n=st.integers(8, 60), fold=st.integers(0, 3), weighed=st.booleans())
def test_the_labels_of_a_fold_have_no_part_in_what_a_fit_says_of_it(
    seed: int, n: int, fold: int, weighed: bool
) -> None:
    random = np.random.default_rng(seed)
    f, labels = torch.from_numpy(random.normal(size=(n, 4))).float(), torch.from_numpy(random.integers(0, C, n))
    folds, counts = four_folds(random, n), torch.from_numpy(random.random(n)).float() if weighed else None
    here = torch.from_numpy(folds == fold)
    others = torch.where(here, (labels + 1) % C, labels)
    first, again = (CrossFitted(f, folds, C, 0.15).fit(given, counts) for given in (labels, others))
    assert np.array_equal(first[here], again[here])
    assert first.sum(axis=1) == pytest.approx(1)


def test_who_looks_like_nobody_else_is_told_nothing_by_its_own_label() -> None:
    # each sample has a feature of its own: a classifier that has seen its label knows it, another one knows nothing
    labels = everyone(56)
    found = opinions(np.eye(56), labels, np.arange(56) // C % 4)
    assert found.p == pytest.approx(1 / C)
    assert not found.judgement.trusted


def test_a_whole_fold_of_wrong_labels_is_contradicted_by_the_others() -> None:
    random, true = np.random.default_rng(0), everyone(560)
    f, folds = looks(random, true, 4), four_folds(random, 560)
    found = opinions(f, np.where(folds == 1, (true + 1) % C, true), folds)
    assert (found.p.argmax(axis=1) == true)[folds == 1].mean() > 0.9


def test_a_fit_goes_on_from_the_one_before_and_ends_where_a_new_one_does() -> None:
    random, true = np.random.default_rng(1), everyone(210)
    f, folds = torch.from_numpy(looks(random, true, 2)).float(), four_folds(random, 210)
    first, then = (torch.from_numpy(wrong_by_chance(random, true, rate)) for rate in (0.5, 0.1))
    goes_on = CrossFitted(f, folds, C, 0.5)
    goes_on.fit(first)
    assert goes_on.fit(then) == pytest.approx(CrossFitted(f, folds, C, 0.5).fit(then), abs=1e-3)


@pytest.mark.parametrize("seed", [0, 1])
def test_refits_learn_what_classes_look_like_and_not_who_was_labelled_so(seed: int) -> None:
    random, true = np.random.default_rng(seed), everyone(1400)
    f, folds = looks(random, true, 2.5, more=10), four_folds(random, 1400)
    labels = neutral_called_fear(true)
    features, given = torch.from_numpy(f).float(), torch.from_numpy(labels)
    first = CrossFitted(features, folds, C, chosen_penalty(features, given, C, 0)).fit(given)
    found = opinions(f, labels, folds)
    right = [(p.argmax(axis=1) == true).mean() for p in (first, found.p)]
    assert right[1] > right[0] + 0.03
    # in all classes: the gain is not that one of them swallows another
    assert min((found.p.argmax(axis=1) == true)[true == c].mean() for c in range(C)) > 0.7
    judgement = found.judgement
    assert judgement.trusted
    after = np.where(judgement.relabel, judgement.suggested, labels)
    assert (after == true).mean() > 0.97 > (labels == true).mean()


def test_measured_action_units_are_heard_beside_the_features() -> None:
    random, true = np.random.default_rng(2), everyone(700)
    f, folds, labels = looks(random, true, 1.5), four_folds(random, 700), wrong_by_chance(random, true, 0.2)
    alone, both = (opinions(f, labels, folds, points) for points in (None, looks(random, true, 1.5)))
    assert np.isnan(alone.distances).all()
    assert alone.judgement.weights[1] == 0
    assert np.isfinite(both.distances).all()
    assert both.judgement.weights[1] > 0.5
    right = [(one.judgement.suggested == true)[labels != true].mean() for one in (alone, both)]
    assert right[1] > right[0] + 0.1


def test_the_order_of_samples_and_the_names_of_folds_do_not_matter() -> None:
    random, true = np.random.default_rng(3), everyone(560)
    f, labels, points = looks(random, true, 3), neutral_called_fear(true), looks(random, true, 1)
    folds, order = four_folds(random, 560), random.permutation(560)
    one = opinions(f, labels, folds, points)
    other = opinions(f[order], labels[order], 7 * (3 - folds[order]), points[order])
    assert other.p == pytest.approx(one.p[order], abs=0.02)
    assert other.distances == pytest.approx(one.distances[order], rel=1e-3, abs=1e-3)
    assert np.abs(other.judgement.posterior - one.judgement.posterior[order]).mean() < 1e-2
    assert (other.judgement.relabel == one.judgement.relabel[order]).mean() > 0.98


def test_the_same_again_is_the_same() -> None:
    random, true = np.random.default_rng(4), everyone(140)
    f, folds = looks(random, true, 2), four_folds(random, 140)
    one, other = (opinions(f, neutral_called_fear(true), folds) for _ in range(2))
    assert np.array_equal(one.p, other.p)
    assert np.array_equal(one.judgement.posterior, other.judgement.posterior)


@pytest.mark.parametrize("units", [True, False])
def test_one_fold_alone_says_nothing_and_its_labels_are_kept(units: bool) -> None:
    random, true = np.random.default_rng(5), everyone(70)
    f = looks(random, true, 4)
    found = opinions(f, true, np.zeros(70, dtype=int), f if units else None)
    assert found.p == pytest.approx(1 / C)
    assert np.isnan(found.distances).all()
    assert not found.judgement.trusted
    assert np.array_equal(found.judgement.targets(true), np.eye(C)[true])


@pytest.mark.parametrize("n", [60, 200])
@pytest.mark.parametrize("units", [True, False])
def test_features_that_say_nothing_are_not_trusted(n: int, units: bool) -> None:
    for seed in range(3):
        random = np.random.default_rng(seed)
        labels = random.integers(0, C, n)
        f, points = random.normal(size=(n, 20)), random.normal(size=(n, 6))
        found = opinions(f, labels, np.arange(n) % 4, points if units else None)
        assert np.isfinite(found.judgement.posterior).all()
        assert not found.judgement.trusted
        assert not found.judgement.relabel.any()
        assert np.array_equal(found.judgement.targets(labels), np.eye(C)[labels])


@settings(max_examples=25)
@examples(seed=st.integers(0, 10_000), n=st.integers(1, 12), folds=st.integers(1, 4), units=st.booleans())
def test_very_few_samples(seed: int, n: int, folds: int, units: bool) -> None:
    random = np.random.default_rng(seed)
    labels, folds_of = random.integers(0, C, n), random.integers(0, folds, n)
    found = opinions(random.normal(size=(n, 5)), labels, folds_of, random.normal(size=(n, 3)) if units else None)
    assert found.p.shape == found.distances.shape == found.judgement.posterior.shape == (n, C)
    assert np.isfinite(found.p).all()
    assert found.judgement.posterior.sum(axis=1) == pytest.approx(1)


def test_a_class_that_nobody_has_is_said_of_nobody() -> None:
    random, true = np.random.default_rng(6), np.arange(400) % 5
    labels = np.where(random.random(400) < 0.2, random.integers(0, 5, 400), true)
    found = opinions(looks(random, true, 3), labels, four_folds(random, 400))
    assert found.p.argmax(axis=1).max() < 5
    assert found.judgement.suggested.max() < 5
