"""`--settings` and `--set`."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from ulcag.cli.settings import read_settings, settings_values
from ulcag.errors import InputError
from ulcag.samples.layouts.folder import FolderSamples
from ulcag.samples.layouts.table import TableSamples


def options(settings: str = "{}", *assignments: str) -> argparse.Namespace:
    return argparse.Namespace(settings=settings, set=list(assignments))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_as_an_editor_saves_it(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes("samples:\r\n  path: ü.csv\r\n".encode(encoding))
    expected: dict[str, Any] = {"samples": {"path": "ü.csv", "images": "x"}}
    assert settings_values(options(str(path), "samples.images=x")) == expected


def test_a_key_may_be_laid_over_a_merged_one(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3\n")
    assert settings_values(options(str(tmp_path / "s.yaml")))["b"] == {"x": 3, "y": 2}


@pytest.mark.parametrize(
    ("settings", "assignments", "message"),
    [
        ("none.yaml", [], "JSON in braces, or a YAML file"),
        ("x" * 5000, [], "JSON in braces, or a YAML file"),
        ("{a: [1", [], "--settings\n.*JSON or YAML"),
        ("{a: 2022-13-01}", [], "--settings\n.*JSON or YAML"),
        ("{a: {b: 1, c: 2, b: 3}}", [], "--settings\n.*JSON or YAML\n.*'b' occurs twice"),
        ("{}", ["a=[1"], "--set a\n.*JSON or YAML"),
        ("{}", ["a"], "KEY=VALUE"),
        ("{}", ["a=1", "a.b=2"], "keys below 'a'\n.*1, and a.b=2"),
    ],
)
def test_what_cannot_be_read(settings: str, assignments: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        settings_values(options(settings, *assignments))


def test_plain_numbers_are_words_of_labels_and_columns() -> None:
    table = read_settings(
        options("{path: t}", "labels={1: happy, 2.0: Sadness, x: drop}", "columns={label: 3}"), TableSamples
    )
    assert (table.labels, table.columns) == ({"1": "happy", "2": "Sadness", "x": "drop"}, {"label": "3"})
    assert read_settings(options("{root: r}", "labels={1: happy}"), FolderSamples).labels == {"1": "happy"}


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("{no: sad}", r"labels: .*quotes around the word that YAML reads as False, such as 'no'"),
        ("{null: sad}", "quotes around the word that YAML reads as None"),
        ("{1.50: sad}", "quotes around the word that YAML reads as 1.5"),
        ("{2022-01-01: sad}", "quotes around the word"),
        ("{'1': off}", "quotes around the word that YAML reads as False"),
        ("{1: sad, '1': happy}", "'1' occurs twice"),
        ("{'1': joy}", "labels: .*'1' is translated to 'joy', which is not one of angry, disgust"),
        ("{'': neutral}", "an empty label can only be translated to drop"),
        ("[sad]", "labels: .*dictionary"),
    ],
)
def test_what_labels_cannot_be(labels: str, message: str) -> None:
    for required, model in (("{path: t}", TableSamples), ("{root: r}", FolderSamples)):
        with pytest.raises(InputError, match=message):
            read_settings(options(required, f"labels={labels}"), model)
