"""Which labels are wrong, worked out where it can be."""

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from tests.correction.witnesses import (
    FEAR,
    NEUTRAL,
    C,
    everyone,
    honest,
    neutral_called_fear,
    nothing_measured,
    too_sure,
    wrong_by_chance,
)
from ulcag.correction.evidence import views_of
from ulcag.correction.judge import LEAD, chance_joint, judge, noise_joint, suggestions, weigh


def test_the_noise_matrix_counts_posteriors_by_given_label() -> None:
    posterior = np.zeros((4, C))
    posterior[0, 0] = posterior[1, 1] = posterior[3, 0] = 1
    posterior[2, [0, 1]] = 0.5
    joint = noise_joint(posterior, np.array([0, 0, 1, 1]))
    assert joint[0, 0] == joint[1, 0] == 0.25
    assert joint[0, 1] == pytest.approx(0.375)
    assert joint[1, 1] == pytest.approx(0.125)
    assert joint.sum() == pytest.approx(1)


def test_chance_alone_mislabels_every_class_alike_and_as_often() -> None:
    joint = np.full((C, C), 0.4 / (C * (C - 1)))
    np.fill_diagonal(joint, 0.6 / C)
    joint[0], joint[1] = joint[0] * 1.5, joint[1] * 0.5
    chance = chance_joint(joint)
    assert chance.sum(axis=1) == pytest.approx(joint.sum(axis=1))
    assert chance.trace() == pytest.approx(joint.trace())
    assert chance[0, 1:] == pytest.approx(chance[0, 1])


def test_what_is_clear_by_hand() -> None:
    # classes have 0.8 and 0.2 of all
    posterior = np.array([[0.95, 0.05], [0.6, 0.4], [0.9, 0.1], [0.75, 0.25]])
    suggested, clear = suggestions(posterior, np.array([1, 1, 1, 0]))
    assert suggested.tolist() == [0, 0, 0, 0]
    # Leads of 0.9, 0.2 and 0.8. Were the classes equally frequent, the first would lead by 19 : 4, the second trail by
    # 3 : 8, which is 0.45, and the third lead by 9 : 4. The last is the given label.
    assert clear.tolist() == [True, False, True, False]
    assert not suggestions(np.array([[0.57, 0.43], [0.43, 0.57]]), np.array([1, 0]))[1].any()


