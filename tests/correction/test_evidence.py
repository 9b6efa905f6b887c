"""What the witnesses say, and how much they are worth."""

import numpy as np
import pytest
from hypothesis import example, settings
from hypothesis import given as examples
from hypothesis import strategies as st

from tests.correction.witnesses import C, confusion, everyone, honest, nothing_measured, too_sure, wrong_by_chance
from ulcag.correction.evidence import fit_weights, held_out_distances, label_frequency, normalised, views_of

ALL_RIGHT = np.eye(C)


def test_distances_by_hand() -> None:
    # Fold 2 has templates 1 and 5 and variance 1 within a class; fold 1 has a sample between them, labelled otherwise.
    points, labels = np.array([[0.0], [2.0], [4.0], [6.0], [3.0]]), np.array([0, 0, 1, 1, 5])
    fold = np.array([2, 2, 2, 2, 1])
    distances = held_out_distances(points, labels, np.ones(5, dtype=bool), fold, C)
    assert distances[4, :2] == pytest.approx([2, 2], abs=1e-4)
    assert np.isinf(distances[4, 2:]).all()
    # and fold 2 knows of that sample alone
    assert np.isfinite(distances[:4, 5]).all()
    assert np.isinf(np.delete(distances[:4], 5, axis=1)).all()


@settings(max_examples=25)
@examples(seed=st.integers(0, 10_000), n=st.integers(2, 40), folds=st.integers(1, 5))
def test_distances_come_from_the_other_folds_alone_in_any_order_and_by_any_name(seed: int, n: int, folds: int) -> None:
    random = np.random.default_rng(seed)
    points, labels, known = random.normal(size=(n, 5)), random.integers(0, C, n), random.random(n) < 0.9
    fold = random.integers(0, folds, n)
    distances = held_out_distances(points, labels, known, fold, C)
    assert np.array_equal(np.isnan(distances).any(axis=1), np.isnan(distances).all(axis=1))
    assert np.isnan(distances[~known]).all()

    here = fold == fold[0]
    changed = np.where(here, (labels + 1) % C, labels)
    again = held_out_distances(points, changed, known, fold, C)
    assert np.array_equal(distances[here], again[here], equal_nan=True)

    order, names = random.permutation(n), np.array(["d", "a", "c", "e", "b"])
    other = held_out_distances(points[order], labels[order], known[order], names[fold][order], C)
    assert np.allclose(distances[order], other, rtol=1e-3, atol=1e-3, equal_nan=True)


def test_a_class_that_the_other_folds_lack_is_infinitely_far_and_an_unknown_sample_has_no_distance() -> None:
    labels, fold = np.array([0, 0, 1, 1, 2, 0]), np.array(["1of2", "2of2"] * 3)
    known = np.array([True] * 5 + [False])
    distances = held_out_distances(np.random.default_rng(0).normal(size=(6, 3)), labels, known, fold, C)
    # class 2 is in fold 1 alone
    assert np.isinf(distances[0, 2])
    assert np.isfinite(distances[1, 2])
    assert np.isnan(distances[5]).all()


def test_no_action_unit_known_in_any_other_fold() -> None:
    fold = np.array(["1of2", "1of2", "2of2", "2of2"])
    known = np.array([True, True, False, False])
    distances = held_out_distances(np.eye(4), np.array([0, 1, 0, 1]), known, fold, C)
    assert np.isnan(distances).all()


def test_one_fold_alone_has_no_other() -> None:
    distances = held_out_distances(np.eye(4), np.array([0, 1, 0, 1]), np.ones(4, dtype=bool), np.zeros(4), C)
    assert np.isnan(distances).all()


def test_views_by_hand() -> None:
    p = np.zeros((2, C))
    p[0, :2] = 0.75, 0.25
    p[1, :2] = 0.25, 0.75
    distances = np.full((2, C), np.inf)
    distances[0, :2] = 3.0, 1.0
    distances[1] = np.nan
    first, second = views_of(p, distances)
    # both classes are said in half of all cases; the others never, and by chance of all alike
    assert first[0, :2] == pytest.approx(np.log([1.5, 0.5]))
    assert first[1, :2] == pytest.approx(np.log([0.5, 1.5]))
    assert first[:, 2:] == pytest.approx(0)
    assert second[0, :2].tolist() == [-2, 0]
    # as far away as anything can be
    assert second[0, 2:] == pytest.approx(np.log(1e-6))
    assert not second[1].any()


