"""Folders named like classes: what is read, and what is written with new labels."""

import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audit.test_clean import ANGRY, FEAR, HAPPY, SAD, SURPRISE, written
from tests.samples.data_sets import NO_CACHE, touch
from ulcag.audit.clean import write_clean
from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples.layouts import layout_of
from ulcag.samples.layouts.folder import Folder, FolderSamples
from ulcag.samples.table import SAMPLES
from ulcag.tables import write_table


def test_splits_and_classes_are_folders(tmp_path: Path) -> None:
    touch(tmp_path, "train/Happiness/b.PNG", "train/happy/a.jpg", "train/happy/notes.txt", "val/fear/deep/c.jpeg")
    found = Folder(FolderSamples(root=str(tmp_path))).read(NO_CACHE)
    samples = found.samples
    assert samples["sample_id"].tolist() == ["train/Happiness/b.PNG", "train/happy/a.jpg", "val/fear/deep/c.jpeg"]
    assert [CLASSES[c] for c in samples["label"]] == ["happy", "happy", "fear"]
    assert samples["split"].tolist() == ["train", "train", "test"]
    assert found.notes == (
        "folders: train, val",
        "there is no test split: val is used as one",
        "left out: 1 files without the ending of a picture: train/happy/notes.txt",
    )
    write_table(tmp_path / "samples.parquet", samples, SAMPLES)


def test_without_splits_all_are_for_training(tmp_path: Path) -> None:
    touch(tmp_path, "sad/a.jpg", "contempt/b.jpg")
    found = Folder(FolderSamples(root=str(tmp_path), labels={"contempt": "drop"})).read(NO_CACHE)
    assert found.samples["split"].tolist() == ["train"]
    assert "left out: 1 pictures in folders to drop: contempt/b.jpg" in found.notes


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        Folder(FolderSamples(root=str(tmp_path / "nowhere"))).read(NO_CACHE)
    (tmp_path / "train" / "happy").mkdir(parents=True)
    with pytest.raises(InputError, match="one of these endings"):
        Folder(FolderSamples(root=str(tmp_path))).read(NO_CACHE)
    touch(tmp_path, "train/hapy/a.jpg")
    with pytest.raises(InputError, match=r"labels: \{'hapy': <class name or drop>\}"):
        Folder(FolderSamples(root=str(tmp_path))).read(NO_CACHE)
    touch(tmp_path / "outer", "data/train/happy/a.jpg")
    with pytest.raises(InputError, match=r"set `root` to .*outer/data"):
        Folder(FolderSamples(root=str(tmp_path / "outer"))).read(NO_CACHE)
    touch(tmp_path / "mixed", "happy/a.jpg", "sad/a.jpg", "val/happy/a.jpg")
    with pytest.raises(InputError, match=r"val, and next to it happy, sad\n.*into a folder `train`"):
        Folder(FolderSamples(root=str(tmp_path / "mixed"))).read(NO_CACHE)


def test_validation_is_left_out_where_there_is_a_test_split_unless_it_is_asked_for(tmp_path: Path) -> None:
    touch(tmp_path, "Training/sad/a.jpg", "train/sad/a.jpg", "Validation/sad/a.jpg", "TEST/sad/a.jpg")
    of = FolderSamples(root=str(tmp_path))
    found = Folder(of).read(NO_CACHE)
    assert dict(zip(found.samples["sample_id"], found.samples["split"], strict=True)) == {
        "Training/sad/a.jpg": "train", "train/sad/a.jpg": "train", "TEST/sad/a.jpg": "test",
    }  # fmt: skip
    assert found.notes[0] == "folders: TEST, Training, Validation, train"
    assert "left out: 1 pictures of the validation split" in found.notes[1]
    assert found.notes[1].endswith(": Validation/sad/a.jpg")
    for use in ("train", "test"):
        samples = Folder(of.model_copy(update={"validation": use})).read(NO_CACHE).samples.set_index("sample_id")
        assert samples.loc["Validation/sad/a.jpg", "split"] == use


