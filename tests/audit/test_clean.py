"""Data sets with new labels, in every layout: what is written, what reads it back, and what stays as it was."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.samples.data_sets import affectnet_2021, affectnet_full, fer2013, rafdb, touch
from ulcag.audit.clean import Clean, write_clean
from ulcag.classes import CLASSES
from ulcag.config import SamplesSettings
from ulcag.errors import InputError
from ulcag.files import read_json, sha256, write_json
from ulcag.samples.layouts import layout_of
from ulcag.samples.layouts.affectnet import AffectNetSamples
from ulcag.samples.layouts.fer2013 import Fer2013Samples
from ulcag.samples.layouts.folder import FolderSamples
from ulcag.samples.layouts.rafdb import RafDb, RafDbSamples
from ulcag.samples.layouts.table import TableSamples
from ulcag.samples.rewrite import MARKER

ANGRY, DISGUST, FEAR, HAPPY, NEUTRAL, SAD, SURPRISE = range(7)


def folder(root: Path) -> FolderSamples:
    names = [
        "Happiness/ü 1.png",
        "Happiness/a.jpg",
        "happy/a.jpg",
        "Happiness/notes.txt",
        "fear/a.jpg",
        "fear/deep/b.jpg",
    ]
    touch(
        root,
        *[f"train/{name}" for name in names],
        "train/contempt/a.jpg",
        "val/trauer/a.jpg",
        "val/fear/a.jpg",
        "LICENSE",
    )
    return FolderSamples(root=str(root), labels={"contempt": "drop", "trauer": "sad"})


def folder_without_splits(root: Path) -> FolderSamples:
    touch(root, "0/a.jpg", "0/b.jpg", "1/a.jpg", "1/a__from_0.jpg", "7/a.jpg")
    return FolderSamples(root=str(root), labels={"0": "angry", "1": "sad", "2": "fear", "7": "drop"})


TABLE = """file,noisy,usage,note
pics/ü 1.png,Happiness,Training," kept, as ""it"" is"
pics/b.png,Happy,Training,007

pics/c.png,Happy,Training,NA
"pics/d,d.png","Fear",Training,
e.png,7,Training,contempt
e.png,Anger,Test,1.50
f.png,Fear,Training,a picture that is not there
"""


def table(root: Path, text: str = TABLE) -> TableSamples:
    touch(root, "pics/ü 1.png", "pics/b.png", "pics/c.png", "pics/d,d.png", "e.png")
    (root / "labels.csv").write_bytes(text.replace("\n", "\r\n").encode())
    columns = {"image": "file", "label": "noisy", "split": "usage"}
    return TableSamples(path=str(root / "labels.csv"), columns=columns, labels={"7": "drop"})


def parquet(root: Path) -> TableSamples:
    touch(root, "x.jpg", "y.jpg", "z.jpg")
    frame = pd.DataFrame({"image": ["x.jpg", "y.jpg", "z.jpg"], "label": [1, 2, 7], "weight": [0.1, np.nan, 3]})
    frame.astype({"label": "int16"}).to_parquet(root / "t.parquet")
    labels = dict(zip("0123456", CLASSES, strict=True)) | {"7": "drop"}
    return TableSamples(path=str(root / "t.parquet"), labels=labels)


def raf(root: Path) -> RafDbSamples:
    rafdb(root / "basic")
    return RafDbSamples(root=str(root))


def affectnet_automatic(root: Path) -> AffectNetSamples:
    return affectnet_full(root).model_copy(update={"part": "automatic"})


def affectnet_without_header(root: Path) -> AffectNetSamples:
    made = affectnet_full(root)
    path = root / "training.csv"
    (root / "Manually_Annotated_file_lists").mkdir()
    path.rename(root / "Manually_Annotated_file_lists" / "training.csv")
    path = root / "Manually_Annotated_file_lists" / "training.csv"
    path.write_text(path.read_text().split("\n", 1)[1])
    return made


def affectnet_unpacked(root: Path) -> AffectNetSamples:
    """Lists and pictures in folders of their own, one level down, and lists with semicolons in UTF-16."""
    affectnet_full(root / "it")
    for name, place in (("training.csv", "lists/lists"), ("validation.csv", "lists/lists")):
        (root / "it" / place).mkdir(parents=True, exist_ok=True)
        text = (root / "it" / name).read_text().replace(";", " ").replace(",", ";")
        (root / "it" / place / name).write_text(text, encoding="utf-16")
        (root / "it" / name).unlink()
    (root / "it" / "Manually_Annotated").mkdir()
    images = root / "it" / "Manually_Annotated_Images"
    images.rename(root / "it" / "Manually_Annotated" / images.name)
    return AffectNetSamples(root=str(root))


def fer2013_from_a_spreadsheet(root: Path) -> Fer2013Samples:
    """Kaggle's other file, in another order of columns, in UTF-16, with semicolons and empty lines."""
    made = fer2013(root)
    rows = [row.split(",") for row in (root / "fer2013.csv").read_text().splitlines()]
    lines = [f"{emotion} ; {usage};{pixels}" for emotion, pixels, usage in rows]
    text = "\r\n".join([lines[0], "", *lines[1:4], ";;", *lines[4:], ""])
    (root / "icml_face_data.csv").write_bytes(text.encode("utf-16"))
    (root / "fer2013.csv").unlink()
    return made


