"""What holds for all tests."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# Each worker of pytest, and each process that a test starts, computes with one thread: the cores are shared. Said here,
# because OpenMP reads it once, when NumPy and PyTorch are imported.
os.environ["OMP_NUM_THREADS"] = "1"
# No test fails because the machine is slow.
settings.register_profile("any speed", deadline=None)
settings.load_profile("any speed")


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
