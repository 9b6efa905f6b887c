"""AffectNet, on small copies of both releases: what is read, and what is written with new labels."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audit.test_clean import ANGRY, FEAR, made
from tests.samples.data_sets import AFFECTNET_HEADER, NO_CACHE, affectnet_2021, affectnet_full, affectnet_row, touch
from ulcag.audit.clean import write_clean
from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples.layouts import layout_of
from ulcag.samples.layouts.affectnet import AffectNet, AffectNetSamples
from ulcag.samples.table import SAMPLES
from ulcag.tables import write_table

NAMES = ["neutral", "happy", "sad", "surprise", "fear", "disgust", "angry"]


@pytest.mark.parametrize("header", [True, False])
def test_the_full_release(header: bool, tmp_path: Path) -> None:
    found = AffectNet(affectnet_full(tmp_path, header=header)).read(NO_CACHE)
    samples = found.samples.set_index("sample_id")
    train = samples[samples["split"] == "train"]
    assert [CLASSES[train.loc[f"manually/1/t{code}.jpg", "label"]] for code in range(7)] == NAMES
    assert len(train) == len(samples) - len(train) == 7
    assert train.loc["manually/1/t0.jpg", "path"] == str(tmp_path / "Manually_Annotated_Images/1/t0.jpg")
    images = tmp_path / "Manually_Annotated_Images"
    assert found.notes == (
        "AffectNet, full release, manual part",
        f"test: {tmp_path}/validation.csv, images {images}",
        f"train: {tmp_path}/training.csv, images {images}",
        "left out: 2 labelled contempt: 3/v7.jpg, 1/t7.jpg",
        "left out: 1 labelled none: 1/t8.jpg",
        "left out: 1 labelled uncertain: 1/t9.jpg",
        "left out: 1 labelled non-face: 1/t10.jpg",
        "left out: 1 malformed rows of training.csv: row 13",
    )
    write_table(tmp_path / "samples.parquet", found.samples, SAMPLES)


def test_the_automatic_part_is_tested_on_the_manual_one(tmp_path: Path) -> None:
    of = affectnet_full(tmp_path).model_copy(update={"part": "automatic"})
    samples = AffectNet(of).read(NO_CACHE).samples
    by_split = samples.groupby("split")["sample_id"].agg(list)
    assert by_split["train"][0] == "automatically/4/a0.jpg"
    assert by_split["test"][0] == "manually/3/v0.jpg"


def test_the_release_of_2021(tmp_path: Path) -> None:
    found = AffectNet(affectnet_2021(tmp_path)).read(NO_CACHE)
    samples = found.samples.set_index("sample_id")
    assert [CLASSES[samples.loc[f"train_set/{code}", "label"]] for code in range(7)] == NAMES
    assert samples.loc["val_set/2", "path"] == str(tmp_path / "val_set/images/2.jpg")
    assert samples["split"].value_counts().to_dict() == {"train": 7, "test": 3}
    assert found.notes == (
        f"AffectNet, release of 2021 (npy annotations): {tmp_path}/train_set, {tmp_path}/val_set",
        "left out: 1 labelled contempt: train_set/7",
    )
    with pytest.raises(InputError, match="the full release"):
        AffectNet(AffectNetSamples(root=str(tmp_path), part="automatic")).read(NO_CACHE)


def test_a_pickled_annotation_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "train_set" / "annotations"
    touch(folder.parent, "annotations/._7_exp.npy", "images/7.jpg")
    np.save(folder / "7_exp.npy", np.array([{"code": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match=r"7_exp\.npy"):
        AffectNet(AffectNetSamples(root=str(tmp_path))).read(NO_CACHE)


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"training\.csv, in it or in a folder such as"):
        AffectNet(AffectNetSamples(root=str(tmp_path))).read(NO_CACHE)
    of = affectnet_full(tmp_path)
    (tmp_path / "training.csv").write_text("\n".join([AFFECTNET_HEADER, affectnet_row("1/x.jpg", 12)]) + "\n")
    with pytest.raises(InputError, match=r"training\.csv, row 2\n.*0 to 11\n.*12"):
        AffectNet(of).read(NO_CACHE)


@pytest.mark.parametrize(
    ("lists", "images"),
    [
        ("Manually_Annotated_file_lists", "Manually_Annotated/Manually_Annotated_Images"),
        ("a/b/Manually_Annotated_file_lists", "a/b/Manually_Annotated/Manually_Annotated_Images"),
        ("Manually_Annotated_file_lists", "Manually_Annotated_Images/Manually_Annotated_Images"),
        ("lists/lists", "Manually_Annotated"),
        ("", "manually_annotated_images"),
    ],
)
def test_as_its_archives_unpack(lists: str, images: str, tmp_path: Path) -> None:
    touch(
        tmp_path, f"{images}/1/a.JPG", f"{images}/2/b.png", "Automatically_Annotated/Automatically_Annotated_Images/x"
    )
    (tmp_path / lists).mkdir(parents=True, exist_ok=True)
    for name, row in (("training", affectnet_row("1/a.JPG", 1)), ("validation", affectnet_row("2/b.png", 2))):
        (tmp_path / lists / f"{name}.csv").write_text(f"{AFFECTNET_HEADER}\n{row}\n")
    samples = AffectNet(AffectNetSamples(root=str(tmp_path))).read(NO_CACHE).samples
    assert samples["path"].tolist() == [str(tmp_path / images / "1/a.JPG"), str(tmp_path / images / "2/b.png")]
    assert samples["sample_id"].tolist() == ["manually/1/a.JPG", "manually/2/b.png"]


def test_several_lists_and_a_list_that_is_not_affectnets(tmp_path: Path) -> None:
    of = affectnet_full(tmp_path)
    (tmp_path / "backup").mkdir()
    (tmp_path / "training.csv").rename(tmp_path / "backup" / "training.csv")
    (tmp_path / "training.csv").write_text("image,label\na.jpg,happy\n")
    assert len(AffectNet(of).read(NO_CACHE).samples) == 14
    touch(tmp_path, "other/x")
    (tmp_path / "other/training.csv").write_text((tmp_path / "backup/training.csv").read_text())
    with pytest.raises(InputError, match=r"one training\.csv\n.*backup/training\.csv, .*other/training\.csv"):
        AffectNet(of).read(NO_CACHE)
    for name in ("backup", "other"):
        (tmp_path / name / "training.csv").unlink()
    with pytest.raises(InputError, match=r"columns subDirectory_filePath and expression(.|\n)*image, label"):
        AffectNet(of).read(NO_CACHE)


@pytest.mark.parametrize(
    ("name", "again", "code", "first"),
    [
        ("1/t0.jpg", "1/t0.jpg", 1, 2),
        ("1/t0.jpg", "1/t0.jpg", 7, 2),
        ("1/t9.jpg", "1/t9.jpg", 6, 11),
        ("1/t0.jpg", r"1\t0.jpg", 1, 2),
        ("1/t0.jpg", "./1//t0.jpg", 1, 2),
    ],
)
def test_a_picture_with_two_labels_is_refused_by_name_and_rows(
    name: str, again: str, code: int, first: int, tmp_path: Path
) -> None:
    of, path = affectnet_full(tmp_path), tmp_path / "training.csv"
    before = path.read_text()
    path.write_text(before + f"{again},1,2,3,4,,{code},0,0\n")
    with pytest.raises(InputError, match=rf"training\.csv, row 14\n(.|\n)*{name} with .*training\.csv, row {first}\n"):
        AffectNet(of).read(NO_CACHE)
    path.write_text(before + "1/t0.jpg,9,9,9,9,,0,0,0\n3/v1.jpg,1,2,3,4,,2,0,0\n")
    with pytest.raises(InputError, match=r"training\.csv, row 15\n(.|\n)*3/v1\.jpg(.|\n)*validation\.csv, row 3"):
        AffectNet(of).read(NO_CACHE)


def test_lists_with_backslashes_are_the_same_lists(tmp_path: Path) -> None:
    of = affectnet_full(tmp_path)
    before = AffectNet(of).read(NO_CACHE).samples
    for path in tmp_path.glob("*.csv"):
        path.write_text(path.read_text().replace("/", "\\"))
    pd.testing.assert_frame_equal(AffectNet(of).read(NO_CACHE).samples, before)


def test_a_row_that_comes_again_is_counted(tmp_path: Path) -> None:
    of, path = affectnet_full(tmp_path), tmp_path / "training.csv"
    path.write_text(path.read_text() + "1/t0.jpg,9,9,9,9,,0,0,0\n")
    found = AffectNet(of).read(NO_CACHE)
    assert len(found.samples) == 14
    said = f"{path}, row 14, as {path}, row 2"
    assert f"left out: 1 repeated rows: {said}" in found.notes


def test_a_picture_of_both_lists_is_for_the_test(tmp_path: Path) -> None:
    of, path = affectnet_full(tmp_path), tmp_path / "training.csv"
    path.write_text(path.read_text() + affectnet_row("3/v2.jpg", 2) + "\n")
    found = AffectNet(of).read(NO_CACHE)
    assert found.samples.set_index("sample_id").loc["manually/3/v2.jpg", "split"] == "test"
    said = f"{path}, row 14, as {tmp_path}/validation.csv, row 4"
    assert f"left out: 1 repeated rows: {said}" in found.notes


def test_pictures_and_annotations_of_2021_that_do_not_go_together(tmp_path: Path) -> None:
    affectnet_2021(tmp_path / "AffectNet")
    (tmp_path / "current").symlink_to("AffectNet")
    train = tmp_path / "AffectNet" / "train_set"
    (train / "images/0.jpg").rename(train / "images/0.png")
    (train / "images/1.jpg").unlink()
    touch(train, "images/2.png", "images/99.jpg", "images/._3.jpg", "annotations/._3_exp.npy", "images/Thumbs.db")
    found = AffectNet(AffectNetSamples(root=str(tmp_path))).read(NO_CACHE)
    samples = found.samples.set_index("sample_id")
    assert samples.loc["train_set/0", "path"] == str(train / "images/0.png")
    assert samples.loc["train_set/2", "path"] == str(train / "images/2.jpg")
    assert "train_set/1" not in samples.index
    assert set(found.notes[1:]) == {
        "left out: 2 hidden files: train_set/images/._3.jpg, train_set/annotations/._3_exp.npy",
        "left out: 1 files without the ending of a picture: train_set/images/Thumbs.db",
        "left out: 1 further pictures of the same id: train_set/images/2.png",
        "left out: 1 annotations without a picture: train_set/annotations/1_exp.npy",
        "left out: 1 labelled contempt: train_set/7",
        "left out: 1 pictures without an annotation: train_set/images/99.jpg",
    }
    shutil.rmtree(tmp_path / "AffectNet" / "val_set")
    found = AffectNet(AffectNetSamples(root=str(tmp_path))).read(NO_CACHE)
    assert "there is no val_set: the test split is empty" in found.notes
    affectnet_2021(tmp_path / "copy")
    with pytest.raises(InputError, match=r"one train_set with val_set\n.*/AffectNet, .*/copy"):
        AffectNet(AffectNetSamples(root=str(tmp_path))).read(NO_CACHE)


@pytest.mark.parametrize("value", [np.array("1.5"), np.array("x"), np.array([1, 2]), np.array(np.inf), np.array(1j)])
def test_an_annotation_that_is_no_code_is_named(value: np.ndarray, tmp_path: Path) -> None:
    affectnet_2021(tmp_path)
    np.save(tmp_path / "train_set/annotations/3_exp.npy", value)
    with pytest.raises(InputError, match=r"3_exp\.npy\n.*a whole number"):
        AffectNet(AffectNetSamples(root=str(tmp_path))).read(NO_CACHE)
    path = tmp_path / "train_set/annotations/3_exp.npy"
    for damaged in (b"", b"PK\x03\x04" + path.read_bytes(), path.read_bytes()[:-1]):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"3_exp\.npy\n.*a whole number"):
            AffectNet(AffectNetSamples(root=str(tmp_path))).read(NO_CACHE)


ROWS = [(f"{n % 3}/p{n}.jpg", n) for n in range(8)]
COLUMNS = ["subDirectory_filePath", "facial_landmarks", "expression", "extra"]


@given(
    rows=st.permutations(ROWS),
    columns=st.permutations(COLUMNS),
    sign=st.sampled_from(",;\t"),
    codec=st.sampled_from(["utf-8-sig", "utf-16", "utf-8"]),
)
@settings(max_examples=10)
def test_rows_and_columns_in_any_order_are_the_same_table(
    rows: list[tuple[str, int]], columns: list[str], sign: str, codec: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("affectnet")
    of = affectnet_full(root)
    cells = [dict(zip(COLUMNS, [name, "1 2", str(code), ""], strict=True)) for name, code in rows]
    lines = [sign.join(columns), *[sign.join(row[name] for name in columns) for row in cells]]
    (root / "training.csv").write_text("\n".join(lines), encoding=codec)
    samples = AffectNet(of).read(NO_CACHE).samples
    train = samples[samples["split"] == "train"]
    expected = {f"manually/{name}": CLASSES.index(NAMES[code]) for name, code in ROWS[:7]}
    assert dict(zip(train["sample_id"], train["label"], strict=True)) == expected


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
