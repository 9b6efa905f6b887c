"""The whole report, and the command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ulcag.cli import main
from ulcag.doctor import machine, packages, report
from ulcag.doctor.finding import Finding

SRC = Path(__file__).parents[2] / "src"
# Words, the longest as long as the name of OpenFace's image.
words = st.lists(st.text("abcxyz;,-", min_size=1, max_size=90), min_size=1, max_size=30).map(" ".join)


@given(words, words)
def test_a_finding_fits_the_terminal_and_its_command_can_be_pasted(found: str, do: str) -> None:
    rows = report.row(Finding("something", "optional", found, do)).splitlines()
    assert max(map(len, rows)) <= 100
    typed = [row for row in rows if row.startswith("    ") and not row.startswith(" " * 35)]
    assert "".join(row.strip().removesuffix("\\") for row in typed) == do
    assert all(row.endswith(" \\") for row in typed[:-1])


def test_what_cannot_be_looked_at_hides_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> list[Finding]:
        raise RuntimeError("first line\nsecond line")

    monkeypatch.setenv("PATH", str(tmp_path))
    before = {finding.what for finding in report.examine()}
    monkeypatch.setattr(packages, "packages", breaks)
    after = report.examine()
    broken = next(finding for finding in after if finding.what == "packages")
    assert broken.found == "cannot be checked: RuntimeError: first line"
    assert {"Python", "memory", "conda", "Slurm"} <= before & {finding.what for finding in after}


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("optional", 0), ("missing", 1)])
def test_only_what_is_always_needed_is_an_error(
    state: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(report, "examine", lambda *arguments: [Finding("a thing", state, "as it is")])  # type: ignore[arg-type]
    with pytest.raises(SystemExit) if code else pytest.MonkeyPatch.context():
        main(["doctor"])
    assert f"{state:<10}a thing" in capsys.readouterr().out


def test_as_json_and_for_a_data_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "gpus", list)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["doctor", "--json", "--images", "10", "--results", str(tmp_path)]) == 0
    found = {finding["what"]: finding for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert str(tmp_path) in found["disk"]["found"]
    assert found["disk for 10"]["state"] == "ok"


def test_it_starts_where_nothing_is_installed(tmp_path: Path) -> None:
    # -S: without site-packages, as where nothing was installed at all
    done = subprocess.run(
        [sys.executable, "-S", "-m", "ulcag.doctor"],
        env={"PYTHONPATH": str(SRC), "PATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "\nmissing   packaging" in done.stdout
    assert "\nok        memory" in done.stdout
