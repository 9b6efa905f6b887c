"""What a check found."""

import pandas as pd

from ulcag.classes import CLASSES
from ulcag.reporting.figures.check import check_figure
from ulcag.samples.findings import find


def test_the_check_of_a_data_set() -> None:
    split = ["train"] * 14 + ["test"] * 7
    samples = pd.DataFrame({"sample_id": [str(i) for i in range(21)], "split": split, "label": list(range(7)) * 3})
    samples["path"] = samples["sample_id"]
    pictures = pd.DataFrame({"sample_id": samples["sample_id"], "missing": False, "sha256": samples["sample_id"]})
    sizes = pd.array([30, *[100] * 19, None], dtype="Int32")
    pictures = pictures.assign(width=sizes, height=sizes, nearest="0", bits=200)
    pictures["reason"] = [None] * 20 + ["cut off"]
    published = {"train": dict.fromkeys(CLASSES, 2) | {"fear": 3}}
    figure = check_figure(find(samples, pictures, published), samples, pictures, "Check of x")
    train, test, side, findings = figure.axes
    assert [text.get_text().strip() for text in train.texts] == ["2", "2", "2, published 3", "2", "2", "2", "2"]
    assert train.lines[0].get_xdata().tolist() == [2, 2, 3, 2, 2, 2, 2]
    assert "no published numbers" in test.get_title()
    assert "1 cannot be read" in side.get_title()
    assert [tick.get_text() for tick in side.get_xticklabels()] == ["30", "100"]
    assert findings.get_title("left").startswith("2 fatal, 1 warning,")
    said = " ".join(text.get_text() for text in findings.texts)
    assert "train fear: not as many samples as published 2 of 3" in said
    assert "test: unreadable files 1 of 7 20 (cut off)" in said