def test_what_is_left_out_is_counted_and_named(tmp_path: Path) -> None:
    touch(
        tmp_path, "loose.jpg", "train/loose.png", "train/happy/a.jpg", "train/happy/a.heic", "labels/x.txt",
        "train/.ipynb_checkpoints/a.jpg", "train/happy/._a.jpg", "train/happy/__MACOSX/b.jpg", "sad/a.jpg",
        "train/happy/b.JFIF", "test/happy/c.avif", "test/happy/d.gif", "README.md", ".git/x", "train/happy/e",
    )  # fmt: skip
    (tmp_path / "train/happy/gone.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "train/happy/self").symlink_to("self")
    (tmp_path / "train/happy" / os.fsdecode(b"\xe4.jpg")).touch()
    (tmp_path / "test/fear").mkdir()
    found = Folder(FolderSamples(root=str(tmp_path))).read(NO_CACHE)
    assert found.samples["sample_id"].tolist() == [
        "test/happy/c.avif", "test/happy/d.gif", "train/happy/a.jpg", "train/happy/b.JFIF",
    ]  # fmt: skip
    assert set(found.notes[1:]) == {
        "left out: 2 folders next to those of the splits: labels, sad",
        "left out: 4 hidden files and folders, such as .git, train/.ipynb_checkpoints, train/happy/._a.jpg",
        "left out: 3 files without the ending of a picture: README.md, train/happy/a.heic, train/happy/e",
        "left out: 2 pictures outside the folders of classes: loose.jpg, train/loose.png",
        "left out: 2 broken links: train/happy/gone.jpg, train/happy/self",
        r"left out: 1 names that are not UTF-8: 'train/happy/\udce4.jpg'",
        "left out: 1 folders without a picture: test/fear",
    }
    write_table(tmp_path / "samples.parquet", found.samples, SAMPLES, notes=found.notes)


def test_links_to_folders_are_followed_once(tmp_path: Path) -> None:
    touch(tmp_path, "data/train/happy/a.jpg", "data/train/sad/deep/b.jpg", "store/c.jpg", "store/x/d.jpg")
    train = tmp_path / "data/train"
    (train / "anger").symlink_to(tmp_path / "store")
    (train / "angry").symlink_to(tmp_path / "store")
    (train / "happy/0").symlink_to("../sad/deep")
    (train / "happy/up").symlink_to("../..")
    found = Folder(FolderSamples(root=str(tmp_path / "data"))).read(NO_CACHE)
    assert dict(zip(found.samples["sample_id"], found.samples["label"], strict=True)) == {
        "train/anger/c.jpg": 0, "train/anger/x/d.jpg": 0, "train/happy/a.jpg": 3, "train/sad/deep/b.jpg": 5,
    }  # fmt: skip
    said = "3 links to folders that are read already: train/angry, train/happy/0, train/happy/up"
    assert f"left out: {said}" in found.notes


def test_a_split_that_is_a_link_to_another_is_not_read_twice(tmp_path: Path) -> None:
    touch(tmp_path, "train/sad/a.jpg")
    (tmp_path / "test").symlink_to("train")
    found = Folder(FolderSamples(root=str(tmp_path))).read(NO_CACHE)
    assert found.samples["sample_id"].tolist() == ["train/sad/a.jpg"]
    assert "left out: 1 links to folders that are read already: test/sad" in found.notes


@pytest.mark.parametrize("inner", ["train/sad/Happiness", "train/sad/more/fear", "train/sad/test"])
def test_a_class_or_a_split_in_a_folder_of_a_class_is_refused(inner: str, tmp_path: Path) -> None:
    touch(tmp_path, f"{inner}/a.jpg", "train/sad/sadness/b.jpg", "train/contempt/fear/c.jpg")
    of = FolderSamples(root=str(tmp_path), labels={"contempt": "drop"})
    with pytest.raises(
        InputError, match=rf"{inner}\n(.|\n)*no folder of a class or split inside(.|\n)*.*as in train/happy/"
    ):
        Folder(of).read(NO_CACHE)


def test_without_a_training_split_that_is_said(tmp_path: Path) -> None:
    touch(tmp_path, "test/sad/a.jpg")
    found = Folder(FolderSamples(root=str(tmp_path))).read(NO_CACHE)
    assert found.notes == ("folders: test", "there is no training split")


@given(order=st.permutations(["train/sad/a.jpg", "train/sad/b.png", "train/Anger/a.jpg", "dev/happy/x/a.webp"]))
@settings(max_examples=8)
def test_the_order_on_disk_changes_nothing(order: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("tree")
    touch(root, *order)
    samples = Folder(FolderSamples(root=str(root))).read(NO_CACHE).samples
    assert samples["sample_id"].tolist() == sorted(order)
    assert samples["label"].tolist() == [3, 0, 5, 5] and samples["split"].tolist() == ["test", *["train"] * 3]


def test_folders(tmp_path: Path) -> None:
    labels = {
        "train/fear/a.jpg": HAPPY,  # two folders mean happy: Happiness has more
        "train/happy/a.jpg": SAD,  # no folder in train: the word of val
        "train/fear/deep/b.jpg": SURPRISE,  # no word anywhere: ours
    }
    out, clean = written(tmp_path, "folder", labels)
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_symlink()}
    assert found == {
        "LICENSE", "train/contempt", "train/Happiness/ü 1.png", "train/Happiness/a.jpg", "train/Happiness/notes.txt",
        "train/Happiness/a__from_fear.jpg", "train/trauer/a.jpg", "train/surprise/deep/b.jpg",
        "val/trauer/a.jpg", "val/fear/a.jpg",
    }  # fmt: skip
    assert os.readlink(out / "train/Happiness/a__from_fear.jpg") == str(tmp_path / "data/train/fear/a.jpg")
    assert clean.notes == ("1 moved files were renamed, because their name was taken: <name>__from_<old folder>",)
    assert clean.settings == FolderSamples(root=str(out), labels={"contempt": "drop", "trauer": "sad"})


def test_folders_that_swap_files_of_one_name_and_names_that_are_taken_twice(tmp_path: Path) -> None:
    out, _ = written(tmp_path, "folder without splits", {"0/a.jpg": SAD, "1/a.jpg": ANGRY, "0/b.jpg": FEAR})
    assert sorted(p.name for p in (out / "1").iterdir()) == ["a__from_0.jpg", "a__from_0_2.jpg"]
    assert [p.name for p in (out / "0").iterdir()] == ["a__from_1.jpg"]
    assert [p.name for p in (out / "2").iterdir()] == ["b.jpg"]
    assert os.readlink(out / "1/a__from_0_2.jpg") == str(tmp_path / "data/0/a.jpg")


def test_a_class_whose_every_name_means_another_is_refused(tmp_path: Path) -> None:
    touch(tmp_path / "data", "happy/a.jpg", "sad/b.jpg")
    of = FolderSamples(root=str(tmp_path / "data"), labels={"fear": "drop", "fearful": "sad"})
    with pytest.raises(InputError, match=r"a word for fear\n(.|\n)*labels: \{<word>: fear\}"):
        write_clean(layout_of(of).read(tmp_path).samples, of, pd.Series({"happy/a.jpg": FEAR}), tmp_path / "clean")
