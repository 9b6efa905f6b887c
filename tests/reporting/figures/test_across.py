"""Trained here, tested there, drawn."""

from tests.reporting.test_across import AT_HOME, ELSEWHERE
from ulcag.reporting.across import across_table
from ulcag.reporting.figures.across import across_figure


def test_the_figure_shows_every_cell() -> None:
    axes = across_figure(across_table(AT_HOME, ELSEWHERE)).axes[0]
    assert [text.get_text() for text in axes.texts] == ["85.0", "55.0", "40.0", "70.0"]
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("tested on", "trained on", "scn")
