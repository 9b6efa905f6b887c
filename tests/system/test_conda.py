"""`snakemake --use-conda` through every rule, with a stand-in for conda.

What it proves: the command works as users type it, each rule finds its environment file, the pins in the files are the
versions that the tests run with, and each file names all that its rules import. What it does not: that conda itself can
make Python and pip from these files, and that pip would choose the same builds.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.system.test_slurm import CONFIG, RUN, SNAKEMAKE

pytestmark = pytest.mark.system
STUB = Path(__file__).parent / "stub_conda.py"


@pytest.fixture
def conda(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A command `conda`, first on the path."""
    base = tmp_path / "conda"
    base.mkdir()
    command = base / "conda"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} {STUB} "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("STUB_CONDA", str(base))
    monkeypatch.setenv("PATH", f"{base}{os.pathsep}{os.environ['PATH']}")
    return command


def test_every_rule_runs_in_its_own_environment(conda: Path, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    audits = [{"datasets": CONFIG["runs"][0]["datasets"], "arms": ["baseline"], "folds": 2, "cleanlab": True}]
    (folder / "config.yaml").write_text(yaml.safe_dump(CONFIG | {"audits": audits}))
    command = ["timeout", "--kill-after=10", "900", *SNAKEMAKE, "--cores", "2", "--use-conda"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "results" / "reporting" / "figures" / RUN / "sheet.png").exists()

    environments = {path.with_suffix("") for path in (folder / ".snakemake" / "conda").glob("*.yaml")}
    assert len(environments) == 6
    # what a file does not name is not there, though the test's own environment has it
    has_torch = [
        subprocess.run([env / "bin" / "python", "-c", "import torch"], capture_output=True).returncode == 0
        for env in environments
    ]
    assert sorted(has_torch) == [False, False, False, True, True, True]


def test_the_stand_in_refuses_a_version_that_is_not_there(conda: Path, tmp_path: Path) -> None:
    (tmp_path / "env.yaml").write_text("dependencies: [python=3.11, pip, {pip: [numpy==1.0]}]\n")
    command = [conda, "env", "create", "--file", tmp_path / "env.yaml", "--prefix", tmp_path / "env"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "numpy==1.0 is wanted" in done.stderr
