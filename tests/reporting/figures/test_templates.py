"""Templates and samples in two dimensions."""

import numpy as np
import pandas as pd

from tests.reporting.figures.parts import state_of, texts
from ulcag.classes import CLASSES
from ulcag.reporting.figures.templates import templates_figure
from ulcag.training.tables import DISTANCES


def test_templates_lie_among_their_samples() -> None:
    labels = [0, 1, 2, 3, 4, 5, 6] * 3
    state = state_of([0.5] * 21, labels)
    between = pd.DataFrame(0.9 - 0.8 * np.eye(7), columns=DISTANCES).assign(**{"class": range(7)})
    templates = pd.concat([between.assign(moment="start"), between.assign(moment="end")], ignore_index=True)
    truth = pd.Series([0, *labels[1:]], index=[f"s{i}" for i in range(21)], dtype="Int8")
    truth["s1"] = 5
    figure = templates_figure(state, templates, truth, "t")
    before = figure.axes[0]
    *samples, wrong = [c.get_offsets() for c in before.collections[:8]]
    stars = [c.get_offsets() for c in before.collections[8:]]
    assert len(wrong) == 1
    assert len(stars) == 7
    for dots, star in zip(samples, stars, strict=True):
        assert np.allclose(dots, star, atol=1e-6)
    assert set(CLASSES) <= set(texts(figure))


def test_an_arm_without_templates_says_so() -> None:
    state = state_of([0.5] * 7, list(range(7)))
    state[DISTANCES] = np.nan
    truth = pd.Series(dtype="Int8")
    figure = templates_figure(state, pd.DataFrame(columns=["moment", "class", *DISTANCES]), truth, "t")
    assert "this arm has no templates" in texts(figure)
