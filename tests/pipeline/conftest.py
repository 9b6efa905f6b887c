"""A small project, and Snakemake on it."""

import fcntl
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pipeline.snakemake_server import start
from ulcag.config.arms import merged

# A space in every path: folders of users have them.
RESULTS = "my results"
CONFIG: dict[str, Any] = {
    "results": RESULTS,
    "datasets": {
        "tiny": {
            "samples": {"reader": "synthetic", "train": 48, "test": 12, "size": 144},
            "faces": {"shards": 2, "none_found": "whole_image"},
            "training": {"image_size": 32, "batch_size": 16, "epochs": 3},
        }
    },
    "noise": {"half": {"kind": "uniform", "rate": 0.5}},
    "runs": [{"datasets": ["tiny"], "noise": ["half"], "arms": ["baseline", "scn", "ulc-ag"]}],
}


def snakemake(folder: Path, *arguments: str) -> str:
    code, said = start(folder, *arguments)
    assert code == 0, said
    return said


def refused(folder: Path, *arguments: str) -> str:
    """What is said where something must not work."""
    code, said = start(folder, *arguments)
    assert code != 0
    return said


def jobs(folder: Path, *arguments: str) -> dict[str, int]:
    """What would be done: rule to number of jobs."""
    table = re.search(r"Job stats:\njob +count\n[- ]+\n(.*?)\n\n", snakemake(folder, "-n", *arguments), re.DOTALL)
    return {name: int(n) for name, n in (line.split() for line in table[1].splitlines())} if table else {}


def configure(folder: Path, config: dict[str, Any]) -> None:
    (folder / "config.yaml").write_text(yaml.safe_dump(config))


@pytest.fixture(scope="session")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with all results, to look at and no more: workers share it, and the first that asks makes it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, made = shared / "a project", shared / "a project is made"
    with open(shared / "a project.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            configure(folder, CONFIG)
            snakemake(folder)
            made.touch()
    return folder


@pytest.fixture
def project(done: Path, tmp_path: Path) -> Path:
    """The project with all results, to be changed. Copies keep their times."""
    return Path(shutil.copytree(done, tmp_path / "a project"))


Change = Callable[[str, object], Path]


@pytest.fixture
def changed(project: Path) -> Change:
    """Give the project another configuration, with one thing changed."""

    def change(path: str, value: object) -> Path:
        for key in reversed(path.split(".")):
            value = {key: value}
        configure(project, merged(CONFIG, value))
        return project

    return change
