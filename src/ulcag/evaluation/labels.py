"""How good the labels are against a known truth: before training, after it, and by epoch.

A label is `wrong` if it differs from the truth. Fixed: wrong at first, right now. Broken: right at first, wrong now.
"""

from typing import Any

import numpy as np
import pandas as pd

from ulcag.classes import CLASSES
from ulcag.evaluation.metrics import by_class, confusion_counts, mean_class_accuracy


def replay(given: pd.Series, relabels: pd.DataFrame, epochs: int) -> list[np.ndarray]:
    """The labels after each epoch, from the append-only log of changes.

    Args:
        given: labels before training, indexed by sample id.
        relabels: rows of the relabels table.
        epochs: how many.

    Returns:
        One (n,) array an epoch, in the order of `given`.
    """
    labels = given.to_numpy(dtype=np.int64).copy()
    place = pd.Series(np.arange(len(given)), index=given.index)
    after = []
    for epoch in range(epochs):
        changes = relabels[relabels["epoch"] == epoch]
        labels[place[changes["sample_id"]].to_numpy()] = changes["new_label"].to_numpy(dtype=np.int64)
        after.append(labels.copy())
    return after


def label_quality(given: pd.Series, relabels: pd.DataFrame, truth: pd.Series, epochs: int) -> dict[str, Any] | None:
    """Quality of a run's labels.

    Args:
        given: labels before training, indexed by sample id.
        relabels: rows of the relabels table.
        truth: nullable true labels by sample id; samples whose truth is unknown are left out.
        epochs: how many epochs the run had.

    Returns:
        `n`, `known`, `before`, `after` (`quality`), `changes` (rows of the log, and how many named the true class),
        `by_epoch`, `by_true_class`, `by_given_class`; None where no truth is known.
    """
    truth = truth.reindex(given.index)
    known = truth.notna().to_numpy()
    if not known.any():
        return None
    true = truth[known].to_numpy(dtype=np.int64)
    first = given.to_numpy(dtype=np.int64)[known]
    after = [labels[known] for labels in replay(given, relabels, epochs)]
    last = after[-1] if after else first

    judged = relabels[relabels["sample_id"].isin(given.index[known])]
    right = judged["new_label"].to_numpy(dtype=np.int64) == truth[judged["sample_id"]].to_numpy(dtype=np.int64)
    return {
        "n": len(given),
        "known": int(known.sum()),
        "before": quality(first, first, true),
        "after": quality(first, last, true),
        "changes": {"n": len(judged), "right": int(right.sum()), "right_share": _share(right)},
        "by_epoch": [{"epoch": epoch} | quality(first, labels, true) for epoch, labels in enumerate(after)],
        "by_true_class": {name: quality_of(true == c, first, last, true) for c, name in enumerate(CLASSES)},
        "by_given_class": {name: quality_of(first == c, first, last, true) for c, name in enumerate(CLASSES)},
    }


def quality(first: np.ndarray, now: np.ndarray, true: np.ndarray) -> dict[str, Any]:
    """Agreement with the truth, and what became of wrong and right labels. Arguments are (n,) classes."""
    confusion = confusion_counts(true, now)
    recall = np.where(confusion.sum(1) > 0, confusion.diagonal() / np.maximum(confusion.sum(1), 1), np.nan)
    return {
        "agreement": float((now == true).mean()),
        "macro_agreement": mean_class_accuracy(confusion),
        "agreement_by_class": by_class(recall),
    } | quality_of(np.ones(len(true), dtype=bool), first, now, true)


def quality_of(which: np.ndarray, first: np.ndarray, now: np.ndarray, true: np.ndarray) -> dict[str, Any]:
    """Counts among the `which` (n,) bool samples, and the shares of wrong ones fixed and right ones broken."""
    wrong, right = which & (first != true), which & (first == true)
    fixed, broken = wrong & (now == true), right & (now != true)
    return {
        "samples_changed": int((which & (first != now)).sum()),
        "wrong_at_first": int(wrong.sum()),
        "fixed": int(fixed.sum()),
        "fixed_share": _share(fixed[wrong]),
        "right_at_first": int(right.sum()),
        "broken": int(broken.sum()),
        "broken_share": _share(broken[right]),
    }


def _share(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None
