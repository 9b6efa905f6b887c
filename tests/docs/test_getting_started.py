"""The commands of docs/getting-started.md are there."""

import re
import shlex
from pathlib import Path

from ulcag.cli import build_parser

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "getting-started.md").read_text()


def test_the_commands_are_there() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    commands = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    ours = [words for program, *words in commands if program == "ulcag"]
    made = [words for program, *words in commands if program == "make"]
    assert ours and made
    for words in ours:
        assert build_parser().parse_args(words).do
    for (target,) in made:
        assert f"\n{target}: " in (ROOT / "Makefile").read_text()
