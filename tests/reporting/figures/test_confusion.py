"""The confusion matrix."""

import numpy as np

from tests.reporting.figures.parts import texts
from ulcag.reporting.figures.confusion import confusion_figure, confusion_table


def test_confusion_is_percent_of_the_row() -> None:
    counts = np.zeros((7, 7), dtype=int)
    counts[3] = [1, 0, 0, 6, 1, 0, 0]
    figure = confusion_figure(counts, "title")
    cells = np.array(texts(figure)[:49]).reshape(7, 7)
    assert cells[3].tolist() == ["12.50", "0.00", "0.00", "75.00", "12.50", "0.00", "0.00"]
    assert set(cells[0]) == {"–"}
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert rows[3] == "happy (8)"
    assert confusion_table(counts).loc["happy", "neutral"] == 1
