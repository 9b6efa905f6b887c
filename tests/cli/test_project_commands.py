"""`ulcag init` and `ulcag schema`."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from ulcag.cli import main
from ulcag.config import Config


def test_init_writes_what_the_pipeline_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "a folder")]) == 0
    text = (tmp_path / "a folder" / "config.yaml").read_text()
    assert Config.read(yaml.safe_load(text)).all_runs()
    schema = Path(text.splitlines()[0].partition("$schema=")[2])
    assert json.loads(schema.read_text())["$defs"]
    assert "use rule * from ulcag" in (tmp_path / "a folder" / "Snakefile").read_text()
    assert f"cd '{tmp_path / 'a folder'}' && snakemake --cores 2" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["config.yaml", "Snakefile"])
def test_init_overwrites_nothing(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_text("mine")
    assert main(["init", str(tmp_path)]) == 1
    assert "choose another folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))