def test_who_says_the_same_of_all_says_nothing() -> None:
    always = np.tile([0.5, 0.3, 0.1, 0.1, 0.0, 0.0, 0.0], (9, 1))
    assert views_of(always, nothing_measured(9)) == pytest.approx(0)


def test_the_weight_of_a_witness_by_hand() -> None:
    # Of 60 samples with each label the witness names that label for 42 and each other class for 3: 7 in 10. Labels
    # are right in 88 %, and each other class in 2 %; so the witness is right in (0.7 - 0.02) / (0.88 - 0.02).
    labels = np.repeat(np.arange(C), 60)
    named = np.concatenate([np.repeat(np.arange(C), np.where(np.arange(C) == c, 42, 3)) for c in range(C)])
    view = np.where(np.arange(C) == named[:, None], 1.5, 0.0)
    for right, of_labels in ((0.7, confusion(0)), (0.68 / 0.86, confusion(0.12))):
        # e^1.5w is to 6 as right is to wrong
        assert fit_weights(view[None], labels, of_labels)[0] == pytest.approx(
            np.log(6 * right / (1 - right)) / 1.5, rel=1e-3
        )


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3])
def test_the_words_of_honest_witnesses_are_taken_as_they_are_however_many_labels_are_wrong(rate: float) -> None:
    random, true = np.random.default_rng(0), everyone(4000)
    labels = wrong_by_chance(random, true, rate)
    p, of_units = honest(random, true, 2), honest(random, true, 2)
    both = views_of(p, -np.log(of_units))
    assert fit_weights(both[:1], labels, confusion(rate)) == pytest.approx([1], abs=0.15)
    assert fit_weights(both, labels, confusion(rate)) == pytest.approx([1, 1], abs=0.15)
    # who takes all labels for right turns both down
    if rate:
        assert (fit_weights(both, labels, ALL_RIGHT) < 0.6).all()


@settings(max_examples=15)
@examples(times=st.floats(0.2, 5))
def test_a_witness_that_is_too_sure_is_turned_down(times: float) -> None:
    random, true = np.random.default_rng(1), everyone(700)
    labels = wrong_by_chance(random, true, 0.2)
    view = views_of(honest(random, true, 1.5), nothing_measured(700))[:1]
    plain = fit_weights(view, labels, confusion(0.2))
    assert fit_weights(times * view, labels, confusion(0.2)) == pytest.approx(plain / times, rel=1e-3)


def test_a_classifier_that_is_too_sure_says_in_the_end_what_it_may() -> None:
    random, true = np.random.default_rng(2), everyone(4000)
    labels, p = wrong_by_chance(random, true, 0.2), honest(random, true, 2)
    weights = [fit_weights(views_of(q, nothing_measured(4000)), labels, confusion(0.2))[0] for q in (p, too_sure(p, 2))]
    assert weights[1] == pytest.approx(weights[0] / 2, rel=0.1)


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_a_witness_that_knows_nothing_of_the_labels_is_not_heard(rate: float) -> None:
    random, true = np.random.default_rng(3), everyone(1400)
    labels, p = wrong_by_chance(random, true, rate), honest(random, true, 2)
    with_noise = views_of(p, random.exponential(2, (1400, C)))
    weights = fit_weights(with_noise, labels, confusion(rate))
    assert weights[1] < 0.1
    alone = fit_weights(views_of(p, nothing_measured(1400)), labels, confusion(rate))
    assert weights[0] == pytest.approx(alone[0], rel=0.02)


