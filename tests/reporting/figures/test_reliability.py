"""Quality against the share of labels that are right."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ulcag.cli import main
from ulcag.errors import InputError
from ulcag.reporting.figures.reliability import draw, reliability_figure


def audit(
    seed: int, right: dict[int, float] | None, *, noise: str = "n", arm: str = "linear", count: int = 10
) -> dict[str, Any]:
    """An audit of one seed; `right`: share of right labels by part, in the middle of which quality is."""
    run = {"dataset": "d", "noise": noise, "arm": arm, "seed": seed}
    if right is None:
        return {"run": run, "against_truth": None}
    parts = [
        {"stated": part / 10 + 0.05, "right": right[part], "count": count}
        if part in right
        else {"stated": None, "right": None, "count": 0}
        for part in range(10)
    ]
    return {"run": run, "against_truth": {"audit": {"calibration_error": 0.1, "reliability": parts}}}


def legend(audits: list[dict[str, Any]]) -> list[str]:
    return [text.get_text() for text in reliability_figure(audits).legends[0].get_texts()]


def test_a_line_is_the_mean_over_seeds_with_its_spread() -> None:
    figure = reliability_figure([audit(0, {0: 0.2, 9: 0.8}), audit(1, {0: 0.0, 5: 0.5, 9: 1.0}, count=30)])
    curve, counts = figure.axes
    line, _, (bars,) = curve.containers[0].lines
    assert line.get_xdata() == pytest.approx([0.05, 0.55, 0.95])
    assert line.get_ydata() == pytest.approx([0.1, 0.5, 0.9])
    # 0 and 0.2, 0.8 and 1; one seed alone has labels in the part between
    lengths = [np.ptp(segment[:, 1]) if segment.size else None for segment in bars.get_segments()]
    assert lengths == [pytest.approx(0.2 * 2**0.5), None, pytest.approx(0.2 * 2**0.5)]
    heights = [bar.get_height() for bar in counts.patches]
    assert heights == pytest.approx([20, 0, 0, 0, 0, 15, 0, 0, 0, 20])


def test_groups_are_told_apart_by_what_differs() -> None:
    right = {9: 1.0}
    two = legend([audit(0, right), audit(1, right), audit(0, right, noise="none")])
    assert two[1:] == ["d, noise n (calibration error 10.0 %, 2 seeds)", "d, noise none (calibration error 10.0 %)"]
    arms = legend([audit(0, right), audit(0, right, arm="scn")])
    assert [name.split(" (")[0] for name in arms[1:]] == ["d, noise n, linear", "d, noise n, scn"]


def test_audits_that_know_no_truth() -> None:
    assert len(legend([audit(0, None), audit(0, {9: 1.0}, noise="m")])) == 2
    figure = reliability_figure([audit(0, None)])
    assert [text.get_text() for text in figure.axes[0].texts] == ["the truth is unknown for all audits"]


def test_from_the_records_of_audits(tmp_path: Path) -> None:
    for name, record in (("a", audit(0, {9: 1.0})), ("b", audit(1, None))):
        (tmp_path / f"{name}.json").write_text(json.dumps(record))
    files = [str(tmp_path / "a.json"), str(tmp_path / "b.json")]
    assert main(["figures", "reliability", "--all-audits", *files, "--out", str(tmp_path / "figure")]) == 0
    assert (tmp_path / "figure.png").is_file() and (tmp_path / "figure.pdf").is_file()
    record = audit(2, {})
    del record["against_truth"]["audit"]["reliability"]
    (tmp_path / "old.json").write_text(json.dumps(record))
    with pytest.raises(InputError, match="no 'reliability'"):
        draw([tmp_path / "old.json"], tmp_path / "figure")
