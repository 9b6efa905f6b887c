"""`ulcag audit` end to end, on a few tiny pictures: a folder of classes, a review, and what cannot be audited."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.samples.data_sets import NO_CACHE
from ulcag.audit.table import AUDIT
from ulcag.classes import CLASSES
from ulcag.samples.layouts.folder import Folder, FolderSamples
from ulcag.tables import read_table

ROOT = Path(__file__).parents[2]
QUICK = ("--set", "faces.source=whole_image", "--set", "faces.shards=2", "--folds", "2")


def ulcag(*arguments: str | Path, cwd: Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "ulcag", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def faces(folder: Path, classes: tuple[str, ...] = ("happy", "sad"), each: int = 16) -> Path:
    """Noise, brighter for every next class."""
    random = np.random.default_rng(0)
    for code, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for number in range(each):
            picture = random.integers(40 * code, 40 * code + 60, (48, 48, 3), dtype=np.uint8)
            Image.fromarray(picture).save(folder / name / f"{name}-{number}.png")
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("an audit")
    code, said = ulcag("audit", faces(folder / "faces"), "--out", "out", *QUICK, cwd=folder)
    assert code == 0, said
    return folder


def test_everything_is_there_and_the_originals_are_untouched(done: Path) -> None:
    folder = done / "out"
    names = {"audit.parquet", "audit.csv", "audit.json", "audit.html", "noise_matrix.csv", "labels_clean.csv", "clean"}
    found = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    assert found == names | {"config.yaml", "stages"}
    made = folder / "stages/audit/data/none/linear/seed0"
    assert (made / "audit.html").read_bytes() == (folder / "audit.html").read_bytes()
    audit = read_table(folder / "audit.parquet", AUDIT)
    assert len(audit) == 32
    assert set(audit["fold"]) == {"1of2", "2of2"}
    assert audit["alpha"].isna().all()
    again = Folder(FolderSamples(root=str(folder / "clean"))).read(NO_CACHE)
    assert len(again.samples) == 32
    assert len(list((done / "faces").rglob("*.png"))) == 32


def test_the_same_command_again_has_nothing_to_do(done: Path) -> None:
    code, said = ulcag("audit", "faces", "--out", "out", *QUICK, cwd=done)
    assert code == 0
    assert "Nothing to be done" in said


def test_a_review_is_taken_over(done: Path) -> None:
    folder = done / "out"
    audit = read_table(folder / "audit.parquet", AUDIT)
    name = audit["sample_id"][0]
    pd.DataFrame([{"sample_id": name, "verdict": "other", "label": "fear"}]).to_csv(done / "review.csv", index=False)
    code, said = ulcag("review", folder, "review.csv", cwd=done)
    assert code == 0, said
    labels = pd.read_csv(folder / "review/labels_clean.csv", index_col="image")
    assert labels["label"][name] == "fear"
    assert (folder / "review/clean/fear").is_dir()
    reviewed = read_table(folder / "review/audit.parquet", AUDIT)
    assert reviewed["suggested"][0] == CLASSES.index("fear")
    code, said = ulcag("review", done / "faces", "review.csv", cwd=done)
    assert code == 1
    assert "expected: the folder of an audit" in said


def test_pictures_without_a_face(tmp_path: Path) -> None:
    arguments = (*QUICK, "--set", "faces.source=mtcnn", "--set", "faces.shards=1")
    code, said = ulcag("audit", faces(tmp_path / "faces", each=4), "--out", "out", *arguments, cwd=tmp_path)
    assert code == 1
    assert "found:    none (4 no_face)" in said
    assert "faces.source: whole_image" in said


def test_a_table_that_names_files_which_are_not_there(tmp_path: Path) -> None:
    rows = [{"image": f"pictures/{n}.jpg", "label": ("happy", "sad")[n % 2]} for n in range(8)]
    pd.DataFrame(rows).to_csv(tmp_path / "labels.csv", index=False)
    code, said = ulcag("audit", "labels.csv", "--out", "out", *QUICK, cwd=tmp_path)
    assert code == 1
    assert "0.jpg" in said
    assert "missing" in said or "no such file" in said
    assert not (tmp_path / "out/stages/audit").exists()
    assert not (tmp_path / "out/audit.html").exists()


def test_nothing_to_audit(tmp_path: Path) -> None:
    code, said = ulcag("audit", "nowhere", "--out", "out", cwd=tmp_path)
    assert code == 1
    assert "no such file or folder" in said
    assert not (tmp_path / "out").exists()
