"""What was read is an input: an edit of the data is seen by the same command, and nothing else is done again.

Most of it is asked of plans, over results of a stand-in that does nothing but reading samples.
"""

import os
import re
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.pipeline.conftest import configure, jobs, refused, snakemake
from ulcag.config.arms import merged

NAMES = [f"train_{number:05d}.jpg" for number in range(1, 13)]
WITHOUT = {"faces": {"source": "whole_image", "shards": 3}, "action_units": {"source": "none"}, "check": "stop"}
UNITS = {"source": "csv", "folder": "data/csv", "table": "data/map.csv"}
CONFIG: dict[str, Any] = {
    "datasets": {
        "list": WITHOUT
        | {
            "samples": {"reader": "table", "path": "data/labels.csv"},
            "action_units": UNITS,
            "training": {"weights": "data/weights.pth"},
        },
        "classes": WITHOUT | {"samples": {"reader": "folder", "root": "data/classes"}},
        "raf": WITHOUT | {"samples": {"reader": "rafdb", "root": "data/raf", "images": "aligned"}},
    },
    "noise": {"theirs": {"kind": "rafdb_file", "path": "data/noise.txt"}},
    "runs": [
        {"datasets": ["list"], "noise": ["theirs"], "arms": ["ulc-ag"]},
        {"datasets": ["classes", "raf"], "arms": ["baseline"]},
    ],
}
# `python -m ulcag COMMAND ...`: files that are never the same in place of what a command makes.
RUN_FILES = ("model.pt", "run.json", *(f"{name}.parquet" for name in (
    "held_out_logits", "train_state", "templates", "relabels", "history")))  # fmt: skip
STAND_IN = f"""#!{sys.executable} -SE
import os, sys, time
from pathlib import Path
command, options = sys.argv[3], sys.argv[4:]
if command == "samples":
    os.execv({sys.executable!r}, [{sys.executable!r}, *sys.argv[1:]])
for name, path in zip(options, options[1:]):
    if name.startswith("--out"):
        for file in {RUN_FILES} if command == "train" else [""]:
            Path(path, file).parent.mkdir(parents=True, exist_ok=True)
            Path(path, file).write_text(str(time.time_ns()))
"""
TARGETS = ("samples", "faces", "action_units", "train")


def picture(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (48, 48, 3), dtype=np.uint8)).save(path)


def write_data(data: Path) -> None:
    for number, name in enumerate(NAMES):
        picture(data / "pictures" / name, number)
        picture(data / "classes" / ("happy", "sad")[number % 2] / f"{number}.png", 100 + number)
        picture(data / "raf" / "Image" / "aligned" / name.replace(".", "_aligned."), 200 + number)
        (data / "csv").mkdir(exist_ok=True)
        (data / "csv" / f"{number}.csv").write_text("face, confidence\n")
    rows = [f"pictures/{name},{('happy', 'sad')[number % 2]}" for number, name in enumerate(NAMES)]
    (data / "labels.csv").write_text("\n".join(["image,label", *rows, ""]))
    rows = [f"pictures/{name},{number}.csv" for number, name in enumerate(NAMES)]
    (data / "map.csv").write_text("\n".join(["image,csv", *rows, ""]))
    rows = [f"{name} {4 + number % 2}" for number, name in enumerate(NAMES)]
    (data / "noise.txt").write_text("\n".join([*rows, ""]))
    (data / "raf" / "EmoLabel").mkdir()
    (data / "raf" / "EmoLabel" / "list_patition_label.txt").write_text("\n".join([*rows, ""]))
    (data / "weights.pth").write_bytes(b"weights")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which all is done, as far as Snakemake can see."""
    folder = tmp_path_factory.mktemp("whole")
    write_data(folder / "data")
    configure(folder, CONFIG)
    (folder / "bin").mkdir()
    (folder / "bin" / "python").write_text(STAND_IN)
    (folder / "bin" / "python").chmod(0o755)
    stand_in(folder)
    return folder


def stand_in(folder: Path) -> str:
    """Make all, by commands that compute nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
        return snakemake(folder, *TARGETS)


@pytest.fixture
def project(whole: Path, tmp_path: Path) -> Path:
    """That project, to be edited. Copies keep their times."""
    return Path(shutil.copytree(whole, tmp_path / "project"))


def todo(folder: Path) -> dict[str, int]:
    """Rules that would run, but for targets."""
    return {rule: n for rule, n in jobs(folder, *TARGETS).items() if rule not in (*TARGETS, "total")}


def done(folder: Path) -> tuple[dict[str, int], list[str]]:
    """Rules that the same command runs, and their order; after it there is nothing to do."""
    ran = re.findall(r"^local(?:rule|checkpoint) (\w+):", stand_in(folder), re.MULTILINE)
    ran = [rule for rule in ran if rule not in TARGETS]
    assert not todo(folder)
    return dict(Counter(ran)), ran


def older(path: Path) -> None:
    """Give a file a time before that of all results, as cp -p, rsync and unzip do."""
    os.utime(path, (1e9, 1e9))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    older(path)


# What hangs on labels.
LABELS = {"read_samples": 1, "list_samples": 1, "inject_noise": 1, "merge_faces": 1, "count_cooccurrence": 1}
LABELS |= {"train_run": 1}
CHECK = {"check_samples": 1, "pass_check": 1}