def folder_with_links(root: Path) -> FolderSamples:
    touch(
        root,
        "Train/sad/a.jpg",
        "Train/sad/sadness/b.jpg",
        "dev/sad/a.jpg",
        "TEST/sad/a.jpg",
        "store/c.jpg",
        "loose.jpg",
    )
    (root / "Train/happy").symlink_to(root / "store")
    (root / "Train/sad/up").symlink_to("../..")
    (root / "training").symlink_to("Train")
    (root / "Train/sad" / os.fsdecode(b"\xe4.jpg")).touch()
    return FolderSamples(root=str(root))


LAYOUTS: dict[str, Callable[[Path], SamplesSettings]] = {
    "folder": folder,
    "folder without splits": folder_without_splits,
    "table": table,
    "Parquet": parquet,
    "RAF-DB": raf,
    "AffectNet": affectnet_full,
    "AffectNet without header": affectnet_without_header,
    "AffectNet, automatic": affectnet_automatic,
    "AffectNet 2021": affectnet_2021,
    "AffectNet as unpacked": affectnet_unpacked,
    "FER2013": lambda root: fer2013(root).model_copy(update={"public_test": "train"}),
    "FER2013 from a spreadsheet": fer2013_from_a_spreadsheet,
    "folder with links and validation": folder_with_links,
}


def made(root: Path, layout: str) -> tuple[SamplesSettings, pd.DataFrame]:
    """A small data set in root/data, and its samples table."""
    (root / "data").mkdir()
    of = LAYOUTS[layout](root / "data")
    return of, layout_of(of).read(root / "cache").samples


def state(root: Path) -> dict[str, object]:
    """Everything below a folder: contents, links, and when files and folders were changed."""
    found: dict[str, object] = {}
    for path in [root, *root.rglob("*")]:
        what = os.readlink(path) if path.is_symlink() else sha256(path) if path.is_file() else sorted(os.listdir(path))
        found[str(path)] = (what, path.lstat().st_mtime_ns, path.lstat().st_mode)
    return found


def by_picture(samples: pd.DataFrame) -> dict[str, tuple[str, int]]:
    """Split and label by the picture's real place."""
    assert not samples["path"].map(os.path.realpath).duplicated().any()
    places = samples["path"].map(os.path.realpath)
    return dict(zip(places, zip(samples["split"], samples["label"], strict=True), strict=True))


