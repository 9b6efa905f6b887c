"""Whether a data set finds room."""

from pathlib import Path

import pytest

from ulcag.doctor import data_set


@pytest.mark.parametrize(
    ("free", "memory", "states"),
    [(1e12, 1e12, ["ok", "ok"]), (1e9, 1e12, ["missing", "ok"]), (1e12, 1e9, ["ok", "missing"])],
)
def test_disk_and_memory(
    free: float, memory: float, states: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_set, "disk_free", lambda folder: (int(free), int(free)))
    monkeypatch.setattr(data_set, "memory_bytes", lambda: int(memory))
    findings = data_set.fits(300_000, tmp_path)
    assert [finding.state for finding in findings] == states
    assert [bool(finding.do) for finding in findings] == [state == "missing" for state in states]


def test_what_it_reckons_with_is_on_the_page() -> None:
    text = (Path(__file__).parents[2] / "docs" / "performance.md").read_text()
    section = text.split("<!-- sizes -->")[1].split("<!-- /sizes -->")[0]
    assert f"| {data_set.CROP / 1000:.1f} |" in section
    beside = f"{data_set.IMAGE / 1e6:.1f} MB an image of a batch, {data_set.PROCESS / 1e6:,.0f} MB beside"
    assert f"{beside}, and {data_set.ROW / 1000:.2f} kB a sample" in section
