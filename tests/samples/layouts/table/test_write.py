"""A user's table with new labels: in any form, the cells of changed labels and no others."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.audit.test_clean import ANGRY, FEAR, HAPPY, SAD, SURPRISE, written
from tests.samples.data_sets import touch
from ulcag.audit.clean import write_clean
from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples.layouts import layout_of
from ulcag.samples.layouts.table import TableSamples
from ulcag.samples.layouts.table.write import check_table
from ulcag.samples.rewrite import MARKER

NUMBERS = {"happy": 4, "Sad": 5, "FEAR": 2, "contempt": 9, "surprise": 1}
TRANSLATED = {str(number): "drop" if word == "contempt" else word for word, number in NUMBERS.items()}
FORMS = ["commas", "semicolons", "words", "numbers", "categories", "index"]


def table(root: Path, frame: pd.DataFrame, form: str, encoding: str) -> TableSamples:
    """A data frame with columns note, image and label, saved in some form."""
    labels = {"contempt": "drop"}
    if form in ("commas", "semicolons"):
        text = frame.to_csv(index=False, sep="," if form == "commas" else ";", lineterminator="\r\n")
        (root / "t.csv").write_bytes(text.encode(encoding))
        return TableSamples(path=str(root / "t.csv"), images=str(root / "data"), labels=labels)
    if form in ("numbers", "index"):
        frame, labels = frame.assign(label=frame["label"].map(NUMBERS)), TRANSLATED
    if form == "categories":
        frame = frame.astype("category")
    if form == "index":
        frame = frame.set_index(["image", "note"])
    frame.to_parquet(root / "t.parquet")
    return TableSamples(path=str(root / "t.parquet"), images=str(root / "data"), labels=labels)


def written_labels(of: TableSamples, new: Path, encoding: str) -> tuple[list[Any], list[Any]]:
    """The old and the new table's labels, in their own order, after a look at all the rest, which must be the same."""
    old = Path(of.path)
    if old.suffix == ".csv":
        before, after = (path.read_bytes().decode(encoding).split("\r\n") for path in (old, new))
        assert new.read_bytes()[:2] == old.read_bytes()[:2]
        but_labels = [[re.sub(r"[^,;]*$", "", line) for line in lines] for lines in (before, after)]
        assert but_labels[0] == but_labels[1]
        return before, after
    before, after = pq.read_table(old), pq.read_table(new)
    assert after.schema.equals(before.schema, check_metadata=True)
    assert after.drop_columns("label").equals(before.drop_columns("label"))
    return before.column("label").to_pylist(), after.column("label").to_pylist()


@given(
    words=st.lists(st.sampled_from(["happy", "Sad", "FEAR", "contempt"]), min_size=1, max_size=6),
    form=st.sampled_from(FORMS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    data=st.data(),
)
@settings(max_examples=25)
def test_a_table_in_any_form_changes_where_it_is_asked_to_and_nowhere_else(
    words: list[str], form: str, encoding: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assume(set(words) != {"contempt"})
    root = tmp_path_factory.mktemp("table")
    frame = pd.DataFrame({"note": "ü, x", "image": [f"pics/{n}.jpg" for n in range(len(words))], "label": words})
    # A picture may be listed again in a row that is dropped.
    frame = pd.concat([frame, frame[:1].assign(label="contempt")])
    index = data.draw(st.lists(st.integers(0, 3), min_size=len(frame), max_size=len(frame)))
    frame = frame.iloc[data.draw(st.permutations(range(len(frame))))].set_index(pd.Index(index))
    of = table(root, frame, form, encoding)
    samples = layout_of(of).read(root).samples
    published = dict(zip(samples["sample_id"], samples["label"], strict=True))
    chosen = data.draw(st.dictionaries(st.sampled_from(list(published)), st.sampled_from([HAPPY, SAD, SURPRISE])))

    clean = write_clean(samples, of, pd.Series(chosen, dtype="int8"), root / "out" / "clean")

    found = layout_of(clean.settings).read(root).samples
    assert dict(zip(found["sample_id"], found["label"], strict=True)) == published | chosen
    before, after = written_labels(of, Path(clean.settings.plain()["path"]), encoding)
    differ = sum(a != b for a, b in zip(before, after, strict=True))
    assert differ == sum(chosen.get(name, code) != code for name, code in published.items())


def test_a_shuffled_parquet_keeps_its_order_and_its_index(tmp_path: Path) -> None:
    frame = pd.DataFrame({"image": [f"{n}.jpg" for n in range(6)], "label": CLASSES[:6]})
    frame = frame.sample(frac=1, random_state=1)
    (tmp_path / "data").mkdir()
    frame.to_parquet(tmp_path / "data/t.parquet")
    of = TableSamples(path=str(tmp_path / "data/t.parquet"))
    write_clean(layout_of(of).read(tmp_path).samples, of, pd.Series({"0.jpg": SAD}), tmp_path / "clean")
    new = pd.read_parquet(tmp_path / "clean/t.parquet")
    pd.testing.assert_frame_equal(new, frame.assign(label=np.where(frame["image"] == "0.jpg", "sad", frame["label"])))


def test_paths_as_windows_writes_them_and_a_word_that_the_encoding_lacks(tmp_path: Path) -> None:
    touch(tmp_path, "data/pics/a.jpg")
    (tmp_path / "data/t.csv").write_bytes("image;label;note\npics\\a.jpg;sad;ü\n".encode("cp1252"))
    of = TableSamples(path=str(tmp_path / "data/t.csv"), labels={"φόβος": "fear"})
    clean = write_clean(layout_of(of).read(tmp_path).samples, of, pd.Series({"pics\\a.jpg": FEAR}), tmp_path / "clean")
    assert (tmp_path / "clean/t.csv").read_bytes() == "image;label;note\npics\\a.jpg;fear;ü\n".encode("cp1252")
    assert Path(layout_of(clean.settings).read(tmp_path).samples["path"][0]).exists()


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([True, False], {"True": "happy", "False": "sad", "1": "fear"}),
        (np.array([1, 2], "int8"), {"1": "happy", "2": "sad", "300": "fear"}),
        ([1.0, 2.0], {"1": "happy", "2": "sad", "007": "fear"}),
    ],
)
def test_a_word_that_would_be_read_back_as_another_is_none(values: Any, labels: dict[str, str], tmp_path: Path) -> None:
    pd.DataFrame({"image": ["a", "b"], "label": values}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match="a word of type"):
        check_table(TableSamples(path=str(tmp_path / "t.parquet"), labels=labels))


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
    assert clean.notes == ("1 links are broken, because the original lacks these pictures, too",)


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
        f"no picture is linked: paths are relative to {tmp_path / 'pics'}, so keep `images` unchanged",
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
