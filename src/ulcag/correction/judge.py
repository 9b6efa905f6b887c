"""Which labels are wrong, and what they should be. Not in the paper.

Labels are not wrong at random: of FER2013's *fear*, nine in ten are, of *happy* one in sixteen. So the evidence
(evidence.py) is weighed with how a class is mislabelled. J[c, g] is the share of samples that are c and are labelled
g; from L, the likelihood of what was seen, and f, how frequent labels are,

    q_c ~ L_c J[c, g]        J[c, g'] = mean over samples of q_c, where g = g'

starting from q_c ~ f_c L_c, the evidence alone, and repeated ROUNDS times. Not until it stands still: each round
trusts the labels more, and in the end all of them. Where a class cannot be recognised, J says that its labels are
worth little. Few samples cannot tell how each class is mislabelled: J is counted as if so many more (PRIOR) had labels
that are wrong by chance alone, as often as J says of all.

L needs T, which is J with rows that sum to 1, and J needs L: both are found twice, T at first as if three labels of ten
were drawn at random.

    quality of a label    q_g
    suggestion            argmax_c q_c
    relabel               q of the suggestion leads that of the given label by more than LEAD; and were all classes
                          equally frequent, it would not trail by TRAIL, or rare classes would lose their samples

Where evidence is weak, what looks like a wrong label is an error of its own, and nothing is relabelled. A trial says
whether it is: a tenth of the given labels is made wrong by chance, and all are judged again. The judgement is trusted
if more of those get their given label back than of the others lose it, by more than two standard errors.
"""

import math
from dataclasses import dataclass

import numpy as np

from ulcag.correction.evidence import fit_weights, label_frequency, normalised, views_of

# Chosen on part A of FER2013's training images and on the embedded set, seeds 0 to 2: docs/method-study.md.
ROUNDS = 4
LEAD, TRAIL = 0.15, 0.25
PRIOR = 400
# Part of the labels that T takes for random before anything is known.
_AT_FIRST = 0.3
# A trial makes one label of so many wrong; so many trials, each with other labels.
_ONE_OF, _TRIALS = 10, 5


@dataclass(frozen=True)
class Judgement:
    """What was found for n samples.

    Attributes:
        posterior: (n, C), q.
        joint: (C, C), J[true, given], in samples.
        weights: (2,), v of the classifier and w of the action units.
        suggested: (n,) classes.
        relabel: (n,) bool, whether the suggestion is clear enough to take the given label's place.
        restored: of labels that a trial made wrong, the part that was put right.
        trusted: whether that is clearly more than the part of the other labels that was changed; else nothing is
            relabelled.
    """

    posterior: np.ndarray
    joint: np.ndarray
    weights: np.ndarray
    suggested: np.ndarray
    relabel: np.ndarray
    restored: float
    trusted: bool

    def targets(self, given: np.ndarray) -> np.ndarray:
        """(n, C) what a network is to learn: the posterior, or the labels (n,) where it is not trusted."""
        return self.posterior if self.trusted else np.eye(self.posterior.shape[1])[given]


def judge(p: np.ndarray, distances: np.ndarray, given: np.ndarray) -> Judgement:
    """Judge labels by evidence from those who were not fitted to them.

    Args:
        p: (n, C) out-of-fold probabilities.
        distances: (n, C) distances of measured action units to the templates; not-a-number where not known.
        given: (n,) labels.
    """
    views = views_of(p, distances)
    posterior, joint, weights = weigh(views, given)
    suggested, clear = suggestions(posterior, given)
    restored, trusted = _trials(views, given)
    return Judgement(posterior, len(given) * joint, weights, suggested, clear & trusted, restored, trusted)


def weigh(views: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """q (n, C), J (C, C), and the weights of the witnesses (2,), from their views (2, n, C) and labels (n,)."""
    classes = views.shape[2]
    frequency = label_frequency(given, classes)
    confusion = (1 - _AT_FIRST) * np.eye(classes) + _AT_FIRST / classes
    for _ in range(2):
        weights = fit_weights(views, given, confusion)
        evidence = np.tensordot(weights, views, axes=1)
        posterior = normalised(evidence + np.log(frequency))
        joint = noise_joint(posterior, given)
        for _ in range(ROUNDS):
            posterior = normalised(evidence + np.log(np.maximum(_smoothed(joint, len(given)), 1e-12)).T[given])
            joint = noise_joint(posterior, given)
        confusion = _smoothed(joint, len(given))
        confusion = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1e-12)
    return posterior, joint, weights


def suggestions(posterior: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The most probable classes, and whether they are clear enough to take the given labels' place.

    Args:
        posterior: (n, C), q.
        given: (n,) labels.

    Returns:
        (n,) classes and (n,) bool.
    """
    rows, suggested = np.arange(len(given)), posterior.argmax(axis=1)
    balanced = posterior / np.maximum(posterior.mean(axis=0), 1 / len(posterior))
    balanced = balanced / np.maximum(balanced.sum(axis=1, keepdims=True), 1e-12)
    lead, balanced_lead = (q[rows, suggested] - q[rows, given] for q in (posterior, balanced))
    return suggested, (lead > LEAD) & (balanced_lead > -TRAIL)


def _trials(views: np.ndarray, given: np.ndarray) -> tuple[float, bool]:
    """Of labels that are made wrong by chance, the part that would be put right; whether it is clearly more than the
    part of the others that would be changed."""
    random, classes = np.random.default_rng(0), views.shape[2]
    group = random.permutation(len(given)) % _ONE_OF
    right, changed = [], []
    for trial in range(_TRIALS):
        spoilt, labels = group == trial, given.astype(np.int64)
        labels[spoilt] = (labels[spoilt] + random.integers(1, classes, spoilt.sum())) % classes
        suggested, clear = suggestions(weigh(views, labels)[0], labels)
        right.append((clear & (suggested == given))[spoilt])
        changed.append(clear[~spoilt])
    (restored, one), (lost, other) = _share(right), _share(changed)
    return restored, restored - lost > 2 * math.sqrt(one + other)


def _share(parts: list[np.ndarray]) -> tuple[float, float]:
    """Of several arrays of yes and no, the part that is yes, and the square of its standard error; 0 of none."""
    together = np.concatenate(parts)
    share = float(together.mean()) if len(together) else 0.0
    return share, share * (1 - share) / max(len(together), 1)


def noise_joint(posterior: np.ndarray, given: np.ndarray) -> np.ndarray:
    """J: (C, C) shares [true, given], from (n, C) posteriors and (n,) labels."""
    classes = posterior.shape[1]
    return np.stack([posterior[given == c].sum(axis=0) for c in range(classes)], axis=1) / len(given)


def chance_joint(joint: np.ndarray) -> np.ndarray:
    """J (C, C) as it would be if any label were wrong equally often, and any other class as likely.

    Args:
        joint: (C, C) shares [true, given].
    """
    classes, right = len(joint), np.trace(joint)
    wrong = np.full((classes, classes), (1 - right) / (classes - 1))
    np.fill_diagonal(wrong, right)
    return np.asarray(joint.sum(axis=1)[:, None] * wrong)


def _smoothed(joint: np.ndarray, n: int) -> np.ndarray:
    """J as if PRIOR more samples had labels that are wrong by chance alone."""
    return (n * joint + PRIOR * chance_joint(joint)) / (n + PRIOR)
