"""The cells of a user's table, CSV or Parquet, as text: of the columns that serve, each by our name of it."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ulcag.errors import InputError
from ulcag.samples.layouts.layout import TABLE_ENDINGS, TEXT_ENDINGS
from ulcag.samples.layouts.table import TableSamples
from ulcag.samples.table import VOTE_SHARES
from ulcag.text import CsvFile

OURS = ("image", "label", "split", "clean_label", "identity", *VOTE_SHARES)
_NEEDED = ("image", "label")


@dataclass(frozen=True)
class Cells:
    """Some columns of a table of n rows.

    Attributes:
        path: the table.
        names: our column -> the table's own name.
        rows: n numbers: where a row is, as an editor or spreadsheet counts; in Parquet the first one is 1.
        of: our column -> n cells, blank where there is nothing.
    """

    path: Path
    names: dict[str, str]
    rows: list[int]
    of: dict[str, list[str]]

    def where(self, n: int, column: str) -> str:
        """The place of a cell, for a message."""
        return f"{self.path}, row {self.rows[n]}, {column}"


def read_cells(settings: TableSamples) -> Cells:
    """The columns of a table that are ours.

    The index of a data frame that was saved as Parquet is a column like any other if it has a name, and otherwise none.

    Raises:
        InputError: no such file, none of CSV and Parquet; a column that is missing, is there twice, or holds no text or
            numbers.
    """
    path = Path(settings.path)
    is_text = is_csv(path)
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise InputError(path, expected="the table of samples", found=found, do="check `path`")
    if is_text:
        table = CsvFile(path)
        names = columns_in_use(path, table.header, settings)
        places = table.places(list(names.values()), "a table")
        records = list(table.rows())
        cells = {ours: [record.cells[places[theirs]] for record in records] for ours, theirs in names.items()}
        return Cells(path, names, [record.row for record in records], cells)
    frame = read_parquet(path)
    names = columns_in_use(path, frame.column_names, settings)
    cells = {ours: as_text(path, theirs, frame.column(theirs)) for ours, theirs in names.items()}
    return Cells(path, names, list(range(1, len(frame) + 1)), cells)


def is_csv(path: Path) -> bool:
    """Whether a table is text.

    Raises:
        InputError: by its name it is none that we read.
    """
    if path.suffix.lower() not in TABLE_ENDINGS:
        expected = f"a table: {', '.join(TABLE_ENDINGS)}"
        raise InputError(path, expected=expected, found=f"suffix '{path.suffix}'", do="save it in one of these formats")
    return path.suffix.lower() in TEXT_ENDINGS


def read_parquet(path: Path) -> pa.Table:
    """A Parquet file with all its columns, those of a data frame's index included.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        raise InputError(path, expected="a table in Parquet", found=str(error)) from None


def columns_in_use(path: Path, names: Sequence[str], settings: TableSamples) -> dict[str, str]:
    """Our column -> the table's own name, in capitals or not, for those that it has.

    Raises:
        InputError: a column that is no name of ours, is missing, or is there more than once.
    """
    unknown = [name for name in settings.columns if name not in OURS]
    if unknown:
        raise InputError("samples.columns", expected=f"keys among {', '.join(OURS)}", found=", ".join(unknown))
    columns = {}
    for ours in OURS:
        theirs = settings.columns.get(ours, ours)
        same = [name for name in names if name == theirs] or [name for name in names if name.lower() == theirs.lower()]
        if len(same) > 1:
            do = "rename or remove one of them"
            raise InputError(path, expected=f"one column '{theirs}'", found="several", do=do)
        if same:
            columns[ours] = same[0]
        elif ours in settings.columns or ours in _NEEDED:
            found = textwrap.shorten(", ".join(names), 300, placeholder=" ...") or "an empty file"
            do = f"name the column: columns: {{{ours}: <its name>}}" if names else "check `path`"
            raise InputError(path, expected=f"a column '{theirs}'", found=found, do=do)
    return columns


def as_text(path: Path, name: str, column: pa.ChunkedArray) -> list[str]:
    """The values of a Parquet column as they would stand in a CSV file: 1 for 1.0, blank for a missing one.

    Raises:
        InputError: a type that is neither text nor number, or bytes that are no UTF-8.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    good = (
        pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_binary,
        pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_integer, pa.types.is_floating,
        pa.types.is_decimal, pa.types.is_boolean, pa.types.is_null,
    )  # fmt: skip
    where = f"{path}, column '{name}'"
    if not any(is_good(kind) for is_good in good):
        do = "save it as a column of text"
        if pa.types.is_struct(kind):
            do = "save the pictures inside the table as files, and put their names in the column"
        raise InputError(where, expected="text or numbers", found=str(kind), do=do)
    try:
        return [cell_text(value) for value in column.to_pylist()]
    except UnicodeDecodeError as error:
        raise InputError(where, expected="text in UTF-8", found=str(error), do="save it as a column of text") from None


def cell_text(value: Any) -> str:
    """A value as it would stand in a CSV file."""
    if value is None or value != value:  # NaN
        return ""
    if isinstance(value, bytes):
        return value.decode().strip()
    if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value):
        value = int(value)
    return str(value).strip()
