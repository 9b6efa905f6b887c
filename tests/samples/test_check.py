"""What the check finds in small data sets in RAF-DB's official layout, clean and spoiled in every way."""

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image, ImageEnhance, ImageOps

from tests.samples.test_near_duplicates import scene
from ulcag.classes import CLASSES
from ulcag.cli import main
from ulcag.config import Config
from ulcag.errors import InputError
from ulcag.samples import check as module
from ulcag.samples.check import check_samples, read_findings, stop_if_fatal
from ulcag.samples.findings import find
from ulcag.samples.layouts import published_counts
from ulcag.samples.table import PICTURES
from ulcag.tables import read_table

# Four training and two test pictures of each class: the code is RAF-DB's.
TRAIN = [(f"train_{i:05d}.jpg", i % 7 + 1) for i in range(28)]
TEST = [(f"test_{i:04d}.jpg", i % 7 + 1) for i in range(14)]
SMALL = {split: dict.fromkeys(CLASSES, n) for split, n in (("train", 4), ("test", 2))}


@pytest.fixture
def raf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a clean set, with as many samples as "published"."""
    monkeypatch.setattr(module, "published_counts", lambda settings: SMALL)
    images = tmp_path / "raf" / "Image" / "original"
    images.mkdir(parents=True)
    (tmp_path / "raf" / "EmoLabel").mkdir()
    for seed, (name, _) in enumerate(TRAIN + TEST):
        Image.fromarray(scene(seed)).save(images / name, quality=95)
    label(tmp_path / "raf", TRAIN + TEST)
    return tmp_path / "raf"


def label(root: Path, rows: list[tuple[str, int]]) -> None:
    text = "".join(f"{name} {code}\n" for name, code in rows)
    (root / "EmoLabel" / "list_patition_label.txt").write_text(text)


def picture(root: Path, name: str) -> Path:
    return root / "Image" / "original" / name


def check(root: Path, **options: Any) -> pd.DataFrame:
    samples = root / "samples.parquet"
    settings = f"{{reader: rafdb, root: {root}}}"
    assert main(["samples", "--settings", settings, "--out", str(samples)]) == 0
    return check_samples(samples, root / "check.csv", root / "pictures.parquet", **options)


def severe(found: pd.DataFrame) -> dict[tuple[str, str], tuple[str, int]]:
    """(split, finding) to (severity, count), of all that is not ok."""
    rows = found[found["severity"] != "ok"].itertuples()
    return {(row.split, row.finding): (row.severity, row.count) for row in rows}


def test_a_clean_set_passes(raf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = check(raf)
    assert severe(found) == {}
    stop_if_fatal(found, raf)
    said = capsys.readouterr().err
    assert "ok       train: samples: 28 of 28" in said
    assert "ok       test: also in train, mirrored or changed copies included: 0 of 14" in said
    assert "the reader says: RAF-DB: labels" in said
    pictures = read_table(raf / "pictures.parquet", PICTURES).set_index("sample_id")
    assert pictures.loc["test_0003.jpg", ["width", "height"]].tolist() == [100, 100]
    file = picture(raf, "test_0003.jpg").read_bytes()
    assert pictures.loc["test_0003.jpg", "sha256"] == hashlib.sha256(file).hexdigest()
    assert pictures["nearest"].notna().sum() == 14
    pd.testing.assert_frame_equal(read_findings(raf / "check.csv"), found, check_dtype=False)


def test_several_processes_find_the_same(raf: Path) -> None:
    picture(raf, "train_00004.jpg").write_bytes(b"no picture")
    pd.testing.assert_frame_equal(check(raf, workers=2), check(raf, workers=1))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "mirrored": ImageOps.mirror,
    "turned": lambda image: image.rotate(-5, Image.Resampling.BILINEAR),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.8),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_mirror_that_leaks_is_caught(change: str, raf: Path) -> None:
    """Augmented copies of test images among the training images, by name and label like the others."""
    added = []
    for place, (name, code) in enumerate(TEST[:5]):
        added.append((f"train_{900 + place:05d}.jpg", code))
        CHANGES[change](Image.open(picture(raf, name))).save(picture(raf, added[-1][0]), quality=80)
    label(raf, TRAIN + TEST + added)
    found = check(raf)
    leaked = severe(found)
    assert leaked.pop(("test", "also in train, mirrored or changed copies included")) == ("fatal", 5)
    assert set(leaked) == {("train", "not as many samples as published")}
    with pytest.raises(InputError, match="check: warn") as error:
        stop_if_fatal(found, raf)
    assert "also in train, mirrored or changed copies included: 5 of 14" in str(error.value)
    assert re.search(r"test_0000\.jpg is like train_00900\.jpg \(\d+ of 256 bits differ\)", str(error.value))
    pictures = read_table(raf / "pictures.parquet", PICTURES).set_index("sample_id")
    assert pictures.loc["test_0004.jpg", "nearest"] == "train_00904.jpg"


def test_the_same_file_in_both_splits(raf: Path) -> None:
    shutil.copy(picture(raf, "test_0002.jpg"), picture(raf, "train_00002.jpg"))
    found = check(raf)
    assert severe(found) == {
        ("test", "also in train, the same file"): ("fatal", 1),
        ("test", "also in train, mirrored or changed copies included"): ("fatal", 1),
    }
    assert found["examples"][0] == "test_0002.jpg is train_00002.jpg"


def test_a_missing_and_a_broken_file_cost_no_other(raf: Path) -> None:
    picture(raf, "train_00001.jpg").unlink()
    whole = picture(raf, "train_00002.jpg").read_bytes()
    picture(raf, "train_00002.jpg").write_bytes(whole[: len(whole) // 2])
    picture(raf, "test_0001.jpg").write_bytes(b"")
    found = check(raf)
    assert severe(found) == {
        ("train", "missing files"): ("fatal", 1),
        ("train", "unreadable files"): ("fatal", 1),
        ("test", "unreadable files"): ("fatal", 1),
    }
    told = found.set_index(["split", "finding"])["examples"]
    assert told["train", "missing files"].endswith("Image/original/train_00001.jpg")
    assert "train_00002.jpg (OSError: " in told["train", "unreadable files"]
    pictures = read_table(raf / "pictures.parquet", PICTURES)
    assert pictures["width"].notna().sum() == 39


def test_the_same_file_twice_with_one_label_and_with_two(raf: Path) -> None:
    shutil.copy(picture(raf, "train_00000.jpg"), picture(raf, "train_00007.jpg"))
    shutil.copy(picture(raf, "train_00001.jpg"), picture(raf, "train_00002.jpg"))
    found = check(raf)
    assert severe(found) == {
        ("train", "same file more than once"): ("warning", 2),
        ("", "same file with different labels"): ("warning", 2),
    }
    told = found.set_index("finding")["examples"]
    assert told["same file with different labels"] == "train_00001.jpg fear = train_00002.jpg disgust"
    assert "train_00000.jpg surprise = train_00007.jpg surprise" in told["same file more than once"].iloc[0]


def test_tiny_pictures_are_a_warning(raf: Path) -> None:
    Image.fromarray(scene(3, 39)).save(picture(raf, "train_00003.jpg"))
    assert severe(check(raf)) == {("train", "pictures with a side below 40 pixels"): ("warning", 1)}


def looked_at(samples: pd.DataFrame) -> pd.DataFrame:
    """Pictures with which nothing is wrong."""
    frame = pd.DataFrame({"sample_id": samples["sample_id"], "width": 100, "height": 120, "missing": False})
    frame["reason"], frame["nearest"] = None, None
    frame["sha256"] = samples["sample_id"]
    frame["bits"] = pd.array([None] * len(samples), dtype="Int16")
    return frame


def table(**of_split: list[int]) -> pd.DataFrame:
    """Samples with so many of each class."""
    rows = [
        (f"{split}{code}_{i}", split, code)
        for split, counts in of_split.items()
        for code, n in enumerate(counts)
        for i in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["sample_id", "split", "label"])
    return frame.assign(path=frame["sample_id"])


def findings(samples: pd.DataFrame, settings: dict[str, Any] | None = None) -> pd.DataFrame:
    return find(samples, looked_at(samples), published_counts(settings or {}))


@pytest.mark.parametrize(
    ("off_by", "severity"),
    [(0, "ok"), (1, "warning"), (-1, "warning"), (47, "warning"), (48, "fatal"), (-48, "fatal")],
)
def test_counts_against_the_published_ones(off_by: int, severity: str) -> None:
    """1 % of RAF-DB's 4772 happy training faces are 47."""
    published = published_counts({"reader": "rafdb"})
    counts = {split: list(published[split].values()) for split in ("train", "test")}
    counts["train"][CLASSES.index("happy")] += off_by
    found = findings(table(**counts), {"reader": "rafdb"})
    row = found[(found["split"] == "train") & (found["class"] == "happy")].iloc[0]
    assert (row["severity"], row["count"], row["of"]) == (severity, 4772 + off_by, 4772)
    assert (found["severity"] != "ok").sum() == (severity != "ok")


