"""What holds for all tests."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

# Each worker of pytest, and each process that a test starts, computes with one thread: the cores are shared. Said here,
# because OpenMP reads it once, when NumPy and PyTorch are imported.
os.environ["OMP_NUM_THREADS"] = "1"


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Put a shell script under some name on an otherwise empty PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, script: str) -> Path:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
        return folder / name

    return put
