"""A training that is killed, told to end, or started twice ends as one that is undisturbed."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from tests.pipeline.conftest import RESULTS


class Training:
    """One training on the tables of `done`, outside Snakemake: undisturbed once, and then disturbed."""

    def __init__(self, results: Path, folder: Path) -> None:
        self.folder = folder
        tables = {
            "samples": "samples/tiny/samples.parquet",
            "noise": "samples/tiny/noise/half/seed0.parquet",
            "faces": "faces/tiny/faces.parquet",
            "action-units": "action_units/tiny/action_units.parquet",
            "cooccurrence": "graph/tiny/all/cooccurrence.parquet",
        }
        self._command = [sys.executable, "-m", "ulcag", "train", "--settings", str(folder / "settings.yaml")]
        self._command += [word for name, path in tables.items() for word in (f"--{name}", str(results / path))]
        settings = {"image_size": 32, "batch_size": 16, "epochs": 9}
        (folder / "settings.yaml").write_text(yaml.safe_dump({"training": settings}))
        subprocess.run(self.command("whole"), check=True, capture_output=True)

    def command(self, name: str, workers: int = 0) -> list[str]:
        folders = ("--out", str(self.folder / name), "--state", str(self.folder / "state" / name))
        return [*self._command, *folders, "--set", f"training.loader_workers={workers}"]

    def checkpoint(self, name: str) -> Path:
        return self.folder / "state" / name / "checkpoint.pt"

    def start_to_next_checkpoint(self, name: str, command: list[str]) -> "subprocess.Popen[bytes]":
        """In a process group of its own, as Slurm's steps are."""
        checkpoint = self.checkpoint(name)
        before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        while process.poll() is None and not (checkpoint.exists() and checkpoint.stat().st_mtime_ns > before):
            time.sleep(0.01)
        return process

    def finish(self, name: str, workers: int = 0) -> None:
        """Start it once more: it goes on, and has ended as the undisturbed one has."""
        last = subprocess.run(self.command(name, workers), check=True, capture_output=True, text=True)
        assert "resuming after epoch" in last.stderr
        self.compare(name)
        assert not (self.folder / "state" / name).exists()

    def compare(self, name: str) -> None:
        """The run is the undisturbed one, bit for bit."""
        records = [json.loads((self.folder / run / "run.json").read_text()) for run in ("whole", name)]
        assert records[0]["model_sha256"] == records[1]["model_sha256"]
        for table in ("held_out_logits", "train_state", "templates", "relabels", "history"):
            one, other = (pd.read_parquet(self.folder / run / f"{table}.parquet") for run in ("whole", name))
            pd.testing.assert_frame_equal(one, other)


@pytest.fixture(scope="module")
def training(done: Path, tmp_path_factory: pytest.TempPathFactory) -> Training:
    return Training(done / RESULTS, tmp_path_factory.mktemp("a training"))


def test_a_run_that_is_killed_goes_on_and_ends_as_one_that_is_not(training: Training) -> None:
    for moment in np.random.default_rng(0).uniform(0, 0.3, 3):
        process = training.start_to_next_checkpoint("killed", training.command("killed"))
        time.sleep(moment)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert not (training.folder / "killed" / "run.json").exists()
    training.finish("killed")


@pytest.mark.parametrize("who", ["all", "python"])
def test_a_run_that_is_told_to_end_does_so_at_once_and_goes_on_later(who: str, training: Training) -> None:
    # Slurm tells all processes of a job's step; other schedulers the first alone. The rule's pipe and loader processes
    # are there, because a process that stays would keep the job alive until it is killed.
    command = training.command(who, workers=1)
    if who == "all":
        log = shlex.quote(str(training.folder / "log"))
        command = ["bash", "-c", f"set -euo pipefail; {shlex.join(command)} 2>&1 | tee {log}"]
    process = training.start_to_next_checkpoint(who, command)
    if who == "all":
        os.killpg(process.pid, signal.SIGTERM)
    else:
        process.terminate()
    assert process.wait(timeout=120) == -signal.SIGTERM
    # a loader process may still be starting, and a busy machine takes its time for that
    deadline = time.monotonic() + 120
    while group_lives(process.pid):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert not (training.folder / who / "run.json").exists()
    assert len(torch.load(training.checkpoint(who), weights_only=True)["records"]["history"]) >= 1
    training.finish(who, workers=1)


def test_the_same_run_twice_at_once_is_one_whole_run(training: Training) -> None:
    # Snakemake's lock keeps two of its kind apart; a training that outlived a killed one holds no lock.
    both = [subprocess.Popen(training.command("twice"), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    errors = [process.communicate()[1] for process in both]
    codes = [process.returncode for process in both]
    assert 0 in codes, errors
    # the slower one may find its checkpoints gone, and then says so
    assert all(
        code == 0 or "a writable folder for checkpoints" in text for code, text in zip(codes, errors, strict=True)
    )
    training.compare("twice")


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
