"""What sources say of themselves."""

from pathlib import Path
from typing import Any

import pytest

from ulcag.action_units.sources import SOURCES, source_of
from ulcag.action_units.sources.source import ByShard
from ulcag.cli import main
from ulcag.config import ActionUnitsSettings, SourceSettings
from ulcag.errors import InputError


def of_table(**settings: Any) -> dict[str, Any]:
    return source_of(ActionUnitsSettings.read(settings)).of_table()


@pytest.mark.parametrize("name", SOURCES)
def test_a_table_depends_on_settings_of_its_own_source_alone(name: str) -> None:
    before = of_table(source=name)
    assert SourceSettings.read(before).source == name
    assert before | {"min_confidence": 0.7} == of_table(source=name, min_confidence=0.7)
    changes: dict[str, Any] = {"folder": "f", "table": "t", "of_several": "nearest_box", "openface": {"face_size": 99}}
    for key, value in changes.items():
        assert (of_table(source=name, **{key: value}) != before) == (key in SOURCES[name].uses)


@pytest.mark.parametrize("name", SOURCES)
def test_when_a_unit_is_present_changes_no_table(name: str) -> None:
    assert of_table(source=name, presence="intensity", intensity_threshold=2.0) == of_table(source=name)


@pytest.mark.parametrize("name", [name for name, source in SOURCES.items() if issubclass(source, ByShard)])
def test_the_pace_of_work_changes_no_table(name: str) -> None:
    source = source_of(SourceSettings.read({"source": name}))
    assert isinstance(source, ByShard)
    values: dict[str, Any] = {"source": name}
    for key, value in source.pace().items():
        section, setting = key.split(".")
        values.setdefault(section, {})[setting] = value + 1
    assert of_table(**values) == of_table(source=name)


def test_openface_is_told_how_to_work() -> None:
    source = source_of(SourceSettings.read({"source": "openface", "openface": {"chunk": 7, "threads": 3}}))
    assert isinstance(source, ByShard)
    assert source.threads == 3
    assert source.pace() == {"openface.chunk": 7, "openface.memory_mb": 4000, "openface.stall_seconds": 120}


def test_a_source_that_there_is_not() -> None:
    with pytest.raises(
        InputError, match=r"source: .*expected one of csv, openface, reader, both, none, got 'opneface'"
    ):
        SourceSettings.read({"source": "opneface"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--samples\n  expected: a path, needed by csv"),
        (["--set", "source=openface"], "--faces\n  expected: a path, needed by openface"),
        (["--set", "source=openface", "--faces", "f.parquet"], "--state\n  expected: a path, needed by openface"),
        (
            ["--samples", "s.parquet", "--set", "of_several=nearest_box"],
            "--faces\n  expected: a path, needed by of_several: nearest_box",
        ),
    ],
)
def test_what_a_source_needs_is_asked_for(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["action-units", "--out", str(tmp_path / "au.parquet"), *arguments]) == 1
    assert message in capsys.readouterr().err
