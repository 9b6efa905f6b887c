"""Where labels went."""

import numpy as np

from tests.reporting.figures.parts import legend, texts
from ulcag.reporting.figures.flow import flow_figure


def test_flow_counts_right_and_wrong() -> None:
    given, final = np.array([0, 0, 1, 2, 2]), np.array([1, 1, 1, 3, 0])
    truth = np.array([1, 1, 0, 4, np.nan])
    figure = flow_figure(given, final, truth, "t")
    # two bands of two, one and one sample; the unchanged one is not drawn
    assert {"right: 2 (50 %)", "wrong: 1 (25 %)", "truth unknown: 1 (25 %)"} == set(legend(figure))
    assert {"angry 2", "fear 2", "disgust 2", "happy 1", "angry 1"} <= set(texts(figure))
    assert "no label changed" in texts(flow_figure(given, given, truth, "t"))
