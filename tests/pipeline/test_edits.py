"""What is done again when something changes, asked of plans."""

from pathlib import Path

import pytest
import yaml

from tests.pipeline.conftest import RESULTS, Change, jobs, refused, snakemake
from tests.pipeline.snakemake_server import ROOT
from ulcag.config import Config
from ulcag.config.arms import merged


def test_nothing_is_left_to_do(project: Path) -> None:
    assert "Nothing to be done" in snakemake(project)


def test_a_deleted_shard_is_made_again_with_what_depends_on_it(project: Path) -> None:
    (project / RESULTS / "faces/tiny/shard-001.arrow").unlink()
    todo = jobs(project)
    assert todo["crop_faces"] == 1
    assert todo["train_run"] == 3
    assert not {"read_samples", "read_action_units", "count_cooccurrence", "inject_noise"} & set(todo)


@pytest.mark.parametrize(
    ("path", "value", "again", "kept"),
    [
        ("datasets.tiny.faces.margin", 0.4, {"crop_faces": 2, "train_run": 3}, {"read_samples", "read_action_units"}),
        ("datasets.tiny.training.learning_rate", 0.02, {"train_run": 3}, {"crop_faces", "count_cooccurrence"}),
        ("datasets.tiny.methods", {"ulc-ag": {"relabelling": {"margin": 0.1}}}, {"train_run": 1}, {"crop_faces"}),
        (
            "datasets.tiny.action_units.presence",
            "intensity",
            {"count_cooccurrence": 1, "train_run": 3},
            {"read_action_units", "crop_faces", "draw_of_dataset"},
        ),
        ("datasets.tiny.check", "warn", {"pass_check": 1}, {"check_samples", "crop_faces", "train_run"}),
        ("datasets.tiny.check", False, {"pass_check": 1}, {"check_samples", "crop_faces", "train_run"}),
        ("noise.half.rate", 0.4, {"inject_noise": 1, "train_run": 3}, {"crop_faces", "count_cooccurrence"}),
    ],
)
def test_an_edit_runs_its_stage_again_and_what_hangs_on_it(
    path: str, value: object, again: dict[str, int], kept: set[str], changed: Change
) -> None:
    todo = jobs(changed(path, value))
    assert {rule: todo.get(rule) for rule in again} == again
    assert not kept & set(todo)


EXPERIMENTS = ROOT / "workflow" / "experiments"
DATASETS = EXPERIMENTS / "datasets.yaml"


@pytest.mark.parametrize("path", sorted({*EXPERIMENTS.glob("*.yaml")} - {DATASETS}), ids=lambda path: path.stem)
def test_experiments_are_valid_configurations(path: Path) -> None:
    # those on noise need no data set of the paper's; audits are laid over the runs on the same noise
    base = EXPERIMENTS / path.name.removeprefix("audit-") if path.stem.endswith("-noise") else DATASETS
    over = {
        "rivals": [path],
        "rivals-settings": [EXPERIMENTS / "real-noise.yaml", path],
        "rivals-real-noise": [EXPERIMENTS / "real-noise.yaml", EXPERIMENTS / "rivals.yaml", path],
        "without-action-units": [EXPERIMENTS / "rivals.yaml", path],
    }.get(path.stem, [base, path])
    values = yaml.safe_load((ROOT / "config.yaml").read_text())
    for file in over:
        values = merged(values, yaml.safe_load(file.read_text()))
    config = Config.read(values, path.name)
    # settings are chosen with one seed
    assert len({run.seed for run in config.all_runs()}) >= (1 if path.stem == "rivals-settings" else 3)
    if path.stem.startswith("audit-"):
        assert len({audit.seed for audit in config.all_audits()}) >= 3


def test_a_typo_in_the_configuration_is_named(changed: Change) -> None:
    folder = changed("datasets.tiny.trianing", {})
    assert "did you mean 'training'?" in refused(folder, "-n")