@examples(seed=st.integers(0, 10_000), n=st.integers(1, 30))
def test_what_is_clear_leads_and_a_given_label_is_never_changed_for_itself(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    posterior, labels = random.dirichlet(np.linspace(0.2, 3, C), n), random.integers(0, C, n)
    suggested, clear = suggestions(posterior, labels)
    rows = np.arange(n)
    assert np.array_equal(suggested, posterior.argmax(axis=1))
    assert (posterior[rows, suggested] > posterior[rows, labels] + LEAD)[clear].all()
    assert (suggested != labels)[clear].all()


def test_a_rare_class_whose_labels_are_right_is_not_emptied() -> None:
    # 40 of 4,000 labels are `disgust`; a classifier sees the class in half of the pictures and guesses in the others
    random = np.random.default_rng(3)
    shares = np.array([0.06, 0.01, 0.03, 0.38, 0.21, 0.2, 0.11])
    true = np.repeat(np.arange(C), (4000 * shares).astype(int))
    seen = np.where(random.random(len(true)) < 0.5, true, random.choice(C, len(true), p=shares))
    p = shares * (0.5 * np.eye(C)[:, seen].T + 0.5 * shares[seen][:, None])
    found = judge(p / p.sum(axis=1, keepdims=True), nothing_measured(len(true)), true)
    assert found.relabel[true == 1].mean() < 0.15


def test_witnesses_that_are_silent_leave_equally_frequent_classes_as_they_are() -> None:
    posterior, joint, weights = weigh(np.zeros((2, 70, C)), everyone(70))
    assert posterior == pytest.approx(1 / C)
    assert joint == pytest.approx(1 / C**2)
    assert not weights.any()


def test_a_witness_beyond_doubt_is_believed_and_the_noise_matrix_is_what_was_done() -> None:
    random, true = np.random.default_rng(0), everyone(2100)
    labels = wrong_by_chance(random, true, 0.2)
    posterior, joint, _ = weigh(views_of(np.eye(C)[true], nothing_measured(2100)), labels)
    assert (posterior.argmax(axis=1) == true).all()
    done = np.array([[((true == c) & (labels == g)).mean() for g in range(C)] for c in range(C)])
    assert joint == pytest.approx(done, abs=1e-3)


@settings(max_examples=25)
@examples(seed=st.integers(0, 10_000), n=st.integers(1, 80), frequent=st.floats(0.1, 5))
def test_what_holds_of_any_evidence(seed: int, n: int, frequent: float) -> None:
    random = np.random.default_rng(seed)
    labels = random.choice(C, n, p=random.dirichlet(np.full(C, frequent)))
    distances = np.where(random.random((n, 1)) < 0.8, random.exponential(2, (n, C)), np.nan)
    found = judge(random.dirichlet(np.ones(C), n), distances, labels)
    assert found.posterior.sum(axis=1) == pytest.approx(1)
    # each label's samples are counted once, by what they are likely to be
    assert found.joint.sum(axis=0) == pytest.approx(np.bincount(labels, minlength=C))
    assert found.joint.sum(axis=1) == pytest.approx(found.posterior.sum(axis=0))
    assert np.array_equal(found.suggested, found.posterior.argmax(axis=1))
    assert (found.suggested != labels)[found.relabel].all()
    assert 0 <= found.restored <= 1
    assert found.trusted or not found.relabel.any()


@pytest.mark.parametrize("seed", [0, 1])
def test_it_learns_how_a_class_is_mislabelled(seed: int) -> None:
    true = everyone(1400)
    labels = neutral_called_fear(true)
    found = judge(honest(np.random.default_rng(seed), true, 2.5), nothing_measured(1400), labels)
    of_fear = found.joint[:, FEAR] / found.joint[:, FEAR].sum()
    # 100 of 300 labels `fear` are neutral faces; no other class has more than a few of them
    assert of_fear[NEUTRAL] == pytest.approx(1 / 3, abs=0.05)
    assert np.delete(of_fear, [FEAR, NEUTRAL]).max() < 0.03
    # and half of the neutral faces are called fear
    assert found.joint[NEUTRAL, FEAR] / found.joint[NEUTRAL].sum() == pytest.approx(1 / 2, abs=0.07)
    wrong = labels != true
    quality = found.posterior[np.arange(1400), labels]
    assert quality[wrong].mean() < 0.2
    assert quality[~wrong].mean() > 0.9
    # most of what it relabels was wrong, and becomes right
    assert found.trusted
    assert found.relabel[wrong].mean() > 0.8
    assert (found.suggested == true)[found.relabel].mean() > 0.75


def test_action_units_tell_what_the_classifier_cannot() -> None:
    # to the classifier fear and neutral are one
    random, true = np.random.default_rng(2), everyone(1400)
    labels, p = wrong_by_chance(random, true, 0.2), honest(random, true, 3)
    p[:, [FEAR, NEUTRAL]] = p[:, [FEAR, NEUTRAL]].mean(axis=1, keepdims=True)
    distances = np.where(np.arange(C) == FEAR, np.where(true == FEAR, 0.0, 4.0)[:, None], 2.0)
    alone, both = (judge(p, d, labels) for d in (nothing_measured(1400), distances))
    here = np.isin(true, [FEAR, NEUTRAL]) & (labels != true)
    right = [(one.suggested == true)[here].mean() for one in (alone, both)]
    assert right[0] < 0.5
    assert right[1] > 0.8


def test_a_classifier_that_is_too_sure_is_no_better_heard() -> None:
    random, true = np.random.default_rng(3), everyone(2100)
    labels, p = wrong_by_chance(random, true, 0.2), honest(random, true, 2)
    plain, sure = (judge(q, nothing_measured(2100), labels) for q in (p, too_sure(p, 2)))
    assert sure.weights[0] == pytest.approx(plain.weights[0] / 2, rel=0.1)
    assert sure.posterior == pytest.approx(plain.posterior, abs=0.05)


def test_a_witness_that_knows_nothing_has_no_effect_beside_one_that_does() -> None:
    random, true = np.random.default_rng(4), everyone(1400)
    labels, p = wrong_by_chance(random, true, 0.2), honest(random, true, 2.5)
    alone, beside = (judge(p, d, labels) for d in (nothing_measured(1400), random.exponential(2, (1400, C))))
    assert beside.weights[1] < 0.1
    assert np.abs(beside.posterior - alone.posterior).mean() < 0.02


def test_right_labels_and_a_classifier_that_agrees_are_kept() -> None:
    labels = everyone(700)
    found = judge(0.65 * np.eye(C)[labels] + 0.05, nothing_measured(700), labels)
    assert (found.suggested == labels).all()
    assert not found.relabel.any()
    assert found.posterior[np.arange(700), labels].min() > 0.99


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.3])
def test_labels_are_no_worse_after_than_before(rate: float) -> None:
    random, true = np.random.default_rng(5), everyone(2100)
    labels = wrong_by_chance(random, true, rate)
    found = judge(honest(random, true, 2.5), nothing_measured(2100), labels)
    assert found.trusted
    after = np.where(found.relabel, found.suggested, labels)
    assert (after == true).mean() > min((labels == true).mean(), 0.99)
    # the quality of a label is the probability that it is right
    quality = found.posterior[np.arange(2100), labels]
    assert quality.mean() == pytest.approx((labels == true).mean(), abs=0.04)


