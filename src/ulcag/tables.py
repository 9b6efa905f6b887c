"""Parquet tables with a declared schema, checked whenever they are read or written.

A stage declares its table once, as a `Schema` of `Column`s (name, type, unit, meaning). Every file carries what
made it (package version, settings of the stage, hashes of its inputs) in the Parquet metadata.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ulcag import __version__
from ulcag.errors import InputError
from ulcag.files import whole_or_absent

_METADATA_KEY = b"ulcag"


@dataclass(frozen=True)
class Column:
    """One column: its name, Arrow type, meaning, unit (blank if it has none), and whether a value may be absent.

    `codes`: values are whole numbers from 0, less than this; None: any.
    """

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""
    nullable: bool = False
    codes: int | None = None


@dataclass(frozen=True)
class Schema:
    """What a table holds. `key` names the columns that together tell its rows apart."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("sample_id",)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def arrow(self) -> pa.Schema:
        return pa.schema([pa.field(c.name, c.type, nullable=c.nullable) for c in self.columns])


def write_table(
    path: Path,
    frame: pd.DataFrame,
    schema: Schema,
    *,
    settings: Mapping[str, Any] | None = None,
    inputs: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
    files: Mapping[str, Any] | None = None,
) -> None:
    """Write a table, whole or absent.

    Args:
        path: the Parquet file.
        frame: the rows; its columns must be the schema's, in any order.
        schema: what the table must be.
        settings: the part of the configuration that made it.
        inputs: name to SHA-256 of the files that it was made from.
        notes: what a later reader of the table must hear.
        files: what its rows speak of that lies in files beside it, in plain JSON values.

    Raises:
        InputError: a column is missing, unknown, of another type, or has a forbidden null or code; or a key is
            repeated.
    """
    _check_columns(path, list(frame.columns), schema, exact=True)
    frame = frame[schema.names]
    _check_values(path, frame, schema)
    try:
        table = pa.Table.from_pandas(frame, schema=schema.arrow(), preserve_index=False, safe=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as error:
        raise InputError(path, expected=f"the types of table '{schema.name}'", found=str(error)) from None
    made_by = {"version": __version__, "settings": dict(settings or {}), "inputs": dict(inputs or {})}
    made_by |= {"notes": list(notes)} if notes else {}
    made_by |= {"files": dict(files)} if files else {}
    table = table.replace_schema_metadata({_METADATA_KEY: json.dumps(made_by, sort_keys=True).encode()})
    with whole_or_absent(path) as beside:
        pq.write_table(table, beside, compression="zstd", write_page_checksum=True)


def read_table(path: Path, schema: Schema) -> pd.DataFrame:
    """Read a table and check it against its schema; columns beyond the schema are ignored.

    Nullable integer columns come as pandas `Int8` and the like, so that a missing label stays missing.

    Raises:
        InputError: the file is absent, is no Parquet file, or is not this table.
    """
    try:
        # ParquetFile, because read_table would take a folder name like `seed=0` for a partition column
        table = pq.ParquetFile(path, page_checksum_verification=True).read()
    except FileNotFoundError:
        do = "run the stage that writes it"
        raise InputError(path, expected=f"the table '{schema.name}'", found="no such file", do=do) from None
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        do = "delete it, then run the stage that writes it"
        raise InputError(path, expected=f"the table '{schema.name}' (Parquet)", found=str(error), do=do) from None
    _check_columns(path, table.column_names, schema, exact=False)
    table = table.select(schema.names)
    for column in schema.columns:
        found = table.schema.field(column.name).type
        if found != column.type:
            where = f"{path}, column '{column.name}'"
            raise InputError(where, expected=str(column.type), found=str(found), do="recreate the table")
    frame = table.to_pandas(types_mapper=_nullable_integers(schema), ignore_metadata=True)
    _check_values(path, frame, schema)
    return frame


def read_made_by(path: Path) -> dict[str, Any]:
    """What made a table: `version`, `settings`, `inputs`, and `notes` and `files` if it has any. Empty if the file says
    nothing.

    Raises:
        InputError: the file is absent, or is no Parquet file.
    """
    try:
        metadata = pq.read_schema(path).metadata or {}
        return dict(json.loads(metadata.get(_METADATA_KEY, b"{}")))
    except FileNotFoundError:
        do = "run the stage that writes it"
        raise InputError(path, expected="a table", found="no such file", do=do) from None
    except (pa.ArrowException, OSError, ValueError) as error:
        do = "delete it, then run the stage that writes it"
        raise InputError(path, expected="a table (Parquet)", found=str(error), do=do) from None


def settings_of(path: Path) -> dict[str, Any]:
    """The settings that a table was made with.

    Raises:
        InputError: it does not say so: another program wrote it, or wrote it again.
    """
    settings = read_made_by(path).get("settings")
    if not isinstance(settings, dict):
        do = "give the file exactly as its stage wrote it, or run the stage again"
        raise InputError(path, expected="a table with the settings that made it", found="none", do=do)
    return settings


def rows_of(table: pd.DataFrame, sample_ids: "pd.Series[str]", name: str) -> pd.DataFrame:
    """The rows of a table that belong to `sample_ids`, in that order: how two tables meet, whatever their own order.

    Args:
        table: has a column sample_id.
        sample_ids: whose rows are wanted.
        name: of the table, for the message.

    Raises:
        InputError: a sample has no row, or several.
    """
    index = pd.Index(table["sample_id"])
    if index.has_duplicates:
        found = f"'{index[index.duplicated()][0]}' more than once"
        raise InputError(name, expected="one row for each sample", found=found, do=f"recreate {name}")
    places = index.get_indexer(pd.Index(sample_ids))
    missing = sample_ids[places < 0]
    if len(missing):
        found = f"none for {len(missing)}, such as '{missing.iloc[0]}'"
        do = f"give the table {name} of these samples, or recreate it from them"
        raise InputError(name, expected="a row for each sample", found=found, do=do)
    return table.take(places).reset_index(drop=True)


def _nullable_integers(schema: Schema) -> Any:
    kinds = {pa.int8(): pd.Int8Dtype(), pa.int16(): pd.Int16Dtype(), pa.int32(): pd.Int32Dtype()}
    wanted = {c.type for c in schema.columns if c.nullable and c.type in kinds}
    return lambda arrow_type: kinds[arrow_type] if arrow_type in wanted else None


def _check_columns(path: Path, found: list[str], schema: Schema, *, exact: bool) -> None:
    missing = [name for name in schema.names if name not in found]
    unknown = [name for name in found if name not in schema.names] if exact else []
    if missing or unknown:
        parts = [f"no column '{name}'" for name in missing] + [f"unknown column '{name}'" for name in unknown]
        raise InputError(path, expected=f"table '{schema.name}': {', '.join(schema.names)}", found="; ".join(parts))
    twice = [name for name in schema.names if found.count(name) > 1]
    if twice:
        raise InputError(path, expected=f"one column '{twice[0]}'", found="several")


def _check_values(path: Path, frame: pd.DataFrame, schema: Schema) -> None:
    for column in schema.columns:
        values, where = frame[column.name], f"{path}, column '{column.name}'"
        absent = values.isna().to_numpy()
        if absent.any() and not column.nullable:
            raise InputError(f"{where}, row {absent.argmax() + 1}", expected="a value", found="none")
        if column.codes is not None:
            wrong = ~absent & ~values.isin(range(column.codes)).to_numpy()
            if wrong.any():
                row = int(wrong.argmax())
                expected = f"0 to {column.codes - 1}"
                raise InputError(f"{where}, row {row + 1}", expected=expected, found=str(values.iloc[row]))
    repeated = frame.duplicated(list(schema.key))
    if repeated.any():
        row = int(repeated.to_numpy().argmax())
        found = f"row {row + 1} repeats {dict(frame.iloc[row][list(schema.key)])}"
        raise InputError(path, expected=f"a different {', '.join(schema.key)} in each row", found=found)
