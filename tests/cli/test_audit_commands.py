"""`ulcag audit` and `ulcag audit apply` as a person uses them; tests/pipeline/test_audit.py runs the pipeline."""

from pathlib import Path

import pytest
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


def apply(folder: Path, *more: str) -> int:
    return main(["audit", "apply", str(folder), str(folder.parent / "review.csv"), *more])


def test_a_review_is_taken_over_beside_the_judgement(audited: Path) -> None:
    before = sha256(audited / "audit.parquet")
    assert apply(audited) == 0
    made = {path.name for path in (audited / "reviewed").iterdir()}
    assert made == {"audit.parquet", "audit.csv", "labels_clean.csv", "clean"}
    assert sha256(audited / "audit.parquet") == before


def test_a_review_never_replaces_the_judgement(audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sha256(audited / "audit.parquet")
    assert apply(audited, "--out", str(audited / ".." / audited.name)) == 1
    assert "the audit's own folder" in capsys.readouterr().err
    assert sha256(audited / "audit.parquet") == before


def test_where_no_data_set_can_be_made_no_table_is_left(audited: Path) -> None:
    (audited / "reviewed" / "clean").mkdir(parents=True)
    assert apply(audited) == 1
    assert [path.name for path in (audited / "reviewed").iterdir()] == ["clean"]
