"""`ulcag audit` and `ulcag review` as a person uses them; tests/pipeline/test_audit.py runs the pipeline."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from tests.audit.by_hand import audit_of
from ulcag.audit.table import AUDIT
from ulcag.cli import main
from ulcag.files import sha256
from ulcag.tables import write_table


def pictures(folder: Path) -> Path:
    """Ten pictures each in the folders happy and sad."""
    for name in ("happy", "sad"):
        (folder / name).mkdir(parents=True)
        for number in range(10):
            Image.new("RGB", (20, 20)).save(folder / name / f"{number}.png")
    return folder


@pytest.fixture
def audited(tmp_path: Path) -> Path:
    """The folder of an audit, and a review of it beside it."""
    data, folder = pictures(tmp_path / "faces"), tmp_path / "audit"
    arguments = ["--set", "reader=folder", "--set", f"root={data}", "--out", str(tmp_path / "samples.parquet")]
    assert main(["samples", *arguments]) == 0
    rows = [("happy/0.png", 3, 5, "review"), ("sad/0.png", 5, 5, "keep")]
    write_table(folder / "audit.parquet", audit_of(rows), AUDIT, settings={"samples": "../samples.parquet"}, inputs={})
    (tmp_path / "review.csv").write_text("sample_id,label,verdict\nhappy/0.png,sad,accept\n")
    return folder


def review(folder: Path, *more: str) -> int:
    return main(["review", str(folder), str(folder.parent / "review.csv"), *more])


def test_a_review_is_taken_over_beside_the_judgement(audited: Path) -> None:
    before = sha256(audited / "audit.parquet")
    assert review(audited) == 0
    made = {path.name for path in (audited / "review").iterdir()}
    assert made == {"audit.parquet", "audit.csv", "labels_clean.csv", "clean"}
    assert sha256(audited / "audit.parquet") == before


def test_a_review_never_replaces_the_judgement(audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sha256(audited / "audit.parquet")
    assert review(audited, "--out", str(audited / ".." / audited.name)) == 1
    assert "the audit's own folder" in capsys.readouterr().err
    assert sha256(audited / "audit.parquet") == before


def test_where_no_data_set_can_be_made_no_table_is_left(audited: Path) -> None:
    (audited / "review" / "clean").mkdir(parents=True)
    assert review(audited) == 1
    assert [path.name for path in (audited / "review").iterdir()] == ["clean"]


def test_without_a_run_there_is_a_configuration_and_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", None)
    audit = ["audit", str(pictures(tmp_path / "faces")), "--out", str(tmp_path / "out"), "--no-run"]
    assert main(audit) == 0
    assert f"--configfile {tmp_path}/out/config.yaml" in capsys.readouterr().err
    assert yaml.safe_load((tmp_path / "out" / "config.yaml").read_text())["datasets"].keys() == {"data"}
    # It may be written anew; a file of somebody else's may not.
    assert main(audit) == 0
    (tmp_path / "out" / "config.yaml").write_text("mine: 1\n")
    assert main(audit) == 1
    assert "one that `ulcag audit` wrote" in capsys.readouterr().err
    assert (tmp_path / "out" / "config.yaml").read_text() == "mine: 1\n"


def test_files_of_somebody_elses_are_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "labels_clean.csv").write_text("mine")
    assert main(["audit", str(pictures(tmp_path / "faces")), "--out", str(tmp_path / "out"), "--no-run"]) == 1
    assert "found:    labels_clean.csv" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["labels_clean.csv"]


def test_the_pipeline_runs_with_this_python_and_a_lock_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = []

    def fail(command: list[str], env: dict[str, str]) -> Any:
        paths.append(env["PATH"].split(os.pathsep)[0])
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(subprocess, "run", fail)
    assert main(["audit", str(pictures(tmp_path / "faces")), "--out", str(tmp_path / "out")]) == 1
    assert paths == [os.path.dirname(sys.executable)]
    out = shlex.quote(str(tmp_path / "out"))
    assert f"--configfile {out}/config.yaml --directory {out} --unlock" in capsys.readouterr().err
