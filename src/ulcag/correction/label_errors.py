"""Wrong labels of any classification task, from arrays: for those who have a model of their own.

    import ulcag
    found = ulcag.find_label_errors(labels, pred_probs)

What a model says of samples that it was not fitted to is weighed with how each class tends to be mislabelled
(judge.py), as in the audit of the pipeline. Nothing here knows of faces; action units are one more witness, if there
are any.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ulcag.correction.evidence import held_out_distances
from ulcag.correction.judge import Judgement, judge
from ulcag.errors import InputError

# Decisions.
KEEP, RELABEL, REVIEW = "keep", "relabel", "review"

# How far a row of probabilities may be from a sum of 1: half precision is.
_TOLERANCE = 0.01
# Parts that samples are dealt to where nobody says which, so that templates are of others.
_PARTS = 5


def find_label_errors(
    labels: Any,
    pred_probs: Any,
    action_units: Any = None,
    folds: Any = None,
    *,
    classes: Sequence[Any] | None = None,
) -> pd.DataFrame:
    """Which labels are wrong, and what they should be.

    The order of samples changes nothing. Where labels and probabilities are pandas objects, samples are told by their
    index.

    Args:
        labels: (n,) names of classes, or their numbers 0 to C - 1.
        pred_probs: (n, C) probabilities by a model that was not fitted to the sample, as from
            `cross_val_predict(method="predict_proba")` of scikit-learn. In a DataFrame, columns are named like classes.
        action_units: (n, M) measured action units, or any other numbers that tell classes apart and that the model did
            not see; not-a-number in a row where they are not known. They are compared with the mean of each class.
        folds: (n,) parts of the data; a sample is compared with means of the other parts. Wanted with `action_units`
            where samples belong together, such as pictures of one person; else samples are dealt by a hash of theirs.
        classes: (C,) what the columns of `pred_probs` stand for, such as `model.classes_`. Needed where labels are
            names and `pred_probs` has none.

    Returns:
        A row a sample, in the order and with the index of `labels`: `given` and `suggested` (most probable class),
        `decision` (keep; relabel, where the suggestion is clear; review, where it is not), `quality` (probability that
        the given label is right) and `certainty` (that the suggested one is). No label is to be relabelled where the
        evidence cannot put right labels that were made wrong for a trial.

    Raises:
        InputError: an array is of another shape, of other samples or not of numbers; a probability is none; a label is
            no class; labels are of one class only.
    """
    asked = _checked(labels, pred_probs, action_units, folds, classes)
    # Trials draw samples by their place: it must not matter who comes first.
    order = np.lexsort([asked.parts, *asked.points.T, *asked.p.T, asked.given])
    known = ~np.isnan(asked.points).any(axis=1) & (asked.points.shape[1] > 0)
    points = np.where(known[:, None], asked.points, 0.0)
    p, given = asked.p[order], asked.given[order]
    distances = np.full(p.shape, np.nan)
    if known.any():
        distances = held_out_distances(points[order], given, known[order], asked.parts[order], p.shape[1])
    found = decisions(judge(p, distances, given), given)
    found = found.iloc[np.argsort(order)].set_axis(asked.index)
    names = pd.Index(asked.classes)
    return found.assign(given=names[found["given"]], suggested=names[found["suggested"]])


def label_quality(
    labels: Any,
    pred_probs: Any,
    action_units: Any = None,
    folds: Any = None,
    *,
    classes: Sequence[Any] | None = None,
) -> np.ndarray:
    """How probable it is that each label is right; as `find_label_errors`, which see.

    Returns:
        (n,) 0 to 1, in the order of `labels`.
    """
    found = find_label_errors(labels, pred_probs, action_units, folds, classes=classes)
    return found["quality"].to_numpy()


def decisions(found: Judgement, given: np.ndarray) -> pd.DataFrame:
    """What was judged, as a table: columns given, suggested, decision, quality, certainty.

    Args:
        found: of n samples.
        given: (n,) labels, as numbers.
    """
    rows = np.arange(len(given))
    return pd.DataFrame(
        {
            "given": given,
            "suggested": found.suggested,
            "decision": np.where(found.suggested == given, KEEP, np.where(found.relabel, RELABEL, REVIEW)),
            "quality": found.posterior[rows, given],
            "certainty": found.posterior[rows, found.suggested],
        }
    )


@dataclass(frozen=True)
class _Asked:
    """What was given, checked: n samples of C classes with M action units, 0 where there are none."""

    index: pd.Index
    classes: list[Any]
    given: np.ndarray
    p: np.ndarray
    points: np.ndarray
    parts: np.ndarray


def _checked(labels: Any, pred_probs: Any, action_units: Any, folds: Any, classes: Sequence[Any] | None) -> _Asked:
    index = labels.index if isinstance(labels, pd.Series) else pd.RangeIndex(len(labels))
    if not index.is_unique:
        twice = repr(index[index.duplicated()][0])
        raise InputError("labels", expected="an index with each sample once", found=f"{twice} twice")
    p = _numbers("pred_probs", pred_probs, index)
    names = _names(pred_probs, p.shape[1], labels, classes)
    given = _codes(_values("labels", labels, index), names)
    if (p < 0).any() or np.isnan(p).any() or (np.abs(p.sum(axis=1) - 1) > _TOLERANCE).any():
        bad = int(((p < 0).any(axis=1) | ~(np.abs(p.sum(axis=1) - 1) <= _TOLERANCE)).argmax())
        do = "give probabilities, such as a softmax of logits"
        found = f"{np.array2string(p[bad], precision=3, threshold=8)}"
        expected = "0 or more, and a sum of 1"
        raise InputError(f"pred_probs, sample {index[bad]!r}", expected=expected, found=found, do=do)
    if len(np.unique(given)) < 2:
        do = "give labels of several classes: wrong labels show only by comparison"
        raise InputError("labels", expected="labels of at least two classes", found=f"{len(given)} alike", do=do)
    points = np.empty((len(index), 0)) if action_units is None else _numbers("action_units", action_units, index)
    # What is known of nobody tells nothing; nor does it make all others unknown.
    points = points[:, ~np.isnan(points).all(axis=0)]
    if np.isinf(points).any():
        raise InputError("action_units", expected="numbers, or NaN where unknown", found="infinity")
    parts = _hashed(points) if folds is None else pd.factorize(_values("folds", folds, index), sort=True)[0]
    if parts.min() < 0:
        raise InputError("folds", expected="a fold for each sample", found="none for some")
    if folds is not None and action_units is not None and len(np.unique(parts)) < 2:
        raise InputError("folds", expected="two folds or more", found="one")
    return _Asked(index, names, given, p / p.sum(axis=1, keepdims=True), points, parts)


def _values(what: str, values: Any, index: pd.Index) -> np.ndarray:
    """(n, ...) in the order of the index: by name where there is one, else by place."""
    if isinstance(values, pd.Series | pd.DataFrame):
        if not values.index.is_unique or len(values) != len(index) or not values.index.isin(index).all():
            do = "give all arguments with the same index, or all without one (.to_numpy())"
            found = f"{values.index.isin(index).sum()} of them in {len(values)} rows"
            raise InputError(
                what, expected=f"each of the {len(index)} samples in the index of labels", found=found, do=do
            )
        values = values.reindex(index)
    array = np.asarray(values)
    if len(array) != len(index):
        raise InputError(what, expected=f"{len(index)} rows, like labels", found=str(len(array)))
    return array


def _numbers(what: str, values: Any, index: pd.Index) -> np.ndarray:
    """(n, k) float64."""
    array = _values(what, values, index)
    if array.ndim != 2:
        raise InputError(what, expected="two dimensions, with one row for each sample", found=f"{array.ndim}")
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(what, expected="numbers", found=str(error)) from None


def _names(pred_probs: Any, columns: int, labels: Any, classes: Sequence[Any] | None) -> list[Any]:
    """What each column of the probabilities stands for."""
    if classes is not None:
        names = list(classes)
        if isinstance(pred_probs, pd.DataFrame) and names != list(pred_probs.columns):
            expected, found = f"columns named as classes says: {names}", str(list(pred_probs.columns))
            do = "leave classes out, or give the columns these names"
            raise InputError("pred_probs", expected=expected, found=found, do=do)
    elif isinstance(pred_probs, pd.DataFrame):
        names = list(pred_probs.columns)
    elif np.asarray(labels).dtype.kind in "iu":
        names = list(range(columns))
    else:
        do = "give classes=model.classes_, or a DataFrame with one column for each class"
        found = f"{np.asarray(labels)[:1]}"
        raise InputError("labels", expected="column numbers of pred_probs, as int", found=found, do=do)
    if len(names) != columns or len(set(names)) != columns or columns < 2:
        expected = f"different names for the {columns} columns of pred_probs, at least two"
        raise InputError("classes", expected=expected, found=str(names))
    return names


def _codes(labels: np.ndarray, names: list[Any]) -> np.ndarray:
    """(n,) labels as places among the names."""
    if labels.ndim != 1:
        raise InputError("labels", expected="one label for each sample", found=f"{labels.ndim} dimensions")
    codes = pd.Index(names).get_indexer(pd.Index(labels))
    if (codes < 0).any():
        expected = f"one of {', '.join(map(str, names[:20]))}"
        raise InputError("labels", expected=expected, found=repr(labels[int((codes < 0).argmax())]))
    return codes.astype(np.int64)


def _hashed(points: np.ndarray) -> np.ndarray:
    """(n,) parts: alike samples are in the same."""
    rows = np.ascontiguousarray(points)
    return np.array([int.from_bytes(hashlib.sha256(row.tobytes()).digest()[:8], "big") % _PARTS for row in rows])