def test_nothing_is_to_be_done_where_nothing_has_changed(project: Path) -> None:
    for name in ("labels.csv", "map.csv", "noise.txt", "raf/EmoLabel/list_patition_label.txt"):
        os.utime(project / "data" / name)
    (project / "data" / "pictures" / "notes.txt").touch()
    picture(project / "data" / "pictures" / "of no row.jpg", 9)
    (project / "data" / "classes" / "happy" / "notes.txt").touch()
    (project / "data" / "csv" / "notes.txt").touch()
    picture(project / "data" / "raf" / "Image" / "original" / "train_00001.jpg", 9)
    assert not todo(project)


def test_a_corrected_label_looks_for_no_face_again(project: Path) -> None:
    edit(project / "data" / "labels.csv", f"{NAMES[0]},happy", f"{NAMES[0]},angry")
    assert todo(project) == LABELS | CHECK


def test_a_corrected_label_of_a_known_data_set_is_seen(project: Path) -> None:
    edit(project / "data" / "raf" / "EmoLabel" / "list_patition_label.txt", "train_00003.jpg 4", "train_00003.jpg 6")
    assert todo(project) == LABELS | CHECK


def test_a_picture_in_another_class_folder_is_seen(project: Path) -> None:
    (project / "data" / "classes" / "sad" / "1.png").rename(project / "data" / "classes" / "happy" / "1.png")
    assert todo(project) == LABELS | CHECK


def test_a_replaced_picture_is_looked_at_again_and_its_shard_made_again(project: Path) -> None:
    for name in ("pictures/train_00006.jpg", "classes/sad/5.png", "raf/Image/aligned/train_00006_aligned.jpg"):
        picture(project / "data" / name, 99)
        older(project / "data" / name)
    rules = ("check_samples", "pass_check", "crop_faces", "merge_faces", "train_run")
    assert done(project)[0] == dict.fromkeys(rules, 3)


def test_openface_files_are_inputs(project: Path) -> None:
    again = {"read_action_units": 1, "count_cooccurrence": 1, "train_run": 1}
    (project / "data" / "csv" / "more.csv").touch()
    older(project / "data" / "csv" / "more.csv")
    assert todo(project) == again
    (project / "data" / "csv" / "more.csv").unlink()
    assert not todo(project)
    edit(project / "data" / "map.csv", f"{NAMES[0]},0.csv", f"{NAMES[0]},5.csv")
    assert todo(project) == again


def test_weights_and_noise_files_are_inputs(project: Path) -> None:
    edit(project / "data" / "weights.pth", "weights", "others")
    assert todo(project) == {"train_run": 1}
    edit(project / "data" / "noise.txt", f"{NAMES[0]} 4", f"{NAMES[0]} 5")
    assert todo(project) == {"inject_noise": 1, "train_run": 1}


def test_results_stand_while_a_data_set_is_away(project: Path) -> None:
    (project / "data" / "pictures").rename(project / "data" / "away")
    said = refused(project, "-n", *TARGETS)
    assert re.search(r"Missing input files for rule crop_faces(.|\n)*data/pictures/train_00001\.jpg", said)
    assert "Traceback" not in said
    (project / "data" / "away").rename(project / "data" / "pictures")
    (project / "data" / "raf").rename(project / "data" / "away")
    said = refused(project, "-n", *TARGETS)
    assert re.search(r"Missing input files for rule crop_faces(.|\n)*data/raf/Image", said)
    (project / "data" / "away").rename(project / "data" / "raf")
    assert not todo(project)


@pytest.mark.parametrize("check", ["stop", "off"])
def test_rows_that_come_and_go_are_followed_in_one_command(check: str, project: Path) -> None:
    configure(project, merged(CONFIG, {"datasets": {"list": {"check": check}}}))
    assert done(project)[0] == ({} if check == "stop" else {"pass_check": 1})
    # The third shard keeps its rows: it is not made again.
    edit(project / "data" / "labels.csv", f"{NAMES[0]},happy", "a.jpg,sad")
    edit(project / "data" / "labels.csv", f"pictures/{NAMES[5]},sad\n", "")
    edit(
        project / "data" / "labels.csv",
        f"pictures/{NAMES[6]},happy\n",
        "pictures/b.jpg,sad\npictures/train_00005a.jpg,sad\n",
    )
    picture(project / "data" / "pictures" / "a.jpg", 99)
    ran, order = done(project)
    checked = CHECK if check == "stop" else {"pass_check": 1}
    assert ran == LABELS | {"read_action_units": 1, "crop_faces": 2} | checked
    assert order.index("merge_faces") > max(place for place, rule in enumerate(order) if rule == "crop_faces")
    assert order.index("count_cooccurrence") > order.index("read_action_units")
    assert order.index("train_run") > order.index("merge_faces")


def test_a_command_that_fails_before_tee_is_a_failure_whatever_it_wrote(project: Path) -> None:
    edit(project / "data" / "noise.txt", f"{NAMES[0]} 4", f"{NAMES[0]} 5")
    command = project / "bin" / "python"
    command.write_text(f"{STAND_IN}sys.exit(3)\n")
    with pytest.raises(AssertionError, match="Error in rule inject_noise"):
        stand_in(project)
    # What was made of it before is there: that is no reason to leave it.
    assert todo(project) == {"inject_noise": 1, "train_run": 1}