def relabelled(samples: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    return samples.assign(
        label=[labels.get(i, label) for i, label in zip(samples["sample_id"], samples["label"], strict=True)]
    )


def written(root: Path, layout: str, labels: dict[str, int], **options: object) -> tuple[Path, Clean]:
    of, samples = made(root, layout)
    return root / "clean", write_clean(samples, of, pd.Series(labels), root / "clean")


# Classes without a word would be refused: in `folder without splits` and `Parquet` all have one, or our own.
@pytest.mark.parametrize("layout", LAYOUTS)
@given(data=st.data())
@settings(max_examples=8)
def test_what_is_written_reads_back_with_the_new_labels_and_the_original_is_untouched(
    layout: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("clean")
    of, samples = made(root, layout)
    ids = samples["sample_id"][samples["split"] == "train"].tolist()
    chosen = data.draw(st.dictionaries(st.sampled_from(ids), st.integers(0, 6)))
    labels = pd.Series(chosen, dtype="int8" if data.draw(st.booleans()) else "Int8")
    before, expected = state(root / "data"), relabelled(samples, labels)

    clean = write_clean(samples, of, labels, root / "clean")

    assert state(root / "data") == before
    found = layout_of(clean.settings).read(root / "cache").samples
    assert by_picture(found) == by_picture(expected)
    if not isinstance(of, FolderSamples):
        pd.testing.assert_frame_equal(found.drop(columns="path"), expected.drop(columns="path"), check_dtype=False)
    assert clean.changed == (expected["label"] != samples["label"]).sum() and clean.samples == len(samples)
    assert not list(root.glob(".clean*"))


def test_a_folder_that_we_made_is_replaced_whole_and_never_written_through(tmp_path: Path) -> None:
    of, samples = made(tmp_path, "RAF-DB")
    before = state(tmp_path / "data")
    write_clean(samples, of, pd.Series({"train_00001.jpg": ANGRY}), tmp_path / "clean")
    (tmp_path / "clean" / "basic" / "left over").touch()
    clean = write_clean(samples, of, pd.Series({"train_00002.jpg": SAD}), tmp_path / "clean")
    assert by_picture(layout_of(clean.settings).read(tmp_path).samples) == by_picture(
        relabelled(samples, pd.Series({"train_00002.jpg": SAD}))
    )
    assert not (tmp_path / "clean" / "basic" / "left over").exists()
    assert state(tmp_path / "data") == before
    about = read_json(tmp_path / "clean" / MARKER)
    assert about.keys() == {"ulcag", "settings", "hash"} and about["settings"] == clean.settings.plain()


def test_a_clean_set_can_be_cleaned_again(tmp_path: Path) -> None:
    out, first = written(tmp_path, "folder", {"train/fear/a.jpg": HAPPY})
    samples = layout_of(first.settings).read(tmp_path).samples
    second = write_clean(samples, first.settings, pd.Series({"train/Happiness/ü 1.png": FEAR}), tmp_path / "again")
    found = by_picture(layout_of(second.settings).read(tmp_path).samples)
    assert found[str(tmp_path / "data/train/Happiness/ü 1.png")] == ("train", FEAR)
    assert found[str(tmp_path / "data/train/fear/a.jpg")] == ("train", HAPPY)
    assert not (tmp_path / "again" / MARKER).is_symlink()
    with pytest.raises(InputError, match="a folder outside the data set"):
        write_clean(samples, first.settings, pd.Series({"train/Happiness/ü 1.png": FEAR}), out)


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    of, samples = made(tmp_path, "RAF-DB")
    labels = pd.Series({"train_00001.jpg": ANGRY})
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    touch(tmp_path, f"almost/{MARKER}", f"other/{MARKER}")
    write_json(tmp_path / "other" / MARKER, {"ulcag": "0.1.0"})
    for name in ("empty", "file", "link", "almost", "other"):
        before = state(tmp_path)
        with pytest.raises(InputError, match="another folder or file"):
            write_clean(samples, of, labels, tmp_path / name)
        assert state(tmp_path) == before


@pytest.mark.parametrize(
    ("layout", "place"), [("RAF-DB", "data/clean"), ("RAF-DB", "data/basic/Image/new"), ("table", "data/clean")]
)
def test_nothing_is_made_inside_the_data_set(layout: str, place: str, tmp_path: Path) -> None:
    of, samples = made(tmp_path, layout)
    before = state(tmp_path / "data")
    (tmp_path / "way").symlink_to(tmp_path / "data")
    for out in (tmp_path / place, tmp_path / "way" / "clean"):
        with pytest.raises(InputError, match=r"outside the data set\n.*inside"):
            write_clean(samples, of, pd.Series(dtype="int8"), out)
    assert state(tmp_path / "data") == before


@pytest.mark.parametrize("working", ["data", "."])
def test_beside_a_table_there_is_room_but_not_in_its_pictures(
    working: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "data/pics/deep/a.png", "data/pics/deep/b.png")
    data = tmp_path / "data"
    (data / "labels.csv").write_text("image,label\npics/deep/a.png,happy\npics/deep/b.png,fear\n")
    monkeypatch.chdir(tmp_path / working)
    of = TableSamples(path=os.path.relpath(data / "labels.csv"))
    samples = layout_of(of).read(tmp_path / "cache").samples
    for place in ("pics/clean", "pics/deep/clean"):
        with pytest.raises(InputError, match="outside the data set"):
            write_clean(samples, of, pd.Series(dtype="int8"), data / place)
    clean = write_clean(samples, of, pd.Series({"pics/deep/b.png": SAD}), data / "results" / "clean")
    assert by_picture(layout_of(clean.settings).read(tmp_path).samples)[str(data / "pics/deep/b.png")][1] == SAD


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"train_99999.jpg": 0}, r"sample 'train_99999.jpg'\n(.|\n)*no such sample"),
        ({"test_00001.jpg": 0}, r"sample 'test_00001.jpg'\n(.|\n)*a test sample\n.*leave test samples out"),
        ({"train_00001.jpg": 7}, r"a class, 0 to 6\n.*7"),
        ({"train_00001.jpg": None}, r"a class, 0 to 6"),
        ({3: 1}, "no such sample"),
    ],
)
def test_labels_that_cannot_be_are_refused(labels: dict[object, int | None], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        written(tmp_path, "RAF-DB", labels)  # type: ignore[arg-type]
    assert not (tmp_path / "clean").exists()


def test_two_labels_for_one_sample_are_refused_and_a_test_label_that_stays_is_none(tmp_path: Path) -> None:
    of, samples = made(tmp_path, "RAF-DB")
    with pytest.raises(InputError, match="several"):
        twice = pd.Series([0, 1], index=["train_00001.jpg"] * 2)
        write_clean(samples, of, twice, tmp_path / "clean")
    same = samples.set_index("sample_id")["label"]
    assert write_clean(samples, of, same, tmp_path / "clean").changed == 0


def test_a_data_set_that_moved_or_changed_is_named(tmp_path: Path) -> None:
    of, samples = made(tmp_path, "table")
    path = tmp_path / "data" / "labels.csv"
    path.write_text(TABLE.replace("pics/b.png,Happy", "pics/b.png,Sad").replace("pics/c.png", "new.png"))
    found = (
        r"labels\.csv\n.*samples\.parquet has\n.*1 are gone, such as pics/c\.png; 1 are new, such as new\.png; "
        r"1 have another label or split, such as pics/b\.png\n.*ulcag samples"
    )
    with pytest.raises(InputError, match=found):
        write_clean(samples, of, pd.Series({"pics/b.png": SAD}), tmp_path / "clean")
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=r"no such file or folder\n.*move it back"):
        write_clean(samples, of, pd.Series({"pics/b.png": SAD}), tmp_path / "clean")


def test_what_does_not_read_back_is_not_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of, samples = made(tmp_path, "RAF-DB")
    right = RafDb.write
    monkeypatch.setattr(RafDb, "write", lambda layout, samples, changed, out: right(layout, samples, {}, out))
    with pytest.raises(InputError, match=r"read back as it was meant\n.*1 have another label"):
        write_clean(samples, of, pd.Series({"train_00001.jpg": ANGRY}), tmp_path / "clean")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]
