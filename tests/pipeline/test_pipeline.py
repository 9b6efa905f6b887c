"""The pipeline end to end, on a few tiny pictures: what comes out, and what is done again when something changes."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from PIL import Image, ImageOps

from tests.action_units.conftest import install_stand_in
from ulcag.config import Config
from ulcag.config.method import merged

ROOT = Path(__file__).parents[2]
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


FIGURES = ("confidence", "confusion", "curves", "flow", "semantics", "sheet", "templates")


def start(folder: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--cores", "2", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


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


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a project")
    configure(folder, CONFIG)
    snakemake(folder)
    return folder


@pytest.fixture
def changed(done: Path) -> Any:
    """Change the configuration; it is put back after the test."""

    def change(path: str, value: object) -> Path:
        config = json.loads(json.dumps(CONFIG))
        here = config
        *parents, last = path.split(".")
        for parent in parents:
            here = here.setdefault(parent, {})
        here[last] = value
        configure(done, config)
        return done

    yield change
    configure(done, CONFIG)


def test_every_figure_and_table_is_there(done: Path) -> None:
    reporting = done / RESULTS / "reporting"
    for arm in ("baseline", "scn", "ulc-ag"):
        folder = reporting / "figures" / "tiny" / "half" / arm / "seed0" / "all"
        made = {path.name for path in folder.iterdir()}
        assert made == {f"{n}.{s}" for n in FIGURES for s in ("png", "pdf")} | {"confusion.csv"}
        counts = pd.read_csv(folder / "confusion.csv", index_col=0)
        assert counts.to_numpy().sum() == 12
    text = (reporting / "tables" / "accuracy.md").read_text()
    assert re.search(r"\| ulc-ag \| \d+\.\d\d \|", text)


def test_a_run_can_be_told_from_its_folder(done: Path) -> None:
    run = json.loads((done / RESULTS / "training/tiny/half/ulc-ag/seed0/all/run.json").read_text())
    assert run["run"] == {"dataset": "tiny", "noise": "half", "arm": "ulc-ag", "seed": 0, "fold": "all"}
    assert run["settings"]["training"]["epochs"] == 3
    assert run["samples"] == {"train": 48, "held_out": 12, "left_out": {"train": 0, "held_out": 0}}
    assert set(run["inputs"]) == {"samples", "noise", "faces", "action_units", "cooccurrence"}


def test_nothing_is_left_to_do(done: Path) -> None:
    assert "Nothing to be done" in snakemake(done)


def test_a_deleted_shard_is_made_again_with_what_depends_on_it(done: Path) -> None:
    shard = done / RESULTS / "faces/tiny/shard-001.arrow"
    hidden = shard.rename(shard.with_suffix(".hidden"))
    try:
        todo = jobs(done)
    finally:
        hidden.rename(shard)
    assert todo["crop_faces"] == 1
    assert todo["train_run"] == 3
    assert not {"read_samples", "read_action_units", "count_cooccurrence", "inject_noise"} & set(todo)


@pytest.mark.parametrize(
    ("path", "value", "again", "kept"),
    [
        ("datasets.tiny.faces.margin", 0.4, {"crop_faces": 2, "train_run": 3}, {"read_samples", "read_action_units"}),
        ("datasets.tiny.training.learning_rate", 0.02, {"train_run": 3}, {"crop_faces", "count_cooccurrence"}),
        ("datasets.tiny.method", {"relabelling": {"margin": 0.1}}, {"train_run": 1}, {"crop_faces"}),
        ("datasets.tiny.graph.presence", "intensity", {"count_cooccurrence": 1}, {"read_action_units", "crop_faces"}),
        ("datasets.tiny.check", "warn", {"pass_check": 1}, {"check_samples", "crop_faces", "train_run"}),
        ("datasets.tiny.check", False, {"pass_check": 1}, {"check_samples", "crop_faces", "train_run"}),
        ("noise.half.rate", 0.4, {"inject_noise": 1, "train_run": 3}, {"crop_faces", "count_cooccurrence"}),
    ],
)
def test_an_edit_runs_its_stage_again_and_what_hangs_on_it(
    path: str, value: object, again: dict[str, int], kept: set[str], changed: Any
) -> None:
    todo = jobs(changed(path, value))
    assert {rule: todo.get(rule) for rule in again} == again
    assert not kept & set(todo)


def test_several_amounts_of_noise_get_a_picture(done: Path, changed: Any) -> None:
    assert not jobs(done)
    folder = changed("runs", [{"datasets": ["tiny"], "noise": ["none", "half"], "arms": ["baseline"]}])
    assert jobs(folder)["draw_noise_levels"] == 1


EXPERIMENTS = ROOT / "workflow" / "experiments"
DATASETS = EXPERIMENTS / "datasets.yaml"


@pytest.mark.parametrize("path", sorted({*EXPERIMENTS.glob("*.yaml")} - {DATASETS}), ids=lambda path: path.stem)
def test_experiments_are_valid_configurations(path: Path) -> None:
    # those on noise need no data set of the paper's; audits are laid over the runs on the same noise
    base = EXPERIMENTS / path.name.removeprefix("audit-") if path.stem.endswith("-noise") else DATASETS
    over = [base, path]
    values = yaml.safe_load((ROOT / "config.yaml").read_text())
    for file in over:
        values = merged(values, yaml.safe_load(file.read_text()))
    config = Config.read(values, path.name)
    assert len({run.seed for run in config.all_runs()}) >= 3
    if path.stem.startswith("audit-"):
        assert len({audit.seed for audit in config.all_audits()}) >= 3


def test_a_result_repeats_bit_for_bit_whatever_loads_the_images(changed: Any) -> None:
    run = f"{RESULTS}/training/tiny/half/ulc-ag/seed0/all"
    folder = changed("datasets.tiny.training.loader_workers", 2)
    names = ("model.pt", "held_out_logits.parquet", "relabels.parquet", "history.parquet", "train_state.parquet")

    def read() -> list[Any]:
        tables = [pd.read_parquet(folder / run / name) for name in names if name.endswith("parquet")]
        return [json.loads((folder / run / "run.json").read_text())["model_sha256"], *tables]

    before = read()
    snakemake(folder, f"{run}/run.json")
    after = read()
    assert before[0] == after[0]
    for one, other in zip(before[1:], after[1:], strict=True):
        pd.testing.assert_frame_equal(one, other)


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
        self._command += ["--crops", *map(str, sorted((results / "faces/tiny").glob("shard-*.arrow")))]
        settings = {"image_size": 32, "batch_size": 16, "epochs": 9}
        (folder / "settings.yaml").write_text(yaml.safe_dump({"training": settings, "method": {}}))
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
        assert "goes on after epoch" in last.stderr
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
    command = training.command(who, workers=2)
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
    training.finish(who, workers=2)


def test_the_same_run_twice_at_once_is_one_whole_run(training: Training) -> None:
    # Snakemake's lock keeps two of its kind apart; a training that outlived a killed one holds no lock.
    both = [subprocess.Popen(training.command("twice"), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    errors = [process.communicate()[1] for process in both]
    codes = [process.returncode for process in both]
    assert 0 in codes, errors
    # the slower one may find its checkpoints gone, and then says so
    assert all(
        code == 0 or "a folder to write a checkpoint to" in text for code, text in zip(codes, errors, strict=True)
    )
    training.compare("twice")


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_data_set_that_leaks_is_stopped_before_faces_are_looked_for(done: Path, changed: Any) -> None:
    source = done / "leaking"
    source.mkdir()
    samples = pd.read_parquet(done / RESULTS / "samples/tiny/samples.parquet")
    rows = [(done / path, split) for path, split in zip(samples["path"], samples["split"], strict=True)]
    for place, path in enumerate([path for path, split in rows if split == "test"][:3]):
        ImageOps.mirror(Image.open(path)).save(source / f"{place}.jpg")
        rows.append((source / f"{place}.jpg", "train"))
    table = pd.DataFrame(rows, columns=["image", "split"]).assign(label="happy")
    table.to_csv(source / "labels.csv", index=False)
    reader = {"reader": "table", "path": str(source / "labels.csv")}
    leaking = CONFIG["datasets"]["tiny"] | {"samples": reader}

    folder = changed("datasets.leaking", leaking)
    target = f"{RESULTS}/faces/leaking/shard-000.arrow"
    said = refused(folder, target)
    assert "also in train, mirrored or changed copies included: 3 of 12" in said
    assert "set `check: warn` for it" in said
    assert not (folder / target).exists()
    found = pd.read_csv(folder / RESULTS / "samples/leaking/check.csv")
    assert found["severity"][0] == "fatal"
    changed("datasets.leaking", leaking | {"check": "warn"})
    assert jobs(folder, target) == {"pass_check": 1, "crop_faces": 1, "total": 2}


def test_openface_runs_shard_by_shard_and_an_edit_of_its_pace_runs_nothing_again(done: Path, changed: Any) -> None:
    program = install_stand_in(done / "bin")

    def with_openface(**options: Any) -> Path:
        openface = {"runtime": "none", "program": str(program), "threads": 1} | options
        dataset = CONFIG["datasets"]["tiny"] | {"action_units": {"source": "openface", "openface": openface}}
        folder: Path = changed("datasets.seen", dataset)
        return folder

    target = f"{RESULTS}/graph/seen/all/cooccurrence.parquet"
    todo = jobs(with_openface(), target)
    assert (todo["run_openface"], todo["merge_action_units"], todo.get("read_action_units")) == (2, 1, None)
    snakemake(done, target)
    table = pd.read_parquet(done / RESULTS / "action_units/seen/action_units.parquet")
    assert len(table) == 60
    assert set(table["status"]) == {"ok"}
    assert set(table["detector"]) == {"own"}
    assert not list((done / RESULTS / ".state").rglob("*.jsonl"))
    # the same pictures under another name: a network does there what it does at home
    run = f"{RESULTS}/evaluation/tiny/half/baseline/seed0/all"
    snakemake(done, f"{run}/on-seen.json")
    there = json.loads((done / run / "on-seen.json").read_text())
    at_home = json.loads((done / run / "metrics.json").read_text())["held_out"]["last"]
    assert (there["on"], there["n"], there["left_out"]) == ("seen", 12, 0)
    assert there["confusion"] == at_home["confusion"]
    assert there["ece"] == pytest.approx(at_home["ece"])
    assert not jobs(with_openface(threads=2, chunk=7, stall_seconds=9), target)
    assert jobs(with_openface(face_size=200), target)["run_openface"] == 2


def test_a_typo_in_the_configuration_is_named(changed: Any) -> None:
    folder = changed("datasets.tiny.trianing", {})
    assert "did you mean 'training'?" in refused(folder, "-n")


def test_a_data_set_smaller_than_a_batch_is_an_error(changed: Any) -> None:
    folder = changed("datasets.tiny.training.batch_size", 64)
    run = f"{RESULTS}/training/tiny/half/baseline/seed0/all/run.json"
    said = refused(folder, run)
    assert "expected: at least one batch of 64 training samples" in said
    assert "found:    48 samples" in said


def test_a_report_can_be_made(done: Path) -> None:
    snakemake(done, "--report", "report.html")
    assert "co-occurrence" in (done / "report.html").read_text()
