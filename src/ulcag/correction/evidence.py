"""What two witnesses say of each sample, and how much each of them is worth. Not in the paper.

The first witness is the classifier of the fold that held the sample out: its probabilities p. The second is what
OpenFace measured: D, half the squared whitened distance of a sample's action units to each class's template, which is
the mean over the samples of the other folds with that label (correction/posterior.py, which is Eq. 8 in their space).
Neither has seen the sample's own label. With f_j the frequency of label j among the given labels,

    L_j = (p_j / f_j)^v exp(-w D_j)

is the likelihood of what was seen if the sample were of class j. v and w, both 0 or more, are those that predict the
given labels best (maximum likelihood): f_j L_j, normalised, is how probable class j is, and T[j, g] how often a sample
of class j is labelled g. T is fitted with them, for without it two good witnesses would be turned down for every label
that is wrong by chance. Only where there are two: one witness against a label may as well be wrong itself, and then T
is the unit matrix. That takes no truth: networks that are too sure of themselves are turned down, and a witness that
knows nothing of the labels is not heard. T is used for nothing else: it knows nothing of noise that looks like
evidence, such as labels *surprise* of faces *fear* that look surprised.
"""

import numpy as np
import torch
import torch.nn.functional as F

from ulcag.classes import CLASSES
from ulcag.correction.posterior import whitened_distances, whitened_templates

# A probability below it counts as it.
_LEAST = 1e-6
# T is fitted as if so many more labels of each class were known to be right, for few samples cannot tell it;
_TRUSTED = 10
# and where each witness alone says at least so much of the given labels, nats a sample. All of it is log 7 = 1.9.
_INFORMATIVE = 0.1


def held_out_distances(points: np.ndarray, given: np.ndarray, known: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """D: to the templates of the samples in other folds.

    Args:
        points: (n, M) measured action units, as `action_units.presence.measured_units` has them.
        given: (n,) labels.
        known: (n,) bool, whether `points` may be used.
        fold: (n,) the fold that each sample is held out in.

    Returns:
        (n, C); infinite for a class without template, not-a-number for a sample whose action units are not known.
    """
    distances = np.full((len(points), len(CLASSES)), np.nan)
    z, labels = torch.from_numpy(points), torch.from_numpy(given.astype(np.int64))
    for one in np.unique(fold):
        here, others = fold == one, known & (fold != one)
        if not others.any():
            continue
        whitened, templates, seen = whitened_templates(z, labels, torch.from_numpy(others), len(CLASSES))
        distances[here] = whitened_distances(whitened, templates, seen).numpy()[here]
    return np.where(known[:, None], distances, np.nan)


def nearer(distances: np.ndarray) -> np.ndarray:
    """-D, 0 for the nearest class; 0 for all where nothing is known.

    Args:
        distances: (n, C) from `held_out_distances`.
    """
    unknown = np.isnan(distances).all(axis=1)
    filled = np.where(unknown[:, None], 0.0, distances)
    return filled.min(axis=1, keepdims=True) - filled


def fit_weights(views: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Weights 0 or more with which q_j ~ f_j exp(sum_k weight_k view_kj) predicts the given labels best, through T.

    Args:
        views: (K, n, C) log-likelihoods, each 0 where a witness knows nothing.
        given: (n,) labels.

    Returns:
        (K,). Without T the problem is concave: a weight that would be negative there is 0, and the others are fitted
        without it. Noise changes the size of the others, not their sign.
    """
    used = [k for k in range(len(views)) if np.ptp(views[k], axis=-1).any()]
    while used:
        heard = np.maximum(views[used], np.log(_LEAST))
        weights = _most_likely(heard, given)
        if (weights >= 0).all():
            result = np.zeros(len(views))
            several = len(used) > 1 and all(_information(view, given) >= _INFORMATIVE for view in heard)
            result[used] = _through_noise(heard, given, weights) if several else weights
            return result
        del used[int(weights.argmin())]
    return np.zeros(len(views))


def _log_frequency(given: np.ndarray, classes: int) -> np.ndarray:
    """(C,) logarithms of how frequent each label is."""
    return np.asarray(np.log(np.maximum(np.bincount(given, minlength=classes) / len(given), _LEAST)))


def _most_likely(views: np.ndarray, given: np.ndarray) -> np.ndarray:
    log_frequency = torch.from_numpy(_log_frequency(given, views.shape[2]))
    says, labels = torch.from_numpy(views), torch.from_numpy(given.astype(np.int64))
    weights = torch.zeros(len(views), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=100, tolerance_grad=1e-9, line_search_fn="strong_wolfe")

    def loss() -> float:
        optimiser.zero_grad()
        logits = log_frequency + torch.tensordot(weights, says, dims=1)
        # The small number bounds the weight of a witness that is always right.
        value = F.cross_entropy(logits, labels) + 1e-6 * weights.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value.item()

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach().numpy()


def _information(view: np.ndarray, given: np.ndarray) -> float:
    """By how much a witness alone lowers the cross entropy of the given labels."""
    log_frequency = _log_frequency(given, view.shape[1])
    q = normalised(log_frequency + _most_likely(view[None], given)[0] * view)
    return float(np.mean(np.log(np.maximum(q[np.arange(len(given)), given], _LEAST)) - log_frequency[given]))


def _through_noise(views: np.ndarray, given: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weights fitted together with T, from those without it."""
    classes = views.shape[2]
    log_frequency = torch.from_numpy(_log_frequency(given, classes))
    says, labels = torch.from_numpy(views), torch.from_numpy(given.astype(np.int64))
    # By logarithms: weights stay above 0, and rows of T sum to 1.
    log_weights = torch.from_numpy(np.log(np.maximum(weights, _LEAST))).requires_grad_()
    noise = torch.log(
        torch.full((classes, classes), 0.3 / classes).double() + 0.7 * torch.eye(classes)
    ).requires_grad_()
    optimiser = torch.optim.LBFGS(
        [log_weights, noise], max_iter=300, tolerance_grad=1e-9, line_search_fn="strong_wolfe"
    )

    def loss() -> float:
        optimiser.zero_grad()
        log_t = F.log_softmax(noise, dim=1)
        log_q = F.log_softmax(log_frequency + torch.tensordot(log_weights.exp(), says, dims=1), dim=1)
        # T[:, g] of each sample
        value = -torch.logsumexp(log_q + log_t.T[labels], dim=1).mean()
        value = value - _TRUSTED / len(given) * log_t.diagonal().sum() + 1e-6 * log_weights.exp().square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value.item()

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return log_weights.detach().exp().numpy()


def log_likelihood(p: np.ndarray, distances: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """log L, and the weights v and w.

    Args:
        p: (n, C) out-of-fold probabilities.
        distances: (n, C) from `held_out_distances`.
        given: (n,) labels.

    Returns:
        (n, C) and (2,).
    """
    network = np.log(np.maximum(p, _LEAST)) - _log_frequency(given, p.shape[1])
    views = np.stack([network, nearer(distances)])
    weights = fit_weights(views, given)
    return np.tensordot(weights, np.maximum(views, np.log(_LEAST)), axes=1), weights


def normalised(logs: np.ndarray) -> np.ndarray:
    """(n, C) logarithms to rows that sum to 1."""
    e = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))
