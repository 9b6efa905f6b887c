"""The pipeline as a module of another workflow, which keeps its own names, environment and first rule."""

import os
import re
from pathlib import Path

import pytest
import yaml

from tests.pipeline.snakemake_server import ROOT, start
from tests.pipeline.test_audit import faces

OUTER = """
configfile: "settings.yaml"


rule all:
    input:
        expand("mine of {{dataset}}.out", dataset=["neither ours"]),


module ulcag:
    snakefile:
        "{root}/Snakefile"
    config:
        config["ulcag"]{more}


use rule * from ulcag as ulcag_*


rule mine:
    input:
        faces="{faces}",
        check="{check}",
    output:
        "mine of {{dataset}}.out",
    shell:
        "echo ${{{{PYTHONPATH-}}}} ${{{{OMP_WAIT_POLICY-}}}} > {{output:q}}"
"""
CONFIG = {
    "results": "theirs",
    "datasets": {
        "pictures": {
            "samples": {"reader": "folder", "root": "data"},
            "check": "warn",
            "faces": {"source": "whole_image", "shards": 2},
            "action_units": {"source": "none"},
        }
    },
    "runs": [{"datasets": ["pictures"], "arms": ["baseline"]}],
}


def outer(folder: Path, results: str, more: str = "") -> Path:
    faces(folder / "data")
    (folder / "settings.yaml").write_text(yaml.safe_dump({"ulcag": CONFIG}))
    tables = {"faces": f"{results}/faces/pictures/faces.parquet", "check": f"{results}/samples/pictures/check.csv"}
    (folder / "Snakefile").write_text(OUTER.format(root=ROOT, more=more, **tables))
    return folder


def run(folder: Path, *arguments: str) -> str:
    code, said = start(folder, *arguments, snakefile=folder / "Snakefile")
    assert code == 0, said
    return said


# Snakemake's own ways to send a module's results elsewhere.
@pytest.mark.parametrize(
    ("results", "more"),
    [
        ("theirs", ""),
        ("elsewhere/theirs", '\n    prefix:\n        "elsewhere"'),
        ("my own", '\n    pathvars:\n        results="my own",'),
    ],
    ids=["as configured", "prefix", "path variable"],
)
def test_a_rule_of_another_workflow_takes_what_ours_makes(tmp_path: Path, results: str, more: str) -> None:
    folder = outer(tmp_path, results, more)
    said = run(folder)
    here = (os.environ.get("PYTHONPATH", ""), os.environ.get("OMP_WAIT_POLICY", ""))
    assert (folder / "mine of neither ours.out").read_text().split() == [value for value in here if value]
    assert "Wildcard constraints" not in said
    assert {path.name for path in folder.iterdir() if not path.name.startswith(".")} == {
        *("data", "settings.yaml", "Snakefile", "mine of neither ours.out"),
        Path(results).parts[0],
    }
    assert "Nothing to be done" in run(folder, "-n")
    picture = folder / "data" / "happy" / "happy-0.png"
    picture.write_bytes((folder / "data" / "sad" / "sad-0.png").read_bytes())
    assert run(folder).count("rule ulcag_crop_faces:") == 1


def test_trainings_are_planned_under_the_name_that_they_are_used_by(tmp_path: Path) -> None:
    folder = outer(tmp_path, "theirs")
    said = run(folder, "-n", "ulcag_evaluate")
    assert {"ulcag_train_run", "ulcag_evaluate_run"} <= set(re.findall(r"^(ulcag_\w+) +\d+$", said, re.MULTILINE))