def test_published_totals() -> None:
    def totals(**settings: str) -> dict[str, int]:
        return {split: sum(counts.values()) for split, counts in published_counts(settings).items()}

    assert totals(reader="rafdb") == {"train": 12271, "test": 3068}
    assert totals(reader="affectnet") == {"train": 283901, "test": 3500}
    assert totals(reader="affectnet", part="automatic") == {"test": 3500}
    assert totals(reader="fer2013") == {"train": 28709, "test": 3589}
    assert totals(reader="fer2013", public_test="train") == {"train": 32298, "test": 3589}
    assert totals(reader="fer2013", public_test="test") == {"train": 28709, "test": 7178}
    assert totals(reader="table") == {}
    # The numbers of one call are not those of the next.
    assert totals(reader="fer2013") == {"train": 28709, "test": 3589}


def test_an_empty_split_or_class() -> None:
    no_train, no_test, seven = [0] * 7, [0] * 7, [3] * 7
    assert severe(findings(table(train=no_train, test=seven))) == {("train", "empty split"): ("fatal", 0)}
    assert severe(findings(table(train=seven, test=no_test))) == {("test", "empty split"): ("warning", 0)}
    no_fear = [3, 3, 0, 3, 3, 3, 3]
    assert severe(findings(table(train=no_fear, test=seven))) == {("train", "empty class"): ("fatal", 0)}
    assert severe(findings(table(train=seven, test=no_fear))) == {("test", "empty class"): ("warning", 0)}
    both = findings(table(train=no_fear, test=no_fear))
    assert set(severe(both).values()) == {("warning", 0)}
    assert set(both[both["severity"] == "warning"]["class"]) == {"fear"}


