"""What a data set with new labels looks like in each layout, file by file and cell by cell."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.audit.test_clean import ANGRY, FEAR, HAPPY, SAD, SURPRISE, made, written
from tests.samples.data_sets import touch
from ulcag.audit.clean import write_clean
from ulcag.errors import InputError
from ulcag.samples.layouts import layout_of
from ulcag.samples.layouts.folder import FolderSamples
from ulcag.samples.layouts.synthetic import SyntheticSamples
from ulcag.samples.layouts.table import TableSamples
from ulcag.samples.rewrite import MARKER


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
    assert clean.notes == ("1 moved files got another name, because theirs was taken: <name>__from_<old folder>",)
    assert clean.settings == FolderSamples(root=str(out), labels={"contempt": "drop", "trauer": "sad"})


def test_folders_that_swap_files_of_one_name_and_names_that_are_taken_twice(tmp_path: Path) -> None:
    out, _ = written(tmp_path, "folder without splits", {"0/a.jpg": SAD, "1/a.jpg": ANGRY, "0/b.jpg": FEAR})
    assert sorted(p.name for p in (out / "1").iterdir()) == ["a__from_0.jpg", "a__from_0_2.jpg"]
    assert [p.name for p in (out / "0").iterdir()] == ["a__from_1.jpg"]
    assert [p.name for p in (out / "2").iterdir()] == ["b.jpg"]
    assert os.readlink(out / "1/a__from_0_2.jpg") == str(tmp_path / "data/0/a.jpg")


def test_a_csv_table_changes_in_the_cells_of_changed_labels_only(tmp_path: Path) -> None:
    labels = {"pics/ü 1.png": FEAR, "pics/d,d.png": HAPPY, "pics/b.png": SURPRISE}
    out, clean = written(tmp_path, "table", labels)
    old, new = (path.read_bytes().decode().split("\r\n") for path in (tmp_path / "data/labels.csv", out / "labels.csv"))
    assert {row: new[row] for row in range(len(old)) if old[row] != new[row]} == {
        1: 'pics/ü 1.png,Fear,Training," kept, as ""it"" is"',
        2: "pics/b.png,Surprise,Training,007",  # no row has it: our word in the table's case
        5: '"pics/d,d.png","Happy",Training,',  # more rows say Happy than Happiness
    }
    assert len(old) == len(new)
    assert {path.name: path.is_symlink() for path in out.iterdir()} == {
        "labels.csv": False, "pics": True, "e.png": True, "f.png": True, MARKER: False,
    }  # fmt: skip
    assert clean.notes == ("1 links lead nowhere: the original lacks these pictures, too",)


def test_a_csv_table_in_another_encoding_of_line_ends_and_marks(tmp_path: Path) -> None:
    text = "\ufeffimage,label\na.png,HAPPY\nb.png,SAD"
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.csv").write_text(text, encoding="utf-8")
    of = TableSamples(path=str(tmp_path / "data" / "t.csv"))
    write_clean(layout_of(of).read(tmp_path).samples, of, pd.Series({"b.png": ANGRY}), tmp_path / "clean")
    assert (tmp_path / "clean/t.csv").read_text(encoding="utf-8") == "\ufeffimage,label\na.png,HAPPY\nb.png,ANGRY"


def test_a_parquet_table_keeps_types_and_metadata(tmp_path: Path) -> None:
    out, _ = written(tmp_path, "Parquet", {"x.jpg": SURPRISE})
    old, new = (pq.read_table(path) for path in (tmp_path / "data/t.parquet", out / "t.parquet"))
    assert new.schema.equals(old.schema, check_metadata=True)
    assert new.column("label").to_pylist() == [6, 2, 7]
    assert new.drop_columns("label").equals(old.drop_columns("label"))
    assert (out / "z.jpg").is_symlink()


def test_a_parquet_table_of_categories(tmp_path: Path) -> None:
    frame = pd.DataFrame({"image": ["a", "b"], "label": pd.Categorical(["happy", "sad"])})
    frame.to_parquet(tmp_path / "t.parquet")
    of = TableSamples(path=str(tmp_path / "t.parquet"), images=str(tmp_path / "pics"))
    clean = write_clean(layout_of(of).read(tmp_path).samples, of, pd.Series({"a": FEAR}), tmp_path / "out" / "clean")
    assert pd.read_parquet(tmp_path / "out/clean/t.parquet")["label"].tolist() == ["fear", "sad"]
    assert clean.notes == (
        f"no picture is linked: they are relative to {tmp_path / 'pics'}, so keep `images` as it is",
    )
    assert layout_of(clean.settings).read(tmp_path).samples["path"].tolist() == [
        str(tmp_path / f"pics/{n}") for n in "ab"
    ]


def test_a_number_that_nobody_named_cannot_be_written(tmp_path: Path) -> None:
    pd.DataFrame({"image": ["a", "b"], "label": [1, 2]}).to_parquet(tmp_path / "t.parquet")
    of = TableSamples(
        path=str(tmp_path / "t.parquet"), images=str(tmp_path / "pics"), labels={"1": "happy", "2": "sad"}
    )
    with pytest.raises(InputError, match=r"a word of type int64 .*\n.*fear, which no row has\n.*\{<number>: fear\}"):
        write_clean(layout_of(of).read(tmp_path).samples, of, pd.Series({"a": FEAR}), tmp_path / "out" / "clean")
    assert not (tmp_path / "out" / "clean").exists()


def test_a_class_whose_every_name_means_another_is_refused(tmp_path: Path) -> None:
    touch(tmp_path / "data", "happy/a.jpg", "sad/b.jpg")
    of = FolderSamples(root=str(tmp_path / "data"), labels={"fear": "drop", "fearful": "sad"})
    with pytest.raises(InputError, match=r"a word for fear\n(.|\n)*labels: \{<word>: fear\}"):
        write_clean(layout_of(of).read(tmp_path).samples, of, pd.Series({"happy/a.jpg": FEAR}), tmp_path / "clean")


@pytest.mark.parametrize("images", ["../pics/a.png", "/nowhere/a.png"])
def test_pictures_above_the_table_or_with_whole_paths_are_not_linked(images: str, tmp_path: Path) -> None:
    touch(tmp_path, "pics/a.png", "lists/x")
    (tmp_path / "lists/t.csv").write_text(f"image,label\n{images},happy\n")
    of = TableSamples(path=str(tmp_path / "lists/t.csv"))
    clean = write_clean(layout_of(of).read(tmp_path).samples, of, pd.Series({images: SAD}), tmp_path / "clean")
    found = layout_of(clean.settings).read(tmp_path).samples
    assert os.path.realpath(found["path"][0]) == os.path.realpath(tmp_path / "lists" / images)
    assert sorted(path.name for path in (tmp_path / "clean").iterdir()) == [MARKER, "t.csv"]
    assert [f"read it with `images: {tmp_path / 'lists'}`" in note for note in clean.notes] == [True] * (
        images[0] == "."
    )


def test_rafdb_keeps_the_form_of_its_list(tmp_path: Path) -> None:
    of, samples = made(tmp_path, "RAF-DB")
    path = tmp_path / "data/basic/EmoLabel/list_patition_label.txt"
    path.write_bytes(b"train_00002.jpg  2\r\n\r\ntrain_00001_aligned.jpg 1 \r\ntest_0001.jpg 7")
    samples = layout_of(of).read(tmp_path).samples
    write_clean(samples, of, pd.Series({"train_00001.jpg": ANGRY}), tmp_path / "clean")
    out = tmp_path / "clean/basic"
    expected = b"train_00002.jpg  2\r\n\r\ntrain_00001_aligned.jpg 6 \r\ntest_0001.jpg 7"
    assert (out / "EmoLabel/list_patition_label.txt").read_bytes() == expected
    assert os.readlink(out / "Image") == str(tmp_path / "data/basic/Image")


def test_affectnet_keeps_every_other_byte_of_its_table(tmp_path: Path) -> None:
    of, _ = made(tmp_path, "AffectNet")
    path = tmp_path / "data/training.csv"
    # a name in Windows-1252, and a picture that is listed again with the same label
    path.write_bytes(path.read_bytes() + b"9/\xe4.jpg,1,2,3,4,,0,0,0\n1/t1.jpg,1,2,3,4,,1,0,0\n")
    samples = layout_of(of).read(tmp_path).samples
    labels = {"manually/1/t1.jpg": ANGRY, "manually/9/ä.jpg": FEAR}
    write_clean(samples, of, pd.Series(labels), tmp_path / "clean")
    old, new = path.read_bytes().split(b"\n"), (tmp_path / "clean/training.csv").read_bytes().split(b"\n")
    changed = [line for line, before in zip(new, old, strict=True) if line != before]
    assert changed == [
        b"1/t1.jpg,1,2,30,40,1.0;2.0;3.0;4.0,6,0.1,-0.2",
        b"9/\xe4.jpg,1,2,3,4,,4,0,0",
        b"1/t1.jpg,1,2,3,4,,6,0,0",
    ]
    assert (tmp_path / "clean/validation.csv").is_symlink()


@pytest.mark.parametrize("value", [np.array("1"), np.array(1), np.array([1.0]), np.array(b"1")])
def test_annotations_keep_shape_and_type(value: np.ndarray, tmp_path: Path) -> None:
    of, _ = made(tmp_path, "AffectNet 2021")
    np.save(tmp_path / "data/train_set/annotations/1_exp.npy", value)
    samples = layout_of(of).read(tmp_path).samples
    write_clean(samples, of, pd.Series({"train_set/1": ANGRY}), tmp_path / "clean")
    folder = tmp_path / "clean/train_set/annotations"
    new = np.load(folder / "1_exp.npy", allow_pickle=False)
    assert new.dtype == value.dtype and new.shape == value.shape and int(new.item()) == 6
    assert [path.name for path in folder.iterdir() if not path.is_symlink()] == ["1_exp.npy"]
    assert (tmp_path / "clean/val_set").is_symlink()


def test_fer2013_changes_in_the_emotion_only(tmp_path: Path) -> None:
    out, _ = written(tmp_path, "FER2013", {"fer0000002.png": ANGRY})
    old, new = ((folder / "fer2013.csv").read_text().split("\n") for folder in (tmp_path / "data", out))
    assert [i for i in range(len(old)) if old[i] != new[i]] == [4]
    assert new[4] == "0" + old[4][1:]
    assert (out / "fer2013new.csv").is_symlink()


def test_the_embedded_set_is_written_as_its_table(tmp_path: Path) -> None:
    touch(tmp_path / "cache", "images/p1_a.jpg", "images/p2_b.jpg")
    (tmp_path / "cache/labels.csv").write_text(
        "image,label,split,identity\nimages/p1_a.jpg,sad,train,p1\nimages/p2_b.jpg,fear,test,p2\n"
    )
    of = TableSamples(path=str(tmp_path / "cache/labels.csv"))
    samples = layout_of(of).read(tmp_path).samples
    samples["sample_id"] = ["p1_a", "p2_b"]
    clean = write_clean(samples, SyntheticSamples(), pd.Series({"p1_a": HAPPY}), tmp_path / "clean")
    found = layout_of(clean.settings).read(tmp_path).samples
    assert found["label"].tolist() == [HAPPY, FEAR] and found["identity"].tolist() == ["p1", "p2"]
    assert (tmp_path / "clean/images/p1_a.jpg").exists()