def test_a_witness_that_contradicts_gets_no_weight_and_silence_is_no_witness() -> None:
    random, true = np.random.default_rng(4), everyone(700)
    labels = wrong_by_chance(random, true, 0.3)
    against = np.where(np.arange(C) == true[:, None], -2.0, 0.0)
    weights = fit_weights(np.stack([against, np.zeros((700, C))]), labels, confusion(0.3))
    assert weights[0] < 1e-3
    assert weights[1] == 0
    assert not fit_weights(np.zeros((2, 700, C)), labels, confusion(0.3)).any()


def test_the_weight_is_the_one_of_greatest_likelihood() -> None:
    random, true = np.random.default_rng(5), everyone(700)
    labels = wrong_by_chance(random, true, 0.3)
    view, of_labels = views_of(honest(random, true, 1.5), nothing_measured(700))[:1], confusion(0.25)

    def likelihood(weight: float) -> float:
        q = normalised(np.log(label_frequency(labels, C)) + weight * view[0])
        return float(np.log((q @ of_labels)[np.arange(700), labels]).mean())

    best = fit_weights(view, labels, of_labels)[0]
    grid = np.linspace(0.01, 4, 400)
    assert best == pytest.approx(grid[np.argmax([likelihood(w) for w in grid])], abs=0.01)


@settings(max_examples=15)
@examples(names=st.permutations(range(C)), order=st.randoms(use_true_random=False))
def test_the_order_of_classes_and_samples_does_not_matter(names: list[int], order: object) -> None:
    random, true = np.random.default_rng(6), everyone(350)
    labels, of_labels = wrong_by_chance(random, true, 0.2), random.dirichlet(np.ones(C), C) + 2 * np.eye(C)
    of_labels /= of_labels.sum(axis=1, keepdims=True)
    views = views_of(honest(random, true, 2), -np.log(honest(random, true, 1)))
    rows = list(range(350))
    order.shuffle(rows)  # type: ignore[attr-defined]
    new = np.argsort(names)
    renamed = fit_weights(views[:, rows][:, :, names], new[labels[rows]], of_labels[np.ix_(names, names)])
    assert renamed == pytest.approx(fit_weights(views, labels, of_labels), rel=1e-3, abs=1e-4)


def test_a_class_that_nobody_has_or_names_breaks_nothing() -> None:
    labels, p = np.array([0, 1] * 20), np.zeros((40, C))
    p[np.arange(40), labels] = 1
    views = views_of(p, nothing_measured(40))
    weights = fit_weights(views, labels, confusion(0.3))
    assert np.isfinite(views).all()
    assert np.isfinite(weights).all()
    assert weights[0] > 0.1
    assert weights[1] == 0


@settings(max_examples=40)
@examples(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 60),
    scale=st.sampled_from([1e-6, 0.03, 0.1, 1, 30]),
    right=st.floats(0, 1),
)
# a step of the search was so long that a weight was infinite
@example(seed=3, n=8, scale=0.1, right=0.3)
@example(seed=1, n=8, scale=0.3, right=0.05)
def test_weights_are_finite_and_never_negative(seed: int, n: int, scale: float, right: float) -> None:
    random = np.random.default_rng(seed)
    views = np.stack([scale * random.normal(size=(n, C)), random.normal(size=(n, C))])
    of_labels = right * np.eye(C) + (1 - right) / C
    weights = fit_weights(views, random.integers(0, C, n), of_labels)
    assert np.isfinite(weights).all()
    assert (weights >= 0).all()


def test_the_frequency_of_a_class_is_never_nothing() -> None:
    frequency = label_frequency(np.array([0, 0, 0, 1]), 3)
    assert frequency[:2].tolist() == [0.75, 0.25]
    assert 0 < frequency[2] < 1e-3


@examples(logs=st.lists(st.floats(-800, 800), min_size=2, max_size=7))
def test_logarithms_of_any_size_become_probabilities(logs: list[float]) -> None:
    q = normalised(np.array([logs]))
    assert q.sum() == pytest.approx(1)
    assert q[0, np.argmax(logs)] == q.max()
    assert normalised(np.log([[3.0, 1.0]])).tolist() == [pytest.approx([0.75, 0.25])]
