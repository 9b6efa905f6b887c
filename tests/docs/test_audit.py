"""The worked example of an audit: its Python, and that its commands exist."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from ulcag.cli import build_parser

TEXT = (Path(__file__).parents[2] / "docs" / "audit.md").read_text()


def test_the_table_of_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("example").mkdir()
    samples = {"sample_id": ["a", "b"], "path": ["example/s/images/a.jpg", "example/s/images/b.jpg"]}
    pd.DataFrame(samples | {"label": [3, 3], "clean_label": [3, 5]}).to_parquet("example/samples.parquet")
    noise = {"sample_id": ["a", "b"], "label": [0, 5], "replaced": [True, False]}
    pd.DataFrame(noise).to_parquet("example/noise.parquet")
    code = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert code is not None
    exec(code[1], {})
    table = pd.read_csv("example/faces.csv")
    assert table["image"].tolist() == ["s/images/a.jpg", "s/images/b.jpg"]
    assert table["label"].tolist() == ["angry", "sad"]
    assert table["clean_label"].tolist() == ["happy", "sad"]


def test_the_commands_are_ones_that_the_command_line_knows() -> None:
    lines = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
    commands = [shlex.split(line)[1:] for line in lines if "ulcag" in line[:5]]
    assert len(commands) >= 5
    for words in commands:
        assert build_parser().parse_args(words).do
