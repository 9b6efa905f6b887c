"""What two witnesses say of each sample, and how much each of them is worth. Not in the paper.

The first witness is the classifier of the fold that held the sample out: its probabilities p. The second is what
OpenFace measured: D, half the squared whitened distance of a sample's action units to each class's template, which is
the mean over the samples of the other folds with that label (method/posterior.py; Eq. 8's templates in their space).
Neither has seen the sample's own label. With f_j the frequency of label j among the given labels,

    L_j = (p_j / f_j)^v exp(-w D_j)

is the likelihood of what was seen if the sample were of class j. v and w, both 0 or more, are those with which
f_j L_j, normalised, predicts the given labels best (maximum likelihood). That takes no truth: networks that are too
sure of themselves are turned down, and a witness that knows nothing of the labels is not heard.
"""

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F

from ulcag.action_units.table import INTENSITY_UNITS, OK, PRESENCE_UNITS
from ulcag.classes import CLASSES
from ulcag.method import whitened_distances, whitened_templates

# A probability below it counts as it.
_LEAST = 1e-6


def measured_units(action_units: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Action units as points: presences, and square roots of intensities, which are skewed.

    Args:
        action_units: n rows of the action units table.

    Returns:
        (n, 35) float64, zeros where unknown, and (n,) bool, whether they are known.
    """
    known = (action_units["status"] == OK).to_numpy()
    presences = action_units[[f"{u}_c" for u in PRESENCE_UNITS]].to_numpy(dtype=np.float64, na_value=0)
    intensities = action_units[[f"{u}_r" for u in INTENSITY_UNITS]].to_numpy(dtype=np.float64, na_value=0)
    points = np.hstack([presences, np.sqrt(np.clip(intensities, 0, None))])
    return np.where(known[:, None], points, 0.0), known


def held_out_distances(points: np.ndarray, given: np.ndarray, known: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """D: to the templates of the samples in other folds.

    Args:
        points: (n, M) measured action units.
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
    """Weights 0 or more with which f_j exp(sum_k weight_k view_kj) predicts the given labels best.

    Args:
        views: (K, n, C) log-likelihoods, each 0 where a witness knows nothing.
        given: (n,) labels.

    Returns:
        (K,). The problem is concave; a weight that would be negative is 0, and the others are fitted without it.
    """
    used = [k for k in range(len(views)) if np.ptp(views[k], axis=-1).any()]
    while used:
        weights = _most_likely(np.maximum(views[used], np.log(_LEAST)), given)
        if (weights >= 0).all():
            result = np.zeros(len(views))
            result[used] = weights
            return result
        del used[int(weights.argmin())]
    return np.zeros(len(views))


def _most_likely(views: np.ndarray, given: np.ndarray) -> np.ndarray:
    frequency = np.bincount(given, minlength=views.shape[2]) / len(given)
    log_frequency = torch.from_numpy(np.log(np.maximum(frequency, _LEAST)))
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


def log_likelihood(p: np.ndarray, distances: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """log L, and the weights v and w.

    Args:
        p: (n, C) out-of-fold probabilities.
        distances: (n, C) from `held_out_distances`.
        given: (n,) labels.

    Returns:
        (n, C) and (2,).
    """
    frequency = np.bincount(given, minlength=p.shape[1]) / len(given)
    network = np.log(np.maximum(p, _LEAST) / np.maximum(frequency, _LEAST))
    views = np.stack([network, nearer(distances)])
    weights = fit_weights(views, given)
    return np.tensordot(weights, np.maximum(views, np.log(_LEAST)), axes=1), weights


def normalised(logs: np.ndarray) -> np.ndarray:
    """(n, C) logarithms to rows that sum to 1."""
    e = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))
