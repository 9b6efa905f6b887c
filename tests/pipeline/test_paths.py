"""Paths as people have them: of the project, of the data, and of results."""

import shutil
from pathlib import Path

import pytest

from tests.pipeline.conftest import configure
from tests.pipeline.snakemake_server import ROOT, start
from tests.pipeline.test_changes import NAMES, write_data
from ulcag.config import Config
from ulcag.errors import InputError

ODD = "it's $HOME % é * [a] ?:"


def test_odd_letters_in_every_path(tmp_path: Path) -> None:
    project, work = tmp_path / f"{ODD} project", tmp_path / f"{ODD} work {{x}}"
    for name in ("src", "workflow", "envs"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Snakefile", project)
    data = f"{ODD} data {{dataset}}"
    write_data(work / data)
    dataset = {
        "samples": {"reader": "rafdb", "root": f"{data}/raf", "images": "aligned"},
        "check": "warn",
        "faces": {"source": "whole_image", "shards": 1},
        "action_units": {"source": "none"},
    }
    noise = {"theirs": {"kind": "rafdb_file", "path": f"{data}/noise.txt"}}
    runs = [{"datasets": ["raf"], "noise": ["theirs"], "arms": ["baseline"]}]
    results = f"{ODD} results"
    configure(work, {"results": results, "datasets": {"raf": dataset}, "noise": noise, "runs": runs})
    targets = [f"{results}/faces/raf/faces.parquet", f"{results}/samples/raf/noise/theirs/seed0.parquet"]
    code, said = start(work, *targets, snakefile=project / "Snakefile")
    assert code == 0, said
    assert all((work / target).is_file() for target in targets)
    assert "Nothing to be done" in start(work, *targets, snakefile=project / "Snakefile")[1]
    labels = work / data / "raf" / "EmoLabel" / "list_patition_label.txt"
    labels.write_text(labels.read_text().replace(f"{NAMES[0]} 4", f"{NAMES[0]} 6"))
    assert "read_samples" in start(work, *targets, "-n", snakefile=project / "Snakefile")[1]


def test_braces_are_refused_where_snakemake_has_no_way_to_write_them() -> None:
    runs = [{"datasets": ["raf"], "arms": ["baseline"]}]
    dataset = {"samples": {"reader": "table", "path": "{a}.csv"}, "action_units": {"source": "none"}}
    Config.read({"datasets": {"raf": dataset}, "runs": runs})
    with pytest.raises(InputError, match=r"my \{results\}(.|\n)*without braces(.|\n)*another folder"):
        Config.read({"results": "my {results}", "datasets": {"raf": dataset}, "runs": runs})
