"""The sheet of pictures."""

import numpy as np
import pandas as pd

from ulcag.classes import CLASSES
from ulcag.reporting.chosen import choose_samples
from ulcag.reporting.figures.sheet import sheet_figure
from ulcag.reporting.style import RIGHT, WRONG


def test_sheet_chooses_by_verdict_and_says_it_with_colour_and_sign() -> None:
    ids = [f"s{i}" for i in range(20)]
    end = pd.DataFrame({"sample_id": ids, "alpha": np.linspace(0, 1, 20), "label": 3, "moment": "end"})
    state = pd.concat([end, end.assign(moment="start", alpha=0.5)])
    given = pd.Series([3] * 10 + [4] * 10, index=ids)
    truth = pd.Series([3] * 9 + [4] + [3] * 9 + [4], index=ids, dtype="Int8")
    chosen = choose_samples(state, given, truth)
    assert list(chosen) == [
        "changed, now right (9)", "changed, now wrong (1)", "kept, but wrong (1)", "kept, and right (9)",
    ]  # fmt: skip
    right = chosen["changed, now right (9)"]
    assert len(right) == 6
    assert (right["sample_id"].iloc[0], right["sample_id"].iloc[-1]) == ("s10", "s18")

    figure = sheet_figure(chosen, lambda _: np.zeros((8, 8, 3), dtype=np.uint8), "t")
    first, wrong = figure.axes[0], figure.axes[6]
    assert first.get_title().strip() == "✓ neutral → happy"
    assert first.title.get_color() == RIGHT
    assert wrong.get_title() == "✗ neutral → happy\ntrue: neutral"
    assert wrong.title.get_color() == WRONG
    assert first.texts[-1].get_text() == "confidence 0.50 → 0.53"
    assert CLASSES[3] == "happy"
