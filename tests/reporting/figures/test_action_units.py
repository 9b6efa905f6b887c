"""Quality of action units."""

import numpy as np
import pandas as pd

from ulcag.action_units.csv_programs import C_COLUMNS, R_COLUMNS
from ulcag.action_units.outcomes import Outcome, action_unit_rows
from ulcag.action_units.table import INTENSITY_UNITS
from ulcag.action_units.unit_csv import FaceRow
from ulcag.reporting.figures.action_units import action_units_figure

VALUES = dict.fromkeys((*R_COLUMNS, *C_COLUMNS), 0.0) | {"AU12_c": 1.0, "AU12_r": 2.0, "AU04_r": 1.5}


def test_the_quality_of_action_units() -> None:
    found = [Outcome(str(i), "ok", face=FaceRow(0, confidence, VALUES)) for i, confidence in enumerate((0.9, 0.8, 0.2))]
    found += [Outcome("3", "no_face"), Outcome("4", "failed", "why")]
    table = action_unit_rows(pd.Series(list("01234")), ((outcome.stem, outcome) for outcome in found), 0.5)
    figure = action_units_figure(np.array([3, 3, 3, 0, 6]), table, 0.5, "title")
    rates, agreement, confidence, status = figure.axes
    shown = [text.get_text() for text in rates.texts]
    # happy alone has usable rows: AU12 is present in both, nothing else is
    assert sorted(shown) == ["0"] * 17 + ["100"]
    assert "happy (2)" in [label.get_text() for label in rates.get_yticklabels()]
    # AU12 is present by both, AU04 by intensity alone
    marks = dict(zip(INTENSITY_UNITS, agreement.lines[0].get_xdata(), strict=True))
    assert (marks["AU12"], marks["AU04"], marks["AU01"]) == (100, 0, 100)
    assert "1 of 3 below 0.5" in confidence.get_title()
    assert [text.get_text() for text in status.get_legend().get_texts()] == [
        "ok (2)", "low_confidence (1)", "no_face (1)", "failed (1)",
    ]  # fmt: skip


def test_a_data_set_without_any_usable_action_unit_can_be_drawn() -> None:
    table = action_unit_rows(pd.Series(["a"]), [("a", Outcome("a", "no_face"))], 0.5)
    assert "0 of 0 below" in action_units_figure(np.array([2]), table, 0.5, "title").axes[2].get_title()
