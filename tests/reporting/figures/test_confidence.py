"""Confidence of right and wrong labels."""

import numpy as np
import pandas as pd

from tests.reporting.figures.parts import legend, state_of, texts
from ulcag.evaluation.metrics import area_under_curve
from ulcag.reporting.figures.confidence import confidence_figure


def test_area_under_curve_by_hand() -> None:
    # pairs of positive and negative: 3 > 1, 3 > 2, 2 > 1, 2 = 2
    assert area_under_curve(np.array([3, 2, 1, 2]), np.array([True, True, False, False])) == 3.5 / 4


def test_confidence_of_right_and_wrong_labels() -> None:
    state = state_of([0.9, 0.8, 0.1, 0.5], [0, 1, 2, 3])
    given = pd.Series([0, 1, 2, 3], index=["s0", "s1", "s2", "s3"])
    truth = pd.Series([0, 1, 3, None], index=given.index, dtype="Int8")
    figure = confidence_figure(state, given, truth, "t")
    assert legend(figure) == ["given label right (2)", "given label wrong (1)"] * 2
    assert texts(figure)[0] == "before labels change: AUC for finding wrong labels 1.00"
    nothing = confidence_figure(state.assign(alpha=np.nan), given, truth, "t")
    assert texts(nothing)[:2] == ["no confidence, or truth unknown"] * 2
