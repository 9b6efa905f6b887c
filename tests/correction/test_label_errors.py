"""Wrong labels from arrays: any classes, any order, and what is refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

import ulcag
from tests.correction.witnesses import C, everyone, honest, looks, neutral_called_fear, wrong_by_chance
from ulcag.correction.evidence import held_out_distances
from ulcag.correction.judge import judge
from ulcag.correction.label_errors import KEEP, RELABEL, REVIEW, decisions
from ulcag.errors import InputError

COLOURS = ["red", "green", "blue"]


def of_three(random: np.random.Generator, true: np.ndarray, apart: float) -> np.ndarray:
    """(n, 3) the probabilities of one who sees features of three classes."""
    x = apart * (apart * np.eye(3)[true] + random.normal(size=(len(true), 3)))
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


@pytest.fixture
def three() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True classes, labels of which a fifth are wrong, and probabilities: 600 samples of three classes."""
    random = np.random.default_rng(0)
    true = np.arange(600) % 3
    labels = np.where(random.random(600) < 0.2, (true + 1) % 3, true)
    return true, labels, of_three(random, true, 2.5)


def test_wrong_labels_are_found_and_put_right(three: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    true, labels, p = three
    found = ulcag.find_label_errors(labels, p)
    assert list(found.columns) == ["given", "suggested", "decision", "quality", "certainty"]
    assert (found["given"] == labels).all()
    wrong = labels != true
    assert found["quality"][wrong].mean() < 0.2 < 0.9 < found["quality"][~wrong].mean()
    new = found["suggested"].where(found["decision"] == RELABEL, found["given"])
    assert (new == true).mean() > 0.95 > 0.85 > (labels == true).mean()
    assert set(found["decision"]) <= {KEEP, RELABEL, REVIEW}
    assert ((found["decision"] == KEEP) == (found["suggested"] == found["given"])).all()


def test_quality_is_the_column_of_that_name(three: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    _, labels, p = three
    assert (ulcag.label_quality(labels, p) == ulcag.find_label_errors(labels, p)["quality"]).all()


def test_the_pipeline_judges_alike() -> None:
    random = np.random.default_rng(1)
    true = everyone(350)
    labels = wrong_by_chance(random, neutral_called_fear(true), 0.1)
    p, points, folds = honest(random, true, 2), looks(random, true, 2), np.arange(350) // 7 % 5
    order = np.lexsort([folds, *points.T, *p.T, labels])
    distances = held_out_distances(points, labels, np.ones(350, dtype=bool), folds, C)
    expected = decisions(judge(p[order], distances[order], labels[order]), labels[order])
    found = ulcag.find_label_errors(labels, p, points, folds)
    pd.testing.assert_frame_equal(found.iloc[order].reset_index(drop=True), expected)


@settings(max_examples=10)
@examples(seed=st.integers(0, 10_000), n=st.integers(6, 60))
def test_the_order_of_samples_changes_nothing(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    labels, p, units = (
        random.integers(0, 3, n),
        of_three(random, random.integers(0, 3, n), 1),
        random.normal(size=(n, 2)),
    )
    labels[:2] = 0, 1
    units[random.random(n) < 0.3] = np.nan
    order = random.permutation(n)
    found = ulcag.find_label_errors(labels, p, units)
    again = ulcag.find_label_errors(labels[order], p[order], units[order])
    pd.testing.assert_frame_equal(found.iloc[order].reset_index(drop=True), again)


def test_names_come_back_as_they_were_given(three: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    _, labels, p = three
    by_number = ulcag.find_label_errors(labels, p)
    names = np.array(COLOURS)
    by_name = ulcag.find_label_errors(names[labels], p, classes=COLOURS)
    assert (by_name["given"] == names[labels]).all()
    assert (by_name["suggested"] == names[by_number["suggested"]]).all()
    assert (by_name["quality"] == by_number["quality"]).all()


def test_samples_are_told_by_their_index_and_classes_by_their_column(
    three: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    _, labels, p = three
    ids = pd.Index([f"{i:03d}.png" for i in range(600)])
    words = pd.Series(np.array(COLOURS)[labels], index=ids)
    table = pd.DataFrame(p, index=ids, columns=COLOURS)
    found = ulcag.find_label_errors(words, table)
    assert list(found.index) == list(ids)
    assert (found["given"] == words).all()
    order = np.random.default_rng(3).permutation(600)
    pd.testing.assert_frame_equal(ulcag.find_label_errors(words.iloc[order], table).loc[ids], found)
    pd.testing.assert_frame_equal(ulcag.find_label_errors(words, table.iloc[order]), found)


def test_action_units_help(three: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    true, labels, _ = three
    random = np.random.default_rng(4)
    p, units = of_three(random, true, 0.8), 2 * np.eye(3)[true] + random.normal(size=(600, 3))
    units[::10] = np.nan
    unknown_to_all = np.full((600, 1), np.nan)
    wrong = labels != true

    def apart(quality: np.ndarray) -> float:
        return float(quality[~wrong].mean() - quality[wrong].mean())

    with_units = ulcag.label_quality(labels, p, np.hstack([units, unknown_to_all]))
    assert apart(with_units) > apart(ulcag.label_quality(labels, p)) + 0.1
    # and with folds as well
    assert (
        apart(ulcag.label_quality(labels, p, units, np.arange(600) % 4)) > apart(ulcag.label_quality(labels, p)) + 0.1
    )


def test_where_nothing_can_be_told_nothing_is_relabelled() -> None:
    random = np.random.default_rng(5)
    labels, p = random.integers(0, 4, 400), random.dirichlet(np.ones(4), 400)
    assert (ulcag.find_label_errors(labels, p)["decision"] != RELABEL).all()


@pytest.mark.parametrize("task", ["two classes", "thirty classes", "a class that nobody has", "half precision"])
def test_other_tasks(task: str) -> None:
    random = np.random.default_rng(6)
    classes = 30 if task == "thirty classes" else 2 if task == "two classes" else 5
    true = np.arange(600) % (4 if task == "a class that nobody has" else classes)
    labels = np.where(random.random(600) < 0.1, (true + 1) % (true.max() + 1), true)
    x = 4 * (3 * np.eye(classes)[true] + random.normal(size=(600, classes)))
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    quality = ulcag.label_quality(labels, p.astype(np.float16) if task == "half precision" else p)
    assert ((quality >= 0) & (quality <= 1 + 1e-9)).all()
    assert quality[labels != true].mean() < 0.3 < 0.8 < quality[labels == true].mean()


P = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])


@pytest.mark.parametrize(
    ("labels", "more", "message"),
    [
        ([0, 1], {}, "2 rows, like labels"),
        ([0, 1, 2], {}, "one of 0, 1"),
        ([0, 1, -1], {}, "one of 0, 1"),
        ([0.0, 1.0, 0.0], {}, "as int"),
        (["a", "b", "a"], {}, "classes=model.classes_"),
        (["a", "b", None], {"classes": ["a", "b"]}, "None"),
        ([0, 0, 0], {}, "two classes"),
        ([0, 1, 0], {"classes": [0, 1, 2]}, "the 2 columns"),
        ([0, 1, 0], {"classes": [0, 0]}, "the 2 columns"),
        ([0, 1, 0], {"pred_probs": P[:, 0]}, "two dimensions"),
        ([0, 1, 0], {"pred_probs": P - 0.1}, "a sum of 1"),
        ([0, 1, 0], {"pred_probs": np.array([[0.9, 0.1], [1.2, -0.2], [0.5, 0.5]])}, "sample 1"),
        ([0, 1, 0], {"pred_probs": np.where(P == 0.8, np.nan, P)}, "sample 1"),
        ([0, 1, 0], {"pred_probs": np.array([["a", "b"]] * 3)}, "numbers"),
        ([0, 1, 0], {"pred_probs": pd.DataFrame(P, index=["x", "y", "z"])}, "in the index of labels"),
        ([0, 1, 0], {"pred_probs": pd.DataFrame(P), "classes": [1, 0]}, "columns named as classes says"),
        (pd.Series([0, 1, 0], index=["x", "x", "z"]), {}, "'x' twice"),
        ([0, 1, 0], {"action_units": [1.0, 2.0, 3.0]}, "two dimensions"),
        ([0, 1, 0], {"action_units": [[1.0], [np.inf], [2.0]]}, "infinity"),
        ([0, 1, 0], {"action_units": [[1.0], [3.0], [2.0]], "folds": [1, 1, 1]}, "two folds"),
        ([0, 1, 0], {"action_units": [[1.0], [3.0], [2.0]], "folds": [1, 2, np.nan]}, "a fold for each sample"),
        ([0, 1, 0], {"action_units": [[1.0], [3.0], [2.0]], "folds": [1, 2]}, "3 rows"),
    ],
)
def test_what_is_refused(labels: Any, more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ulcag.find_label_errors(labels, **{"pred_probs": P} | more)
