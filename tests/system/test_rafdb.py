"""Rendered faces in RAF-DB's official layout, from the check to Tables I to III and Figures 5 to 7."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from PIL import Image

from tests.action_units.conftest import install_stand_in
from ulcag.samples.layouts.rafdb import RAFDB_CODES
from ulcag.samples.synthetic import render_dataset

pytestmark = pytest.mark.system
ROOT = Path(__file__).parents[2]
EXPERIMENTS = ROOT / "workflow" / "experiments"


def write_rafdb(root: Path) -> None:
    """Names, label file, original and aligned pictures as their owners ship them."""
    pictures = root.parent / "pictures"
    render_dataset(pictures, train=70, test=21, seed=1, size=144, workers=2)
    labels = pd.read_csv(pictures / "labels.csv")
    for kind in ("original", "aligned"):
        (root / "Image" / kind).mkdir(parents=True)
    (root / "EmoLabel").mkdir()
    lines, numbers = [], {"train": 0, "test": 0}
    for row in labels.itertuples():
        numbers[row.split] += 1
        name = f"{row.split}_{numbers[row.split]:05d}"
        picture = Image.open(pictures / row.image).convert("RGB")
        picture.save(root / "Image" / "original" / f"{name}.jpg")
        picture.resize((100, 100)).save(root / "Image" / "aligned" / f"{name}_aligned.jpg")
        lines.append(f"{name}.jpg {RAFDB_CODES[row.label]}")
    (root / "EmoLabel" / "list_patition_label.txt").write_text("\n".join(lines) + "\n")


def snakemake(folder: Path, *targets: str) -> subprocess.CompletedProcess[str]:
    configs = [EXPERIMENTS / "datasets.yaml", EXPERIMENTS / "rafdb.yaml", folder / "small.yaml"]
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--configfile"]
    command += [*map(str, configs), "--cores", "2", *targets]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=os.environ)


def test_from_the_check_to_the_tables(tmp_path: Path) -> None:
    write_rafdb(tmp_path / "data" / "RAF-DB" / "basic")
    runs = yaml.safe_load((EXPERIMENTS / "rafdb.yaml").read_text())["runs"]
    openface = {"runtime": "none", "program": str(install_stand_in(tmp_path / "bin")), "threads": 1}
    training = {"weights": "", "loader_workers": 0, "image_size": 32, "batch_size": 16, "epochs": 3}
    small = {
        "datasets": {
            "rafdb": {
                "faces": {"shards": 2},
                "action_units": {"openface": openface},
                "training": training,
            }
        },
        "runs": [entry | {"seeds": [0]} for entry in runs],
    }
    (tmp_path / "config.yaml").write_text((ROOT / "config.yaml").read_text())
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(small))

    # it is not as large as RAF-DB, which is said before any face is searched for
    stopped = snakemake(tmp_path, "faces")
    assert stopped.returncode != 0
    assert "12271" in stopped.stdout + stopped.stderr
    assert not (tmp_path / "results" / "faces").exists()
    findings = pd.read_csv(tmp_path / "results" / "samples" / "rafdb" / "check.csv")
    assert (findings["severity"] == "fatal").any()

    small["datasets"]["rafdb"]["check"] = "warn"
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(small))
    figures = "results/reporting/figures/rafdb/none/ulc-ag/seed0/all"
    names = ("sheet", "semantics", "confusion")
    done = snakemake(tmp_path, "tables", *(f"{figures}/{name}.png" for name in names))
    assert done.returncode == 0, done.stdout + done.stderr
    published = pd.read_csv(tmp_path / "results" / "reporting" / "tables" / "published.csv")
    mine = published[published["ours"].notna()]
    assert mine.groupby("table").size().to_dict() == {
        "Table I": 5, "Table II": 3, "Table III": 12, "Table V": 2,
        "RAF-DB, AffectNet and FER+ in other papers": 3,
        "RAF-DB with 10, 20 and 30 % of the labels replaced, in other papers": 3,
    }  # fmt: skip
    record = json.loads((tmp_path / "results/training/rafdb/none/ulc-ag/seed0/all/run.json").read_text())
    assert record["samples"]["train"] > 60
    assert record["settings"]["training"]["learning_rate"] == 0.01
