"""Metrics of predictions, in numpy. Rows of a confusion matrix are true classes, columns predicted ones."""

from typing import Any

import numpy as np
import pandas as pd

from ulcag.classes import CLASSES

# Equal-width bins of the expected calibration error of a classifier.
_ECE_BINS = 15
# Those of a reliability diagram.
_PARTS = 10


def softmax(logits: np.ndarray) -> np.ndarray:
    """(n, C) logits to probabilities, in float64."""
    e = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def confusion_counts(truth: np.ndarray, predicted: np.ndarray, classes: int = len(CLASSES)) -> np.ndarray:
    """(C, C) counts from (n,) true and predicted classes."""
    cells = truth.astype(np.int64) * classes + predicted.astype(np.int64)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def accuracy(confusion: np.ndarray) -> float:
    """Overall accuracy, as the paper reports it."""
    return float(confusion.trace() / confusion.sum())


def recalls(confusion: np.ndarray) -> np.ndarray:
    """(C,) share of each true class that is predicted as such; nan for a class without samples."""
    of_class = confusion.sum(axis=1)
    return np.where(of_class > 0, confusion.diagonal() / np.maximum(of_class, 1), np.nan)


def mean_class_accuracy(confusion: np.ndarray) -> float:
    """Mean of the recalls of the classes that occur."""
    return float(np.nanmean(recalls(confusion)))


def f1_scores(confusion: np.ndarray) -> np.ndarray:
    """(C,) F1 = 2 TP / (2 TP + FP + FN); nan for a class that neither occurs nor is predicted."""
    either = confusion.sum(axis=0) + confusion.sum(axis=1)
    return np.where(either > 0, 2 * confusion.diagonal() / np.maximum(either, 1), np.nan)


def macro_f1(confusion: np.ndarray) -> float:
    """Mean F1 over the classes that occur in truth: one that is only predicted costs the others their precision."""
    return float(np.mean(f1_scores(confusion)[confusion.sum(axis=1) > 0]))


def expected_calibration_error(probabilities: np.ndarray, truth: np.ndarray) -> float:
    """Mean gap between confidence and accuracy over 15 equal bins of the greatest probability, weighted by their size.

    Args:
        probabilities: (n, C).
        truth: (n,) classes.
    """
    return _mean_gap(probabilities.max(axis=1), probabilities.argmax(axis=1) == truth, _ECE_BINS)


def reliability(stated: np.ndarray, right: np.ndarray) -> dict[str, Any]:
    """Whether a number between 0 and 1 is a probability, in ten equal parts of its range.

    Args:
        stated: (n,) probabilities.
        right: (n,) bool, whether it was so; or the share of people who say so.

    Returns:
        `calibration_error`, the mean gap between what was stated and what was so, weighted by the size of the parts;
        and `parts`, ten of them: `stated` (mean), `right` (share), both None where there is no sample, and `count`.
    """
    part = _bins_of(stated, _PARTS)
    parts = []
    for number in range(_PARTS):
        here = part == number
        means = [float(values[here].mean()) if here.any() else None for values in (stated, right)]
        parts.append({"stated": means[0], "right": means[1], "count": int(here.sum())})
    return {"calibration_error": _mean_gap(stated, right, _PARTS), "parts": parts}


def _mean_gap(stated: np.ndarray, right: np.ndarray, bins: int) -> float:
    gap = np.bincount(_bins_of(stated, bins), weights=right - stated, minlength=bins)
    return float(np.abs(gap).sum() / len(right))


def _bins_of(stated: np.ndarray, bins: int) -> np.ndarray:
    """(n,) numbers of equal bins of 0..1."""
    return np.minimum((stated * bins).astype(np.int64), bins - 1)


def all_metrics(logits: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    """Every metric of one epoch's logits (n, C): scalars, then values by class, then the confusion counts."""
    probabilities = softmax(logits)
    confusion = confusion_counts(truth, probabilities.argmax(axis=1))
    return {
        "accuracy": accuracy(confusion),
        "mean_class_accuracy": mean_class_accuracy(confusion),
        "macro_f1": macro_f1(confusion),
        "ece": expected_calibration_error(probabilities, truth),
        "recall": by_class(recalls(confusion)),
        "f1": by_class(f1_scores(confusion)),
        "confusion": confusion.tolist(),
    }


def by_class(values: np.ndarray) -> dict[str, float | None]:
    """Class name to value; None in place of nan, which JSON does not have."""
    return {name: None if np.isnan(v) else float(v) for name, v in zip(CLASSES, values, strict=True)}


def area_under_curve(score: np.ndarray, positive: np.ndarray) -> float:
    """Probability that a positive sample scores higher than a negative one; ties count half (Mann and Whitney).

    Args:
        score: (n,).
        positive: (n,) bool, with some of either kind.
    """
    ranks = pd.Series(score).rank().to_numpy()
    n = int(positive.sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(score) - n)))


def average_precision(score: np.ndarray, positive: np.ndarray) -> float:
    """Mean, over the positive samples, of the share of positives among those that score at least as high.

    Args:
        score: (n,).
        positive: (n,) bool, with at least one.
    """
    order = np.argsort(-score, kind="stable")
    found, values = np.cumsum(positive[order]), score[order]
    # Samples that tie are counted together, at the last of them.
    last = np.searchsorted(-values, -values, side="right") - 1
    precision = found[last] / (last + 1)
    return float(precision[positive[order]].mean())
