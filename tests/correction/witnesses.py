"""Labels that are wrong in a known way, and witnesses whose worth is known."""

import numpy as np

from ulcag.classes import CLASSES

C = len(CLASSES)
FEAR, NEUTRAL = CLASSES.index("fear"), CLASSES.index("neutral")


def everyone(n: int) -> np.ndarray:
    """(n,) true classes, all equally frequent."""
    return np.arange(n) % C


def wrong_by_chance(random: np.random.Generator, true: np.ndarray, rate: float) -> np.ndarray:
    """Labels of which so many are drawn from the other classes."""
    wrong = random.random(len(true)) < rate
    return np.where(wrong, (true + random.integers(1, C, len(true))) % C, true)


def confusion(rate: float) -> np.ndarray:
    """T of `wrong_by_chance`."""
    return np.where(np.eye(C) == 1, 1 - rate, rate / (C - 1))


def neutral_called_fear(true: np.ndarray) -> np.ndarray:
    """Labels, where every second neutral face is called fear."""
    labels = true.copy()
    labels[np.flatnonzero(true == NEUTRAL)[::2]] = FEAR
    return labels


def looks(random: np.random.Generator, true: np.ndarray, apart: float, more: int = 0) -> np.ndarray:
    """(n, C + more) features: normal, of variance 1, around a mean for each class; some that say nothing."""
    means = apart * np.eye(C + more)[true]
    return means + random.normal(size=means.shape)


def honest(random: np.random.Generator, true: np.ndarray, apart: float) -> np.ndarray:
    """(n, C) the true probabilities of equally frequent classes, of one who sees such features."""
    x = apart * looks(random, true, apart)
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def too_sure(p: np.ndarray, times: float) -> np.ndarray:
    """Probabilities (n, C) whose logarithms are so many times as far apart."""
    q = p**times
    return q / q.sum(axis=1, keepdims=True)


def nothing_measured(n: int) -> np.ndarray:
    """(n, C) distances where no action unit is known."""
    return np.full((n, C), np.nan)
