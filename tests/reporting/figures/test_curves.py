"""A run by epoch."""

import numpy as np
import pandas as pd

from tests.reporting.figures.parts import legend, run_metrics, texts
from ulcag.reporting.figures.curves import curves_figure
from ulcag.training.tables import HISTORY


def history(confidence: bool) -> pd.DataFrame:
    frame = pd.DataFrame({name: [0.5, 0.4, 0.3] for name in HISTORY.names}).assign(epoch=[0, 1, 2])
    if not confidence:
        frame.loc[:, [name for name in HISTORY.names if name.startswith("alpha")]] = np.nan
    return frame


def test_curves_show_confidence_and_where_relabelling_starts() -> None:
    figure = curves_figure(history(True), run_metrics("ulc-ag", 0), 1)  # type: ignore[arg-type]
    assert {"high group", "mean", "low group", "relabelling starts", "agreement"} <= set(legend(figure))


def test_curves_say_what_is_not_known() -> None:
    figure = curves_figure(history(False), run_metrics("baseline", 0, labels=False), None)  # type: ignore[arg-type]
    assert "this arm has no confidence" in texts(figure)
    assert "the true labels are unknown" in texts(figure)
    assert "relabelling starts" not in legend(figure)
