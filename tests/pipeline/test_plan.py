"""What Snakemake would do, asked without doing anything and without data."""

import re
from pathlib import Path

import pytest

from tests.pipeline.conftest import CONFIG, configure, jobs, snakemake
from tests.pipeline.snakemake_server import ROOT

SLURM = ("--profile", str(ROOT / "workflow" / "profiles" / "slurm"))
ARMS = ["baseline", "scn", "ulc-ag"]


def test_a_plan_of_many_shards_and_runs(tmp_path: Path) -> None:
    # docs/reliability.md says how long it takes. It took minutes when each run had all shards as inputs.
    (tmp_path / "labels.csv").write_text("image,label\n")
    configure(
        tmp_path,
        {
            "datasets": {
                "big": {
                    "samples": {"reader": "table", "path": str(tmp_path / "labels.csv")},
                    "faces": {"shards": 600},
                    "action_units": {"source": "openface"},
                }
            },
            "noise": {"a": {"kind": "uniform", "rate": 0.2}, "b": {"kind": "uniform", "rate": 0.4}},
            "runs": [{"datasets": ["big"], "noise": ["none", "a", "b"], "arms": ARMS, "seeds": list(range(23))}],
        },
    )
    todo = jobs(tmp_path)
    assert (todo["crop_faces"], todo["read_shard_action_units"], todo["train_run"], todo["merge_faces"]) == (
        600,
        600,
        207,
        1,
    )


@pytest.mark.parametrize(
    ("figure", "edit"),
    [
        ("reliability", {"audits": [{"datasets": ["tiny"], "noise": ["half"], "arms": ["baseline"], "folds": 2}]}),
        ("noise-levels", {"runs": [{"datasets": ["tiny"], "noise": ["none", "half"], "arms": ["baseline"]}]}),
        ("across", {"runs": [{"datasets": ["tiny"], "arms": ["baseline"], "test_on": ["other"]}]}),
        ("check", {"datasets": CONFIG["datasets"]}),
    ],
)
def test_figures_that_there_are_where_there_is_something_to_draw(
    figure: str, edit: dict[str, object], tmp_path: Path
) -> None:
    tiny = CONFIG["datasets"]["tiny"]
    config = CONFIG | {"datasets": {"tiny": tiny | {"check": "off"}, "other": tiny}}
    configure(tmp_path, config)
    assert f"/{figure}.png" not in snakemake(tmp_path, "-n", "figures")
    configure(tmp_path, config | edit)
    assert f"/{figure}.png" in snakemake(tmp_path, "-n", "figures")


def test_what_is_asked_of_slurm(tmp_path: Path) -> None:
    configure(tmp_path, CONFIG)
    text = snakemake(tmp_path, "-n", *SLURM)
    asked = {}
    for rule, resources in re.findall(r"rule (\w+):\n.*?resources: ([^\n]*)", text, re.DOTALL):
        asked[rule] = dict(re.findall(r"(\w+)=([^,]*)", resources))
    del asked["all"]
    assert asked["train_run"] | {"slurm_partition": "gpu", "gpu": "1"} == asked["train_run"]
    for rule, resources in asked.items():
        assert int(resources["mem_mb"]) >= 1000, rule
        assert int(resources["runtime"]) >= 10, rule
        assert rule == "train_run" or (resources["slurm_partition"] == "cpu" and "gpu" not in resources), rule
