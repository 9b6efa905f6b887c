"""The lines of Python in docs/predict.md run as they stand."""

import re
from pathlib import Path

import pytest
from PIL import Image

from tests.faces.conftest import cartoon
from tests.training.test_saved import write_run

DOCS = Path(__file__).parents[2] / "docs"


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    text = (DOCS / "predict.md").read_text()
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    run = re.search(r'Predictor\("(.*?)"\)', text)
    assert code is not None and run is not None
    (tmp_path / run[1]).parent.mkdir(parents=True)
    write_run(tmp_path / run[1], "ulc-ag")
    Image.fromarray(cartoon()).save(tmp_path / "portrait.png")
    monkeypatch.chdir(tmp_path)
    exec(code[1], {})
    first, second = capsys.readouterr().out.splitlines()
    assert "'happy': " in first and "'a': " in second


def test_the_picture_is_small() -> None:
    assert (DOCS / "images" / "predicted.jpg").stat().st_size < 100_000
