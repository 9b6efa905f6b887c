"""Ridge regression of several targets at once, with the penalty that is best for people who were left out.

min_W,b  sum_i |W^T s(x_i) + b - y_i|^2 + penalty n |W|^2,    s: each feature to mean 0 and standard deviation 1
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Tried from weak to strong.
PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_FOLDS = 5
# Of the median standard deviation: a feature that hardly varies would be blown up.
_LEAST_SPREAD = 0.1


@dataclass(frozen=True)
class Fit:
    """A function x -> x @ weights + bias, and what it gave for people who were left out.

    Attributes:
        weights: (D, M).
        bias: (M,).
        penalty: the chosen one.
        held_out: (n, M) predictions for each sample by fits without its person.
    """

    weights: np.ndarray
    bias: np.ndarray
    penalty: float
    held_out: np.ndarray


def fit_ridge(x: np.ndarray, y: np.ndarray, people: Sequence[str]) -> Fit:
    """Fit, in double precision.

    Args:
        x: (n, D) features.
        y: (n, M) targets.
        people: (n,) who each sample is of; a person is left out as a whole.

    Returns:
        The fit to all samples, with the penalty of the highest mean correlation of held-out predictions with y.
    """
    spread = x.std(axis=0, dtype=np.float64)
    spread = np.maximum(spread, max(_LEAST_SPREAD * float(np.median(spread)), 1e-9))
    mean = x.mean(axis=0, dtype=np.float64)
    names = {name: number for number, name in enumerate(dict.fromkeys(people))}
    fold = np.array([names[name] % _FOLDS for name in people])
    parts = [_Sums.of((x[fold == k] - mean) / spread, y[fold == k]) for k in range(_FOLDS)]
    whole = _Sums.total(parts)
    best = -np.inf
    for penalty in PENALTIES:
        held_out = np.zeros(y.shape)
        for k, part in enumerate(parts):
            if part.n:
                w, b = whole.without(part).solve(penalty)
                held_out[fold == k] = (x[fold == k] - mean) / spread @ w + b
        score = float(np.nanmean(correlations(held_out, y)))
        if score > best:
            best, chosen, predicted = score, penalty, held_out
    w, b = whole.solve(chosen)
    w = w / spread[:, None]
    return Fit(w, b - mean @ w, chosen, predicted)


def correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Pearson's r of each column of (n, M) with that of the other; NaN where one is constant."""
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    spread = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    return np.divide((a * b).sum(axis=0), spread, out=np.full(a.shape[1], np.nan), where=spread > 0)


@dataclass(frozen=True)
class _Sums:
    """What a fit needs of samples; sums of parts are sums of the whole."""

    n: int
    x: np.ndarray
    y: np.ndarray
    xx: np.ndarray
    xy: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray) -> "_Sums":
        return cls(len(x), x.sum(axis=0), y.sum(axis=0), x.T @ x, x.T @ y)

    @classmethod
    def total(cls, parts: Sequence["_Sums"]) -> "_Sums":
        names = ("n", "x", "y", "xx", "xy")
        return cls(*(sum(getattr(part, name) for part in parts) for name in names))

    def without(self, part: "_Sums") -> "_Sums":
        return _Sums(self.n - part.n, self.x - part.x, self.y - part.y, self.xx - part.xx, self.xy - part.xy)

    def solve(self, penalty: float) -> tuple[np.ndarray, np.ndarray]:
        mean_x, mean_y = self.x / self.n, self.y / self.n
        xx = self.xx - self.n * np.outer(mean_x, mean_x)
        xx[np.diag_indices_from(xx)] += penalty * self.n
        w = np.linalg.solve(xx, self.xy - self.n * np.outer(mean_x, mean_y))
        return w, mean_y - mean_x @ w
