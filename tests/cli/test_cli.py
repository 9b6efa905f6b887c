"""The command line as a person uses it."""

from pathlib import Path

import pytest

from ulcag.cli import main

COMMANDS = (
    "samples",
    "check",
    "gate",
    "noise",
    "faces",
    "action-units",
    "merge",
    "graph",
    "train",
    "evaluate",
    "predict",
    "export",
    "tables",
    "figures",
    "doctor",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert "usage: ulcag" in capsys.readouterr().out


def test_help_lists_settings_with_their_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    text = capsys.readouterr().out
    assert "training.learning_rate = 0.01" in text
    assert "settings.relabelling.start_epoch = 10" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "rate"], "expected: KEY=VALUE"),
        (["--set", "rat=0.3"], "did you mean 'rate'?"),
        (["--settings", "none.yaml"], "expected: JSON in braces, or a YAML file"),
        (["--settings", "{rate: 2}"], "less than or equal to 1"),
        (["--settings", "{rate"], "expected: JSON or YAML"),
    ],
)
def test_mistakes_in_settings(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "n.parquet"
    assert main(["noise", "--samples", str(tmp_path / "s.parquet"), "--out", str(out), *arguments]) == 1
    assert message in capsys.readouterr().err
    assert not out.exists()


def test_samples_then_noise_from_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"p{i}.png,{('happy', 'sad')[i % 2]}\n" for i in range(100))
    (tmp_path / "labels.csv").write_text("image,label\n" + rows)
    (tmp_path / "settings.yaml").write_text(f"reader: table\npath: {tmp_path}/labels.csv\n")
    samples, noise = str(tmp_path / "s.parquet"), str(tmp_path / "n.parquet")
    assert main(["samples", "--settings", str(tmp_path / "settings.yaml"), "--out", samples]) == 0
    assert "'happy': 50" in capsys.readouterr().err
    assert main(["noise", "--samples", samples, "--out", noise, "--set", "kind=uniform", "--set", "rate=1"]) == 0
    assert "100 of 100 training labels replaced" in capsys.readouterr().err


def test_a_missing_table_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["noise", "--samples", str(tmp_path / "s.parquet"), "--out", str(tmp_path / "n.parquet")]) == 1
    error = capsys.readouterr().err
    assert "s.parquet" in error
    assert "run the stage that writes it" in error
