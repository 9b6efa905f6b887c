"""RAF-DB in its official layout: what is read, and what is written with new labels."""

import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audit.test_clean import ANGRY, made
from tests.samples.data_sets import NO_CACHE, RAFDB_ROWS, rafdb, touch
from ulcag.audit.clean import write_clean
from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples.layouts import layout_of
from ulcag.samples.layouts.rafdb import RafDb, RafDbSamples, rafdb_row
from ulcag.samples.table import SAMPLES
from ulcag.tables import write_table


def test_codes_splits_and_paths(tmp_path: Path) -> None:
    root = rafdb(tmp_path / "basic")
    found = RafDb(RafDbSamples(root=str(tmp_path))).read(NO_CACHE)
    samples = found.samples.set_index("sample_id")
    assert len(samples) == 14
    codes = [CLASSES[samples.loc[f"train_{i:05d}.jpg", "label"]] for i in range(1, 8)]
    assert codes == ["surprise", "fear", "disgust", "happy", "sad", "angry", "neutral"]
    assert samples["split"].value_counts().to_dict() == {"train": 7, "test": 7}
    assert samples.loc["test_00001.jpg", "path"] == str(root / "Image/original/test_00001.jpg")
    assert "original images" in found.notes[0]
    write_table(tmp_path / "samples.parquet", found.samples, SAMPLES)


@pytest.mark.parametrize("inside", ["", "basic", "RAF-DB/basic", "RAF-DB", "raf-basic"])
def test_every_name_of_the_root_in_use(inside: str, tmp_path: Path) -> None:
    rafdb(tmp_path / inside, images="aligned")
    samples = RafDb(RafDbSamples(root=str(tmp_path), images="aligned")).read(NO_CACHE).samples
    assert samples["path"].iloc[0].endswith("Image/aligned/test_00001_aligned.jpg")


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"EmoLabel/list_patition_label\.txt, basic/EmoLabel"):
        RafDb(RafDbSamples(root=str(tmp_path))).read(NO_CACHE)
    for i, (row, line) in enumerate(
        [("train_00001.jpg 8", 1), ("train_00001.jpg", 1), ("img.jpg 3", 1), ("train_00009.jpg x", 1)]
    ):
        root = rafdb(tmp_path / str(i), [row])
        with pytest.raises(InputError, match=rf"line {line}") as error:
            RafDb(RafDbSamples(root=str(root))).read(NO_CACHE)
        assert row in str(error.value)
    root = rafdb(tmp_path / "twice", ["train_00001.jpg 1", "train_00001.jpg 2"])
    with pytest.raises(InputError, match=r"line 2\n.*\n.*train_00001\.jpg again, first in line 1"):
        RafDb(RafDbSamples(root=str(root))).read(NO_CACHE)
    root = rafdb(tmp_path / "nothing", [""])
    with pytest.raises(InputError, match="found:    none"):
        RafDb(RafDbSamples(root=str(root))).read(NO_CACHE)
    root = rafdb(tmp_path / "aligned", images="aligned")
    with pytest.raises(InputError, match="set `images` to original or aligned"):
        RafDb(RafDbSamples(root=str(root))).read(NO_CACHE)


def test_rows_of_scn_count_from_zero_and_carry_paths() -> None:
    where = Path("noise.txt")
    assert rafdb_row(where, 1, "/data/raf/train_00001_aligned.jpg 3", 0) == ("train_00001.jpg", CLASSES.index("happy"))
    assert rafdb_row(where, 1, "train_00001.jpg 4") == ("train_00001.jpg", CLASSES.index("happy"))
    with pytest.raises(InputError, match=r"a code 0 to 6\n(.|\n)*codes 1 to 7: `first_code: 1`"):
        rafdb_row(where, 2, "train_00001.jpg 7", 0)


@pytest.mark.parametrize("between", [" ", "\t", "  \t"])
def test_folders_before_a_name_may_have_spaces_and_a_name_may_not(between: str) -> None:
    where, happy = Path("noise.txt"), CLASSES.index("happy")
    assert rafdb_row(where, 1, rf"C:\My Data\test_0\train_00001.jpg{between}4 ") == ("train_00001.jpg", happy)
    with pytest.raises(InputError, match=r"found: .*train_00001\.jpg 5"):
        rafdb_row(where, 1, f"train_00001.jpg 5{between}4")


@given(
    rows=st.permutations(RAFDB_ROWS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
    end=st.sampled_from(["\n", "\r\n", "\n\n"]),
    between=st.sampled_from([" ", "\t", "_aligned.jpg  "]),
)
@settings(max_examples=20)
def test_a_list_in_any_order_and_encoding_is_the_same_list(
    rows: list[str], encoding: str, end: str, between: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = rafdb(tmp_path_factory.mktemp("rafdb"))
    of = RafDbSamples(root=str(root))
    expected = RafDb(of).read(NO_CACHE).samples
    text = end.join(row.replace(" ", between).replace(".jpg_aligned", "_aligned") for row in rows)
    (root / "EmoLabel" / "list_patition_label.txt").write_bytes(text.encode(encoding))
    pd.testing.assert_frame_equal(RafDb(of).read(NO_CACHE).samples, expected)


@pytest.mark.parametrize(("images", "suffix"), [("original", ""), ("aligned", "_aligned")])
def test_pictures_of_another_ending_are_found_and_others_are_named(images: str, suffix: str, tmp_path: Path) -> None:
    root = rafdb(tmp_path, ["train_00001.jpg 1", "train_00002.jpg 2", "train_00003.jpg 3"], images)
    names = ["train_00001.png", "train_00002.png", "train_00002.jpg", "train_00009.jpg", "test_00009.bmp"]
    touch(
        root / "Image" / images, *[name.replace(".", f"{suffix}.") for name in names], "._train_00001.jpg", "Thumbs.db"
    )
    found = RafDb(RafDbSamples(root=str(root), images=images)).read(NO_CACHE)  # type: ignore[arg-type]
    assert found.samples["sample_id"].tolist() == ["train_00001.jpg", "train_00002.jpg", "train_00003.jpg"]
    taken = [f"train_00001{suffix}.png", f"train_00002{suffix}.jpg", f"train_00003{suffix}.jpg"]
    assert [Path(path).name for path in found.samples["path"]] == taken
    place = root / "Image" / images
    others = f"test_00009{suffix}.bmp, train_00009{suffix}.jpg"
    inside = f"Image/{images}"
    assert set(found.notes[1:]) == {
        f"left out: 1 further pictures of the same id: {inside}/train_00002{suffix}.png",
        f"left out: 1 hidden files: {inside}/._train_00001.jpg",
        f"left out: 1 files without the ending of a picture: {inside}/Thumbs.db",
        f"left out: 2 pictures in {place} that are not in the label list: {others}",
    }


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
