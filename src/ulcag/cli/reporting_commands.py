"""Commands of the reporting room."""

from typing import Any


def add_commands(commands: Any) -> None: ...
