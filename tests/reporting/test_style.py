"""How figures are saved."""

from pathlib import Path

import numpy as np

from ulcag.reporting.figures.confusion import confusion_figure
from ulcag.reporting.style import save


def test_saved_figures_are_whole_and_repeat_byte_for_byte(tmp_path: Path) -> None:
    for name in ("a", "b"):
        written = save(confusion_figure(np.eye(7, dtype=int), "t"), tmp_path / name / "x")
        assert [path.name for path in written] == ["x.png", "x.pdf"]
    for suffix in ("png", "pdf"):
        assert (tmp_path / "a" / f"x.{suffix}").read_bytes() == (tmp_path / "b" / f"x.{suffix}").read_bytes()
