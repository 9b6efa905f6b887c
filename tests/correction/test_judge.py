"""Which labels are wrong, worked out where it can be."""

import numpy as np
import pytest

from ulcag.classes import CLASSES
from ulcag.correction.judge import RESTORED, chance_joint, judge, noise_joint

C = len(CLASSES)


def confident(classes: np.ndarray, p: float = 0.7) -> np.ndarray:
    """(n, C) probabilities that give `p` to the classes."""
    rest = (1 - p) / (C - 1)
    return np.where(np.arange(C) == classes[:, None], p, rest)


def known_noise(seed: int, n: int = 1400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True labels; given ones, where every second neutral face is called fear; a network that is right in 9 of 10."""
    random = np.random.default_rng(seed)
    true = np.arange(n) % C
    given = true.copy()
    neutral = np.flatnonzero(true == CLASSES.index("neutral"))
    given[neutral[::2]] = CLASSES.index("fear")
    seen = np.where(random.random(n) < 0.88, true, random.integers(0, C, n))
    return true, given, confident(seen)


def nothing_measured(n: int) -> np.ndarray:
    return np.full((n, C), np.nan)


def test_the_noise_matrix_counts_posteriors_by_given_label() -> None:
    posterior = np.zeros((4, C))
    posterior[0, 0] = posterior[1, 1] = posterior[3, 0] = 1
    posterior[2, [0, 1]] = 0.5
    joint = noise_joint(posterior, np.array([0, 0, 1, 1]))
    assert joint[0, 0] == joint[1, 0] == 0.25
    assert joint[0, 1] == pytest.approx(0.375)
    assert joint[1, 1] == pytest.approx(0.125)
    assert joint.sum() == pytest.approx(1)


def test_it_learns_how_a_class_is_mislabelled() -> None:
    true, given, p = known_noise(0)
    found = judge(p, nothing_measured(len(given)), given)
    fear, neutral = CLASSES.index("fear"), CLASSES.index("neutral")
    of_fear = found.joint[:, fear] / found.joint[:, fear].sum()
    # 100 of 300 labels `fear` are neutral faces; no other class has more than a few of them
    assert of_fear[neutral] == pytest.approx(1 / 3, abs=0.11)
    assert np.delete(of_fear, [fear, neutral]).max() < 0.05
    wrong = given != true
    quality = found.posterior[np.arange(len(given)), given]
    assert quality[wrong].mean() < 0.5 < quality[~wrong].mean()


def test_most_of_what_it_relabels_was_wrong_and_becomes_right() -> None:
    true, given, p = known_noise(1)
    found = judge(p, nothing_measured(len(given)), given)
    changed = found.relabel
    assert changed.sum() > 40
    assert (found.suggested == true)[changed].mean() > 2 / 3


def test_right_labels_and_a_network_that_agrees_are_kept() -> None:
    given = np.arange(700) % C
    found = judge(confident(given), nothing_measured(700), given)
    assert (found.suggested == given).all()
    assert (found.suggested == given).all()


def test_the_order_of_the_samples_does_not_matter() -> None:
    _, given, p = known_noise(2, 350)
    order = np.random.default_rng(0).permutation(350)
    one = judge(p, nothing_measured(350), given)
    other = judge(p[order], nothing_measured(350), given[order])
    assert np.allclose(one.posterior[order], other.posterior)
    assert (one.relabel[order] == other.relabel).all()


def test_a_suggestion_that_rests_on_frequency_alone_is_only_reviewed() -> None:
    # Nearly all are happy: whatever is not clear looks happy, but not if classes were equally frequent.
    random = np.random.default_rng(3)
    happy, disgust = CLASSES.index("happy"), CLASSES.index("disgust")
    given = np.full(4000, happy)
    given[:160] = disgust
    seen = np.where(random.random(4000) < 0.5, given, random.integers(0, C, 4000))
    found = judge(confident(seen, 0.3), nothing_measured(4000), given)
    assert (found.suggested[:160] != disgust).any()
    assert not found.relabel[:160].any()


def test_chance_alone_mislabels_every_class_alike_and_as_often() -> None:
    joint = np.full((C, C), 0.4 / (C * (C - 1)))
    np.fill_diagonal(joint, 0.6 / C)
    joint[0], joint[1] = joint[0] * 1.5, joint[1] * 0.5
    chance = chance_joint(joint)
    assert chance.sum(axis=1) == pytest.approx(joint.sum(axis=1))
    assert chance.trace() == pytest.approx(joint.trace())
    assert chance[0, 1:] == pytest.approx(chance[0, 1])


def test_nothing_is_relabelled_where_evidence_knows_nothing() -> None:
    random = np.random.default_rng(5)
    given = random.integers(0, C, 500)
    found = judge(confident(random.integers(0, C, 500)), nothing_measured(500), given)
    assert found.restored < RESTORED
    assert not found.relabel.any()
    _, given, p = known_noise(1)
    assert judge(p, nothing_measured(len(given)), given).restored > RESTORED