@settings(max_examples=10)
@examples(names=st.permutations(range(C)), seed=st.integers(0, 100))
def test_the_order_of_samples_and_classes_does_not_matter(names: list[int], seed: int) -> None:
    random, true = np.random.default_rng(seed), everyone(210)
    labels, p = neutral_called_fear(true), honest(random, true, 2.5)
    distances = -np.log(honest(random, true, 2))
    order, new = random.permutation(210), np.argsort(names)
    one = judge(p, distances, labels)
    other = judge(p[order][:, names], distances[order][:, names], new[labels[order]])
    assert other.posterior == pytest.approx(one.posterior[order][:, names], abs=1e-4)
    assert other.joint == pytest.approx(one.joint[np.ix_(names, names)], abs=1e-2)
    # which labels a trial makes wrong goes by the order; nobody doubts these witnesses for that
    assert one.trusted
    assert other.trusted


@pytest.mark.parametrize("n", [5, 10, 200, 1000])
@pytest.mark.parametrize("kind", ["noise", "always the same", "sure and wrong", "silent"])
def test_worthless_evidence_is_not_trusted_and_changes_nothing(kind: str, n: int) -> None:
    # of ten samples with seed 3 more labels come back than get lost, by chance
    for seed in range(4):
        random = np.random.default_rng(seed)
        labels = random.choice(C, n, p=[0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05])
        p, distances = {
            "noise": (random.dirichlet(np.ones(C), n), random.exponential(2, (n, C))),
            "always the same": (np.tile(random.dirichlet(np.ones(C)), (n, 1)), np.ones((n, C))),
            "sure and wrong": (np.eye(C)[random.integers(0, C, n)], nothing_measured(n)),
            "silent": (np.full((n, C), 1 / C), nothing_measured(n)),
        }[kind]
        found = judge(p, distances, labels)
        assert not found.trusted
        assert not found.relabel.any()
        assert np.array_equal(found.targets(labels), np.eye(C)[labels])


def test_labels_that_have_nothing_to_do_with_good_evidence_are_not_touched_either() -> None:
    random, true = np.random.default_rng(6), everyone(700)
    labels = random.integers(0, C, 700)
    found = judge(honest(random, true, 3), nothing_measured(700), labels)
    assert not found.trusted
    assert np.array_equal(found.targets(labels), np.eye(C)[labels])


def test_good_evidence_is_trusted_and_the_posterior_is_learnt() -> None:
    random, true = np.random.default_rng(7), everyone(700)
    labels = wrong_by_chance(random, true, 0.2)
    found = judge(honest(random, true, 3), -np.log(honest(random, true, 2)), labels)
    assert found.trusted
    assert found.restored > 0.7
    assert found.targets(labels) is found.posterior


@pytest.mark.parametrize("n", range(1, 8))
def test_very_few_samples(n: int) -> None:
    labels = np.array([0, 0, 0, 1, 1, 5, 1])[:n]
    found = judge(0.65 * np.eye(C)[labels] + 0.05, -2.0 * np.eye(C)[labels] + 2, labels)
    assert found.posterior.shape == (n, C)
    assert np.isfinite(found.posterior).all()
    assert (found.suggested == labels).all()
    assert not found.relabel.any()


def test_a_class_that_nobody_has_is_suggested_to_nobody() -> None:
    random, true = np.random.default_rng(8), np.arange(600) % 5
    labels = np.where(random.random(600) < 0.2, random.integers(0, 5, 600), true)
    found = judge(honest(random, true, 2.5), nothing_measured(600), labels)
    assert found.trusted
    assert found.suggested.max() < 5
    assert found.joint[5:].sum() < 1
    assert found.joint[:, 5:].sum() == 0
