"""The head is made again, from few faces."""

from pathlib import Path

import pytest

from ulcag.action_units.reader.features import DEPTHS
from ulcag.action_units.reader.head import about_head, read_head
from ulcag.action_units.reader.make import COPIES, UNITS, fit_reader
from ulcag.action_units.reader.rendered import rendered_folder


@pytest.mark.usefixtures("weights")
def test_the_same_head_every_time(tmp_path: Path) -> None:
    pytest.importorskip("anny", reason="anny is not installed, which draws the faces")
    paths = [tmp_path / f"{name}.safetensors" for name in ("first", "second")]
    # Rendered, and taken from the cache but for one.
    abouts = [fit_reader(paths[0], tmp_path / "cache", people=2, workers=1)]
    pictures = sorted(rendered_folder(tmp_path / "cache").iterdir())
    assert len(pictures) == 20
    pictures[3].unlink()
    abouts.append(fit_reader(paths[1], tmp_path / "cache", people=2, workers=1))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    head, _ = read_head(paths[0])
    assert head.units == UNITS
    assert abouts[0] == abouts[1] == about_head(paths[0])
    assert abouts[0]["depths"] == [list(depth) for depth in DEPTHS]
    assert abouts[0]["pictures"] * COPIES > 30
