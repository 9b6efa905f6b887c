"""The pipeline end to end, on a few tiny pictures: what comes out."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image, ImageOps

from tests.action_units.conftest import install_stand_in
from tests.pipeline.conftest import CONFIG, RESULTS, Change, jobs, refused, snakemake
from ulcag.tables import read_made_by

# Of each arm; a method without confidences, templates or new labels has no figures of them.
FIGURES = {
    "baseline": {"confusion", "curves"},
    "scn": {"confidence", "confusion", "curves", "flow", "sheet"},
    "ulc-ag": {"confidence", "confusion", "curves", "flow", "semantics", "sheet", "templates"},
}


def test_every_figure_and_table_is_there(done: Path) -> None:
    reporting = done / RESULTS / "reporting"
    for arm, figures in FIGURES.items():
        folder = reporting / "figures" / "tiny" / "half" / arm / "seed0" / "all"
        made = {path.name for path in folder.iterdir()}
        assert made == {f"{n}.{s}" for n in figures for s in ("png", "pdf")} | {"confusion.csv"}
        counts = pd.read_csv(folder / "confusion.csv", index_col=0)
        assert counts.to_numpy().sum() == 12
    text = (reporting / "tables" / "accuracy.md").read_text()
    assert re.search(r"\| ulc-ag \| \d+\.\d\d \|", text)


def test_a_run_can_be_told_from_its_folder(done: Path) -> None:
    run = json.loads((done / RESULTS / "training/tiny/half/ulc-ag/seed0/all/run.json").read_text())
    assert run["run"] == {"dataset": "tiny", "noise": "half", "arm": "ulc-ag", "seed": 0, "fold": "all"}
    assert run["settings"]["training"]["epochs"] == 3
    faces = read_made_by(done / RESULTS / "faces/tiny/faces.parquet")["settings"]
    assert run["faces"] == faces and "align" in faces
    assert run["samples"] == {"train": 48, "held_out": 12, "left_out": {"train": 0, "held_out": 0}}
    assert set(run["inputs"]) == {"samples", "noise", "faces", "action_units", "cooccurrence"}


def test_a_result_repeats_bit_for_bit_whatever_loads_the_images(changed: Change) -> None:
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


def test_a_data_set_that_leaks_is_stopped_before_faces_are_looked_for(project: Path, changed: Change) -> None:
    source = project / "leaking"
    source.mkdir()
    samples = pd.read_parquet(project / RESULTS / "samples/tiny/samples.parquet")
    rows = [(project / path, split) for path, split in zip(samples["path"], samples["split"], strict=True)]
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


def test_openface_runs_shard_by_shard_and_an_edit_of_its_pace_runs_nothing_again(
    project: Path, changed: Change
) -> None:
    program = install_stand_in(project / "bin")

    def with_openface(presence: str = "presence", **options: Any) -> Path:
        openface = {"runtime": "none", "program": str(program), "threads": 1} | options
        units = {"source": "openface", "presence": presence, "openface": openface}
        return changed("datasets.seen", CONFIG["datasets"]["tiny"] | {"action_units": units})

    target = f"{RESULTS}/graph/seen/all/cooccurrence.parquet"
    todo = jobs(with_openface(), target)
    assert (todo["read_shard_action_units"], todo["merge_action_units"], todo.get("read_action_units")) == (2, 1, None)
    snakemake(project, target)
    table = pd.read_parquet(project / RESULTS / "action_units/seen/action_units.parquet")
    assert len(table) == 60
    assert set(table["status"]) == {"ok"}
    assert set(table["detector"]) == {"own"}
    assert not list((project / RESULTS / ".state").rglob("*.jsonl"))
    # the same pictures under another name: a network does there what it does at home
    run = f"{RESULTS}/evaluation/tiny/half/baseline/seed0/all"
    snakemake(project, f"{run}/on-seen.json")
    there = json.loads((project / run / "on-seen.json").read_text())
    at_home = json.loads((project / run / "metrics.json").read_text())["held_out"]["last"]
    assert (there["on"], there["n"], there["left_out"]) == ("seen", 12, 0)
    assert there["confusion"] == at_home["confusion"]
    assert there["ece"] == pytest.approx(at_home["ece"])
    assert not jobs(with_openface(threads=2, chunk=7, stall_seconds=9), target)
    assert jobs(with_openface(face_size=200), target)["read_shard_action_units"] == 2
    assert jobs(with_openface(presence="intensity"), target) == {"count_cooccurrence": 1, "total": 1}


def test_a_data_set_smaller_than_a_batch_is_an_error(changed: Change) -> None:
    folder = changed("datasets.tiny.training.batch_size", 64)
    run = f"{RESULTS}/training/tiny/half/baseline/seed0/all/run.json"
    said = refused(folder, run)
    assert "expected: at least one batch of 64 training samples" in said
    assert "found:    48 samples" in said


def test_a_report_can_be_made(project: Path) -> None:
    snakemake(project, "--report", "report.html")
    report = (project / "report.html").read_text()
    assert "co-occurrence" in report
    assert "The edges of the action unit graph" in report
