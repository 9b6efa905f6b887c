"""Which labels are wrong, and what they should be. Not in the paper.

Labels are not wrong at random: of FER2013's *fear*, nine in ten are, of *happy* one in sixteen. So the evidence
(evidence.py) is weighed with how a class is mislabelled. J[c, g] is the share of samples that are c and are labelled
g; from L, the likelihood of what was seen,

    q_c ~ L_c J[c, g]        J[c, g'] = mean over samples of q_c, where g = g'

starting from q_c ~ f_c L_c, the evidence alone, and repeated twice. Not until it stands still: each round
trusts the labels more, and in the end all of them. Where a class cannot be recognised, J says that its labels are
worth little. Few samples cannot tell how each class is mislabelled: J is counted as if so many more (PRIOR) had labels
that are wrong by chance alone, as often as J says of all.

    quality of a label    q_g
    suggestion            argmax_c q_c
    relabel               the suggestion leads the given label by more than LEAD, by q and by q with all classes
                          equally frequent (posterior.py)

Nothing is relabelled where evidence is too weak for it. A trial says whether it is: a tenth of the given labels is made
wrong by chance, all are judged again, and of those the share is counted that gets its given label back.
"""

from dataclasses import dataclass

import numpy as np
import torch

from ulcag.correction.evidence import log_likelihood, normalised
from ulcag.correction.posterior import class_balanced_lead

# Chosen on part A of FER2013's training images and on the embedded set, seed 0: docs/results.md.
ROUNDS = 2
LEAD = 0.1
PRIOR = 400
# Part of the labels that a trial makes wrong, and the least part of these that it must put right.
_TRIAL, RESTORED = 0.1, 0.01


@dataclass(frozen=True)
class Judgement:
    """What was found for n samples.

    Attributes:
        posterior: (n, C), q.
        joint: (C, C), J[true, given], in samples.
        weights: (2,), v of the networks and w of the action units.
        suggested: (n,) classes.
        relabel: (n,) bool, whether the suggestion is clear enough to take the given label's place.
        restored: of labels that a trial made wrong, the part that was put right.
    """

    posterior: np.ndarray
    joint: np.ndarray
    weights: np.ndarray
    suggested: np.ndarray
    relabel: np.ndarray
    restored: float


def judge(p: np.ndarray, distances: np.ndarray, given: np.ndarray) -> Judgement:
    """Judge labels by evidence that has not seen them.

    Args:
        p: (n, C) out-of-fold probabilities.
        distances: (n, C) distances of measured action units to the templates; not-a-number where not known.
        given: (n,) labels.
    """
    posterior, joint, weights = _posterior(p, distances, given)
    suggested, leads = suggestions(posterior, given)
    restored = _trial(p, distances, given)
    relabel = (leads > LEAD) & (restored >= RESTORED)
    return Judgement(posterior, len(given) * joint, weights, suggested, relabel, restored)


def _posterior(p: np.ndarray, distances: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """q (n, C), J (C, C), and the weights of the witnesses (2,)."""
    evidence, weights = log_likelihood(p, distances, given)
    frequency = np.bincount(given, minlength=p.shape[1]) / len(given)
    posterior = normalised(evidence + np.log(np.maximum(frequency, 1e-12)))
    joint = noise_joint(posterior, given)
    for _ in range(ROUNDS):
        smoothed = (len(given) * joint + PRIOR * chance_joint(joint)) / (len(given) + PRIOR)
        posterior = normalised(evidence + np.log(np.maximum(smoothed, 1e-12)).T[given])
        joint = noise_joint(posterior, given)
    return posterior, joint, weights


def suggestions(posterior: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The most probable classes, and by how much they lead the given ones, also with all classes equally frequent.

    Args:
        posterior: (n, C).
        given: (n,) labels.

    Returns:
        (n,) classes and (n,) leads.
    """
    suggested = posterior.argmax(axis=1)
    q, new, y = (torch.from_numpy(part) for part in (posterior, suggested, given.astype(np.int64)))
    return suggested, class_balanced_lead(q, new, y, q.mean(dim=0)).numpy()


def _trial(p: np.ndarray, distances: np.ndarray, given: np.ndarray) -> float:
    """Of labels that are made wrong by chance, the part that would be put right; 0 where there are none."""
    random, classes = np.random.default_rng(0), p.shape[1]
    spoilt = random.permutation(len(given))[: round(_TRIAL * len(given))]
    labels = given.astype(np.int64)
    labels[spoilt] = (labels[spoilt] + random.integers(1, classes, len(spoilt))) % classes
    suggested, leads = suggestions(_posterior(p, distances, labels)[0], labels)
    right = (leads > LEAD) & (suggested == given)
    return float(right[spoilt].mean()) if len(spoilt) else 0.0


def chance_joint(joint: np.ndarray) -> np.ndarray:
    """J (C, C) as it would be if any label were wrong equally often, and any other class as likely.

    Args:
        joint: (C, C) shares [true, given].
    """
    classes, right = len(joint), np.trace(joint)
    wrong = np.full((classes, classes), (1 - right) / (classes - 1))
    np.fill_diagonal(wrong, right)
    return np.asarray(joint.sum(axis=1)[:, None] * wrong)


def noise_joint(posterior: np.ndarray, given: np.ndarray) -> np.ndarray:
    """J: (C, C) shares [true, given], from (n, C) posteriors and (n,) labels."""
    classes = posterior.shape[1]
    return np.stack([posterior[given == c].sum(axis=0) for c in range(classes)], axis=1) / len(given)
