"""Tables are checked when written and when read, and appear whole or not at all."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ulcag.errors import InputError
from ulcag.tables import Column, Schema, read_made_by, read_table, write_table

SCHEMA = Schema(
    "demo",
    (
        Column("sample_id", pa.string(), "name"),
        Column("label", pa.int8(), "class"),
        Column("better", pa.int8(), "class", nullable=True),
    ),
)


def frame(**changes: object) -> pd.DataFrame:
    return pd.DataFrame({"sample_id": ["a", "b"], "label": [0, 6], "better": pd.array([None, 3], "Int8")} | changes)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "seed=0" / "t.parquet"
    write_table(path, frame()[["label", "better", "sample_id"]], SCHEMA, settings={"rate": 0.3}, inputs={"x": "ab"})
    back = read_table(path, SCHEMA)
    assert back["sample_id"].tolist() == ["a", "b"]
    assert back["better"].isna().tolist() == [True, False]
    assert read_made_by(path)["settings"] == {"rate": 0.3}
    assert read_made_by(path)["inputs"] == {"x": "ab"}


def test_the_same_table_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_table(tmp_path / name, frame(), SCHEMA)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (frame().drop(columns="label"), "no column 'label'"),
        (frame().assign(extra=1), "unknown column 'extra'"),
        (frame(label=pd.array([1, None], "Int8")), "column 'label', row 2"),
        (frame(label=[1, 300]), "the types of table 'demo'"),
        (frame(label=[1.5, 2.0]), "the types of table 'demo'"),
        (frame(sample_id=["a", "a"]), "row 2 repeats"),
    ],
)
def test_a_wrong_table_is_refused_and_leaves_nothing(bad: pd.DataFrame, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        write_table(tmp_path / "t.parquet", bad, SCHEMA)
    assert list(tmp_path.iterdir()) == []


def test_reading_names_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with pytest.raises(InputError, match="no such file"):
        read_table(path, SCHEMA)
    path.write_text("not parquet")
    with pytest.raises(InputError, match="expected: the table 'demo'"):
        read_table(path, SCHEMA)
    types = pa.schema([("sample_id", pa.string()), ("label", pa.int64()), ("better", pa.int8())])
    pq.write_table(pa.Table.from_pandas(frame(), schema=types), path)
    with pytest.raises(InputError, match="column 'label'"):
        read_table(path, SCHEMA)