@pytest.mark.parametrize(("copies", "severity"), [(0, "ok"), (1, "warning"), (7, "warning"), (8, "fatal")])
def test_a_leak_is_fatal_above_one_percent_of_the_test_split(copies: int, severity: str) -> None:
    samples = table(train=[10] * 7, test=[100] * 7)
    pictures = looked_at(samples)
    test = np.flatnonzero(samples["split"] == "test")
    pictures["nearest"] = pd.Series("train0_0", index=test).reindex(pictures.index)
    pictures["bits"] = pd.Series(29, index=test).reindex(pictures.index).astype("Int16")
    pictures.loc[test[:copies], "bits"] = 28
    found = find(samples, pictures, {})
    row = found[found["finding"] == "also in train, mirrored or changed copies included"].iloc[0]
    assert (row["severity"], row["count"], row["of"]) == (severity, copies, 700)


def test_from_the_command_line(raf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(raf)
    run = ["check", "--samples", str(raf / "samples.parquet"), "--workers", "1", "--out", str(raf / "again.csv")]
    assert main([*run, "--reader", "rafdb"]) == 0
    shutil.copy(picture(raf, "test_0002.jpg"), picture(raf, "train_00002.jpg"))
    capsys.readouterr()
    assert main(run) == 1
    said = capsys.readouterr().err
    assert "expected: no fatal finding" in said
    assert "FATAL    test: also in train, the same file: 1 of 14" in said
    assert "to do:    repair the data set, or set `check: warn`" in said
    assert (raf / "again.csv").exists()
    assert main([*run, "--on-fatal", "warn"]) == 0

    gate, passed = ["gate", "--check", str(raf / "again.csv"), "--out", str(raf / "passed.txt")], raf / "passed.txt"
    assert main(gate) == 1
    assert not passed.exists()
    assert main([*gate, "--on-fatal", "warn"]) == 0
    assert passed.exists()
    passed.unlink()
    assert main(["gate", "--out", str(passed)]) == 0
    assert passed.exists()


def test_findings_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="run `ulcag check`"):
        read_findings(tmp_path / "check.csv")
    (tmp_path / "check.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="columns severity, finding"):
        read_findings(tmp_path / "check.csv")


def test_without_imagehash_it_says_what_to_install(raf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'ulcag\[check\]'"):
        check_samples(raf / "samples.parquet", raf / "check.csv")


@pytest.mark.parametrize("value", ["stop", "warn", "off", "'off'", "ignore"])
def test_the_key_of_a_data_set(value: str) -> None:
    """As YAML reads it, to which a plain `off` is false."""
    values = {
        "datasets": {"faces": yaml.safe_load(f"{{samples: {{reader: synthetic}}, check: {value}}}")},
        "runs": [{"datasets": ["faces"], "arms": ["baseline"]}],
    }
    if value != "ignore":
        assert Config.read(values).datasets["faces"].check == value.strip("'")
    else:
        with pytest.raises(InputError, match=r"check: Input should be 'stop', 'warn' or 'off'"):
            Config.read(values)
