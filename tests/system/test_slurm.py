"""The pipeline through Slurm, with the profile that users get."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.system
ROOT = Path(__file__).parents[2]
RUN = "tiny/half/ulc-ag/seed0/all"
CONFIG: dict[str, Any] = {
    "datasets": {
        "tiny": {
            "samples": {"reader": "synthetic", "train": 48, "test": 12, "size": 144},
            "faces": {"shards": 2, "none_found": "whole_image"},
            # `device: auto`, which finds no GPU behind Slurm's, and epochs enough to be stopped among them
            "training": {"image_size": 32, "batch_size": 16, "epochs": 30},
        }
    },
    "noise": {"half": {"kind": "uniform", "rate": 0.5}},
    "runs": [{"datasets": ["tiny"], "noise": ["half"], "arms": ["ulc-ag"]}],
}
SNAKEMAKE = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
THROUGH_SLURM = [
    *("timeout", "--kill-after=10", "900", *SNAKEMAKE, "--profile", str(ROOT / "workflow" / "profiles" / "slurm")),
    *("--slurm-init-seconds-before-status-checks", "2"),
]


def metrics(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "results" / "evaluation" / RUN / "metrics.json").read_text())
    return {name: value for name, value in found.items() if name != "seconds"}


def slurm_says(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def running() -> dict[str, str]:
    """Slurm's number to what the job is of, for all that run."""
    lines = slurm_says("squeue", "--noheader", "--states=RUNNING", "--format=%i|%k").splitlines()
    return dict(line.split("|") for line in lines)


def training_job(snakemake: "subprocess.Popen[str]", folder: Path) -> str:
    """Slurm's number of the training, as soon as it has written another checkpoint."""
    checkpoint, now = folder / "results" / ".state" / "training" / RUN / "checkpoint.pt", time.time_ns()
    while not checkpoint.exists() or checkpoint.stat().st_mtime_ns <= now:
        assert snakemake.poll() is None, (folder / "log").read_text()
        time.sleep(0.05)
    return next(number for number, comment in running().items() if "train_run" in comment)


def stop(job: str, *command: str) -> None:
    slurm_says(*command, job)
    while job in running():
        time.sleep(0.1)


@pytest.mark.usefixtures("slurm")
def test_a_run_that_slurm_stops_and_starts_again_ends_as_one_at_home(tmp_path: Path) -> None:
    home, cluster = tmp_path / "home", tmp_path / "cluster"
    for folder in (home, cluster):
        folder.mkdir()
        (folder / "config.yaml").write_text(yaml.safe_dump(CONFIG))
    subprocess.run([*SNAKEMAKE, "--cores", "2", "evaluate"], cwd=home, check=True, capture_output=True)
    # pictures of the embedded set are the same everywhere: rendering them once is enough
    shutil.copytree(home / "results" / ".cache", cluster / "results" / ".cache")

    with open(cluster / "log", "w") as log:
        snakemake = subprocess.Popen(THROUGH_SLURM, cwd=cluster, stdout=log, stderr=subprocess.STDOUT, text=True)
    try:
        # what a time limit does: the job's processes are told to end, the job has failed, and Snakemake sends it again
        first = training_job(snakemake, cluster)
        described = slurm_says("scontrol", "show", "job", first)
        assert "Partition=gpu" in described
        assert "TresPerJob=gres:gpu:1" in described
        stop(first, "scancel", "--signal=TERM")
        second = training_job(snakemake, cluster)
        assert second != first
        # what preemption does: Slurm stops the job, and starts it again under the same number, two minutes later or now
        stop(second, "scontrol", "requeue")
        while second not in running():
            # refused until the job is all gone from the node
            subprocess.run(["scontrol", "update", f"JobId={second}", "StartTime=now"], capture_output=True)
            time.sleep(1)
        assert training_job(snakemake, cluster) == second
        assert "Restarts=1" in slurm_says("scontrol", "show", "job", second)
        assert snakemake.wait() == 0, (cluster / "log").read_text()
    finally:
        if snakemake.poll() is None:
            snakemake.terminate()

    assert metrics(cluster) == metrics(home)
    assert "resuming after epoch" in (cluster / "results" / "logs" / "training" / f"{RUN}.log").read_text()
    assert (cluster / "log").read_text().count("Trying to restart job") == 1
    assert (cluster / "results" / "reporting" / "figures" / RUN / "sheet.png").exists()
