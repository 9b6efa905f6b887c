"""The reader for folders named like classes."""

from pathlib import Path

import pytest

from tests.samples.layouts import touch
from ulcag.classes import CLASSES
from ulcag.config import FolderSamples
from ulcag.errors import InputError
from ulcag.samples.read_folder import read_folder
from ulcag.samples.table import SAMPLES
from ulcag.tables import write_table


def test_splits_and_classes_are_folders(tmp_path: Path) -> None:
    touch(tmp_path, "train/Happiness/b.PNG", "train/happy/a.jpg", "train/happy/notes.txt", "val/fear/deep/c.jpeg")
    found = read_folder(FolderSamples(root=str(tmp_path)))
    samples = found.samples
    assert samples["sample_id"].tolist() == ["train/Happiness/b.PNG", "train/happy/a.jpg", "val/fear/deep/c.jpeg"]
    assert [CLASSES[c] for c in samples["label"]] == ["happy", "happy", "fear"]
    assert samples["split"].tolist() == ["train", "train", "test"]
    assert found.notes == ("folders: train, val",)
    write_table(tmp_path / "samples.parquet", samples, SAMPLES)


def test_without_splits_all_are_for_training(tmp_path: Path) -> None:
    touch(tmp_path, "sad/a.jpg", "contempt/b.jpg")
    found = read_folder(FolderSamples(root=str(tmp_path), labels={"contempt": "drop"}))
    assert found.samples["split"].tolist() == ["train"]
    assert "left out: 1 images in folders to drop" in found.notes


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        read_folder(FolderSamples(root=str(tmp_path / "nowhere")))
    (tmp_path / "train" / "happy").mkdir(parents=True)
    with pytest.raises(InputError, match="endings that count"):
        read_folder(FolderSamples(root=str(tmp_path)))
    touch(tmp_path, "train/hapy/a.jpg")
    with pytest.raises(InputError, match=r"labels: \{'hapy': <class name or drop>\}"):
        read_folder(FolderSamples(root=str(tmp_path)))
