"""Co-occurrence of action units."""

import numpy as np

from tests.reporting.figures.parts import texts
from ulcag.config import PresenceSettings
from ulcag.graph.table import CoOccurrence
from ulcag.reporting.figures.cooccurrence import cooccurrence_figure


def test_cooccurrence_says_which_way_it_reads() -> None:
    matrix = np.array([[1.0, 0.25], [0.5, 1.0]])
    graph = CoOccurrence(("AU06", "AU12"), matrix, np.eye(2), np.array([4, 8]), 20, 3, PresenceSettings())
    figure = cooccurrence_figure(graph)
    assert texts(figure)[:4] == ["100", "25", "50", "100"]
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cheek raiser  AU06", "lip corner puller  AU12"]
    assert "given" in axes.get_xlabel()
    assert "20 samples (3 without" in axes.get_title()
