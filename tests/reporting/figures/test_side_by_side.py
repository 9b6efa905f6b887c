"""All arms by accuracy."""

import pytest

from tests.reporting.figures.parts import run_metrics
from ulcag.reporting.figures.side_by_side import side_by_side_figure


def test_arms_are_in_the_order_of_their_means_with_a_dot_for_each_seed() -> None:
    runs = [run_metrics(arm, seed) for arm, seeds in (("scn", (0, 2)), ("baseline", (1, 4))) for seed in seeds]
    figure = side_by_side_figure(runs)
    accuracy, macro_f1 = figure.axes
    # the last epoch of a seed s has 20 + s %
    means = {"scn": [20, 22], "baseline": [21, 24]}
    order = ["scn", "baseline"]
    assert [label.get_text() for label in accuracy.get_yticklabels()] == order
    dashed, *lines = accuracy.lines
    assert dashed.get_xdata() == pytest.approx([sum(means["baseline"]) / 2] * 2)
    for place, arm in enumerate(order):
        seeds, mean = lines[2 * place : 2 * place + 2]
        assert seeds.get_xdata() == pytest.approx(means[arm])
        assert mean.get_xdata() == pytest.approx([sum(means[arm]) / 2])
        assert set(mean.get_ydata()) == {place}
    assert "macro F1" in macro_f1.get_title()


def test_without_a_baseline_there_is_no_line() -> None:
    accuracy, _ = side_by_side_figure([run_metrics("scn", 0)]).axes
    assert len(accuracy.lines) == 2


def test_nothing_run_is_an_empty_figure() -> None:
    assert len(side_by_side_figure([]).axes) == 2
