"""Metrics, checked against the numbers that the paper prints."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ulcag.classes import CLASSES
from ulcag.evaluation.metrics import (
    accuracy,
    all_metrics,
    confusion_counts,
    expected_calibration_error,
    f1_scores,
    macro_f1,
    mean_class_accuracy,
    recalls,
    reliability,
)

# Fig. 7, in percent of each row; the diagonals of disgust and fear are what the rows lack to 100.
RAF_DB = np.array(
    [
        [80.86, 3.09, 4.94, 3.09, 1.85, 3.70, 2.47],
        [3.75, 63.11, 2.50, 10.00, 6.88, 5.63, 8.13],
        [6.76, 4.05, 77.03, 0.00, 1.35, 2.70, 8.11],
        [0.25, 0.42, 0.68, 96.96, 0.42, 0.93, 0.34],
        [0.44, 3.38, 0.59, 2.79, 89.56, 2.50, 0.74],
        [1.46, 1.88, 3.97, 2.51, 5.65, 83.68, 0.84],
        [1.52, 0.00, 1.22, 2.13, 1.52, 4.56, 89.06],
    ]
)
RAF_DB_TEST = np.array([162, 160, 74, 1185, 680, 478, 329])
AFFECTNET_DIAGONAL = [62.20, 28.60, 53.00, 88.20, 78.80, 70.40, 49.80]


def test_the_papers_matrix_gives_the_papers_accuracy() -> None:
    assert RAF_DB.sum(axis=1) == pytest.approx(100, abs=0.02)
    confusion = np.rint(RAF_DB / 100 * RAF_DB_TEST[:, None]).astype(int)
    assert confusion.diagonal().tolist() == [131, 101, 57, 1149, 609, 400, 293]
    assert confusion.sum() == 3068
    assert round(100 * accuracy(confusion), 2) == 89.31
    # 82.89 is the mean of the printed, rounded percentages; the counts themselves give 82.897
    assert round(float(RAF_DB.diagonal().mean()), 2) == 82.89
    assert 100 * mean_class_accuracy(confusion) == pytest.approx(82.89, abs=0.01)


def test_affectnet_is_balanced_so_its_accuracy_is_the_mean_of_the_diagonal() -> None:
    right = np.diag(np.array(AFFECTNET_DIAGONAL) * 5)
    confusion = right + np.roll(np.diag(500 - right.diagonal()), 1, axis=1)
    assert round(100 * accuracy(confusion), 2) == round(100 * mean_class_accuracy(confusion), 2) == 61.57


def test_by_hand() -> None:
    # true 0: 3 of 4 right; true 1: 1 of 2 right; class 2 never occurs and is predicted once
    confusion = np.array([[3, 1, 0], [0, 1, 1], [0, 0, 0]])
    assert accuracy(confusion) == pytest.approx(4 / 6)
    assert recalls(confusion)[:2].tolist() == [0.75, 0.5]
    assert np.isnan(recalls(confusion)[2])
    assert mean_class_accuracy(confusion) == 0.625
    assert f1_scores(confusion).tolist() == pytest.approx([6 / 7, 2 / 4, 0])
    assert macro_f1(confusion) == pytest.approx((6 / 7 + 1 / 2) / 2)


def test_rows_are_true_and_columns_predicted() -> None:
    confusion = confusion_counts(np.array([0, 0, 2]), np.array([1, 0, 2]), 3)
    assert confusion.tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]


def test_calibration_by_hand() -> None:
    # Two samples at 0.9, one right: gap 0.4. Two at 0.6, both right: gap 0.4.
    p = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    assert expected_calibration_error(p, np.array([0, 1, 0, 0])) == pytest.approx(0.4)
    assert expected_calibration_error(np.array([[1.0, 0.0]]), np.array([0])) == 0


def test_reliability_by_hand() -> None:
    # Two in the part from 0.2 on, one of them right; 1 belongs to the last part.
    found = reliability(np.array([0.2, 0.24, 0.95, 1.0]), np.array([True, False, True, True]))
    parts = found["parts"]
    assert [part["count"] for part in parts] == [0, 0, 2, 0, 0, 0, 0, 0, 0, 2]
    assert (parts[2]["stated"], parts[2]["right"]) == pytest.approx((0.22, 0.5))
    assert (parts[9]["stated"], parts[9]["right"]) == pytest.approx((0.975, 1))
    assert parts[0] == {"stated": None, "right": None, "count": 0}
    assert found["calibration_error"] == pytest.approx((0.28 * 2 + 0.025 * 2) / 4)


def test_a_stated_probability_that_is_one_has_little_calibration_error() -> None:
    random = np.random.default_rng(0)
    stated = random.random(20_000)
    assert reliability(stated, random.random(20_000) < stated)["calibration_error"] < 0.02
    assert reliability(stated, random.random(20_000) < stated**2)["calibration_error"] > 0.1


@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_the_order_of_samples_does_not_matter(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    logits, truth, order = random.normal(size=(n, 7)), random.integers(0, 7, n), random.permutation(n)
    one, other = all_metrics(logits, truth), all_metrics(logits[order], truth[order])
    assert one["confusion"] == other["confusion"]
    assert one["accuracy"] == other["accuracy"]
    assert one["ece"] == pytest.approx(other["ece"])


def test_values_by_class_are_named_and_absent_where_there_is_no_sample() -> None:
    metrics = all_metrics(np.eye(7)[:2], np.array([0, 1]))
    assert list(metrics["recall"]) == list(CLASSES)
    assert metrics["recall"]["angry"] == 1
    assert metrics["recall"]["sad"] is None
