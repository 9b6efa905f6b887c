"""What two witnesses say of each sample, and how much each of them is worth. Not in the paper.

The first witness is a classifier that was fitted to other samples: its probabilities p. The second is what was measured
of action units: D, half the squared whitened distance of a sample to each class's template, which is the mean over the
samples of the other folds with that label (templates.py, which is Eq. 8 in their space). Neither was fitted to the
sample. With m_j the mean of p_j over all samples,

    L_j = (p_j / m_j)^v exp(-w D_j)

is the likelihood of what was seen if the sample were of class j. v and w, both 0 or more, are those that predict the
given labels best through T, where T[j, g] is how often a sample of class j is labelled g (judge.py):

    max_vw  sum_i log sum_j f_j L_ij T[j, g_i] / sum_j f_j L_ij        f_j: how frequent label j is

That takes no truth: a classifier that is too sure of itself is turned down, and a witness that knows nothing of the
labels is not heard. Without T two good witnesses would be turned down for every label that is wrong.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F

from ulcag.correction.templates import whitened_distances, whitened_templates

# A probability below it counts as it.
_LEAST = 1e-6
# The weights that a search begins with, and the greatest that there are.
_FIRST_GUESS, _GREATEST = 0.5, 100.0


def held_out_distances(
    points: np.ndarray, given: np.ndarray, known: np.ndarray, fold: np.ndarray, classes: int
) -> np.ndarray:
    """D: to the templates of the samples in other folds.

    Args:
        points: (n, M) measured action units, as `action_units.presence.measured_units` has them.
        given: (n,) labels.
        known: (n,) bool, whether `points` may be used.
        fold: (n,) the fold that each sample is held out in.
        classes: C.

    Returns:
        (n, C); infinite for a class without template, not-a-number for a sample whose action units are not known.
    """
    distances = np.full((len(points), classes), np.nan)
    z, labels = torch.from_numpy(points), torch.from_numpy(given.astype(np.int64))
    for one in np.unique(fold):
        here, others = fold == one, known & (fold != one)
        if not others.any():
            continue
        whitened, templates, seen = whitened_templates(z, labels, torch.from_numpy(others), classes)
        distances[here] = whitened_distances(whitened, templates, seen).numpy()[here]
    return np.where(known[:, None], distances, np.nan)


def views_of(p: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """What each witness says, as logarithms: log (p / m), and -D.

    Args:
        p: (n, C) probabilities of a classifier.
        distances: (n, C) from `held_out_distances`.

    Returns:
        (2, n, C); each 0 for all classes where the witness knows nothing.
    """
    p = np.maximum(p, _LEAST)
    views = np.stack([np.log(p) - np.log(p.mean(axis=0)), _nearer(distances)])
    return np.asarray(np.maximum(views, np.log(_LEAST)))


def fit_weights(views: np.ndarray, given: np.ndarray, confusion: np.ndarray) -> np.ndarray:
    """v and w.

    Args:
        views: (K, n, C) from `views_of`.
        given: (n,) labels.
        confusion: (C, C), T: rows sum to 1.

    Returns:
        (K,), 0 or more; 0 for a witness that says nothing.
    """
    weights = np.zeros(len(views))
    heard = [k for k in range(len(views)) if np.ptp(views[k], axis=-1).any()]
    if not heard:
        return weights
    says, labels = torch.from_numpy(views[heard]), torch.from_numpy(given.astype(np.int64))
    log_frequency = torch.from_numpy(np.log(label_frequency(given, views.shape[2])))
    # T[:, g] of each sample
    log_confusion = torch.from_numpy(np.log(np.maximum(confusion, _LEAST))).T[labels]
    # By logarithms: weights stay above 0. A step of the search may be so long that they would not be numbers any more.
    most = math.log(_GREATEST)
    logs = torch.full((len(heard),), _FIRST_GUESS, dtype=torch.float64).log().requires_grad_()
    optimiser = torch.optim.LBFGS([logs], max_iter=100, tolerance_grad=1e-9, line_search_fn="strong_wolfe")

    def loss() -> float:
        optimiser.zero_grad()
        found = logs.clamp(max=most).exp()
        log_q = F.log_softmax(log_frequency + torch.tensordot(found, says, dims=1), dim=1)
        # The small number bounds the weight of a witness that is always right.
        value = -torch.logsumexp(log_q + log_confusion, dim=1).mean() + 1e-6 * found.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value.item()

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    weights[heard] = logs.detach().clamp(max=most).exp().numpy()
    return weights


def label_frequency(given: np.ndarray, classes: int) -> np.ndarray:
    """f: (C,) shares of the labels, none of them 0."""
    return np.asarray(np.maximum(np.bincount(given, minlength=classes) / len(given), _LEAST))


def normalised(logs: np.ndarray) -> np.ndarray:
    """(n, C) logarithms to rows that sum to 1."""
    e = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def _nearer(distances: np.ndarray) -> np.ndarray:
    """-D, 0 for the nearest class; 0 for all where nothing is known."""
    unknown = np.isnan(distances).all(axis=1)
    filled = np.where(unknown[:, None], 0.0, distances)
    return np.asarray(filled.min(axis=1, keepdims=True) - filled)
