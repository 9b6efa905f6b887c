"""Arms beside each other."""

import pytest

from tests.reporting.figures.parts import run_metrics
from ulcag.reporting.figures.comparison import comparison_figure


def test_comparison_averages_over_seeds() -> None:
    runs = [run_metrics("baseline", 0), run_metrics("baseline", 2), run_metrics("scn", 0)]
    figure = comparison_figure(runs)  # type: ignore[arg-type]
    accuracy = figure.axes[0]
    assert [line.get_label() for line in accuracy.lines] == ["baseline (2 seeds)", "scn"]
    assert accuracy.lines[0].get_ydata() == pytest.approx([1, 11, 21])
