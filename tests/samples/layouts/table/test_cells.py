"""The cells of a table: columns by name, and Parquet with any index and types."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from tests.samples.data_sets import csv, parquet, said
from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples.layouts.table import TableSamples
from ulcag.samples.layouts.table.read import read_table_samples

FRAME = pd.DataFrame({"image": [f"{n}.jpg" for n in range(6)], "label": CLASSES[:6]})
EACH = dict(zip(FRAME["image"], FRAME["label"], strict=True))


@pytest.mark.parametrize(
    "frame",
    [
        FRAME.sample(frac=1, random_state=1),
        pd.concat([FRAME[:3], FRAME[3:].reset_index(drop=True)]),
        FRAME.set_index("image"),
        FRAME.set_index(["label", "image"]),
        FRAME.set_index(pd.Index(CLASSES[5::-1], name="was")),
        FRAME.set_index([[1, 1, 1, 2, 2, 2], [3, 2, 1, 3, 2, 1]]),
    ],
)
def test_the_index_of_a_data_frame_plays_no_role(frame: pd.DataFrame, tmp_path: Path) -> None:
    assert said(parquet(tmp_path / "t.parquet", frame)) == EACH
    filtered = frame[frame.reset_index()["label"].ne("disgust").to_numpy()]
    assert said(parquet(tmp_path / "t.parquet", filtered)) == {k: v for k, v in EACH.items() if v != "disgust"}


def test_columns_are_found_in_capitals_or_not(tmp_path: Path) -> None:
    found = read_table_samples(csv(tmp_path / "t.csv", "IMAGE,Label,label,Split\na,sad,fear,test\n"))
    assert [CLASSES[code] for code in found.samples["label"]] == ["fear"]
    assert found.samples["split"].tolist() == ["test"]
    with pytest.raises(InputError, match=r"one column 'image'\n.*several"):
        said(csv(tmp_path / "t.csv", "IMAGE,Image,label\na,b,sad\n"))


WORDS = {"0.jpg": "happy", "1.jpg": "sad"}
LABELS = {"1": "happy", "2": "sad"}


@pytest.mark.parametrize(
    ("labels", "translated"),
    [
        (pa.array([1, 2], pa.int8()), LABELS),
        (pa.array([1, 2, None], pa.uint64()), LABELS | {"": "drop"}),
        (pa.array([1.0, 2.0, None], pa.float32()), LABELS | {"": "drop"}),
        (pa.array([1.0, 2.0, float("nan")]), LABELS | {"": "drop"}),
        (pa.array([1, 2], pa.decimal128(5, 2)), LABELS),
        (pa.array([10**37, 2], pa.decimal128(38, 0)), {str(10**37): "happy", "2": "sad"}),
        (pa.array([float("inf"), 2.5]), {"inf": "happy", "2.5": "sad"}),
        (pa.array([True, False]), {"True": "happy", "False": "sad"}),
        (pa.array(["happy", "SAD "], pa.large_string()), {}),
        (pa.array(["happy", "sad"], pa.string_view()), {}),
        (pa.array([b"happy", b"sad"]), {}),
        (pa.array(["happy", "sad"]).dictionary_encode(), {}),
        (pa.array([1, 2]).dictionary_encode(), LABELS),
        (pa.array(["None", "nan"]), {"None": "happy", "nan": "sad"}),
    ],
)
def test_types_of_labels(labels: pa.Array, translated: dict[str, str], tmp_path: Path) -> None:
    images = [f"{n}.jpg" for n in range(len(labels))]
    table = pa.table({"image": images, "label": labels})
    assert said(parquet(tmp_path / "t.parquet", table, labels=translated)) == WORDS


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (
            pa.array([{"bytes": b"", "path": "0.jpg"}]),
            r"column 'image'\n.*text or numbers\n(.|\n)*inside the table as files",
        ),
        (pa.array([["0.jpg"]]), "text or numbers"),
        (pa.array([0], pa.timestamp("s")), "text or numbers"),
        (pa.array([b"\xff"]), "text in UTF-8"),
    ],
)
def test_types_that_are_no_text(column: pa.Array, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        said(parquet(tmp_path / "t.parquet", pa.table({"image": column, "label": ["sad"]})))


def test_a_file_that_is_no_parquet_and_a_column_that_is_there_twice(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("image,label\n")
    with pytest.raises(InputError, match="a table in Parquet"):
        said(TableSamples(path=str(tmp_path / "t.parquet")))
    twice = pa.table([pa.array(["a"]), pa.array(["sad"]), pa.array(["fear"])], names=["image", "label", "label"])
    for of in (parquet(tmp_path / "t.parquet", twice), csv(tmp_path / "t.csv", "image,label,label\na,sad,fear\n")):
        with pytest.raises(InputError, match=r"one column 'label'\n.*several"):
            said(of)
