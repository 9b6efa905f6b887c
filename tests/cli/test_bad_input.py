"""Whatever a command is given, its user reads a reason and no traceback."""

import errno
import os
from pathlib import Path

import pandas as pd
import pytest

import ulcag.cli as module
from ulcag.cli import main
from ulcag.errors import InputError
from ulcag.samples.folds import split_fold


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("folder", r"folder"),
        ("file/below", "part of this path is a file"),
        ("x" * 300, "choose a shorter name"),
        ("device", "a device"),
    ],
)
def test_a_place_that_cannot_be_written_is_named(
    out: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "device")
    assert main(["gate", "--out", str(tmp_path / out)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("ulcag gate: error\n")
    assert message in said
    assert str(tmp_path) in said


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, "ulcag gate: interrupted\n"),
        (MemoryError(), 1, "smaller batches"),
        (PermissionError(errno.EACCES, "Permission denied", b"/data/\xff.png"), 1, "/data/\\xff.png\n"),
        (OSError("a library's own words"), 1, "a library's own words"),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"), 1, "rename the file"),
    ],
)
def test_what_may_happen_to_any_command(
    error: BaseException,
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(options: object) -> None:
        raise error

    monkeypatch.setattr(module.data_commands, "_gate", fail)
    assert main(["gate", "--out", str(tmp_path / "out")]) == code
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said


def test_a_bug_is_no_mistake_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.data_commands, "_gate", lambda options: {}["bug"])
    with pytest.raises(KeyError):
        main(["gate", "--out", str(tmp_path / "out")])


@pytest.mark.parametrize(
    "arguments", [["noise", "--seed", "-1"], ["check", "--workers", "x"], ["action-units", "--threads", "0"]]
)
def test_numbers_that_make_no_sense(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("fold", ["first", "0of4", "5of4", "1of1", "1of0", "-1of4"])
def test_a_fold_that_there_is_not(fold: str) -> None:
    samples = pd.DataFrame({"sample_id": ["a"], "split": ["train"], "identity": [None]})
    with pytest.raises(InputError, match="such as 1of10"):
        split_fold(samples, fold)


@pytest.mark.parametrize("text", ["", "severity\nok\n", "\x00\x01", "a,b\n1,2\n"])
def test_findings_that_are_none(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "check.csv").write_text(text)
    assert main(["gate", "--check", str(tmp_path / "check.csv"), "--out", str(tmp_path / "out")]) == 1
    assert f"{tmp_path / 'check.csv'}" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"run": 3}', "\xff"])
def test_metrics_that_are_none(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "metrics.json").write_text(text, encoding="latin-1")
    out = ["--out", str(tmp_path / "figure")]
    assert main(["figures", "curves", "--run", str(tmp_path), "--metrics", str(tmp_path / "metrics.json"), *out]) == 1
    assert main(["figures", "comparison", "--all-metrics", str(tmp_path / "metrics.json"), *out]) == 1
    assert f"{tmp_path / 'metrics.json'}\n" in capsys.readouterr().err
