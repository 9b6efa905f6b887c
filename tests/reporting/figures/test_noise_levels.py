"""Accuracy against noise."""

import numpy as np
import pytest

from tests.reporting.figures.parts import run_metrics
from ulcag.reporting.figures.noise_levels import noise_levels_figure


def test_noise_levels_are_means_over_seeds_and_leave_out_arms_with_one_level() -> None:
    runs = [run_metrics(arm, seed) for arm in ("baseline", "scn") for seed in (0, 2)]
    more = [run_metrics("baseline", 4)]
    more[0] |= {"replaced": 0.1, "run": more[0]["run"] | {"noise": "less"}}  # type: ignore[operator]
    figure = noise_levels_figure(runs + more)  # type: ignore[arg-type]
    accuracy, labels = figure.axes
    assert accuracy.get_legend_handles_labels()[1] == ["baseline"]
    line = accuracy.lines[0]
    # seed 4 at a tenth of the labels replaced; the mean of seeds 0 and 2 at three tenths
    assert line.get_ydata() == pytest.approx([24, 21])
    assert np.diff(line.get_xdata()) == pytest.approx([20])
    assert set(labels.get_legend_handles_labels()[1]) == {"baseline", "labels as given"}
