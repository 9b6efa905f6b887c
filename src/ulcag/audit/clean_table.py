"""A user's table with new labels: the label column's cells of changed rows, and nothing else."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ulcag.audit.rewrite import Written, link, word_or_error, words_for
from ulcag.config import TableSamples
from ulcag.errors import InputError
from ulcag.samples.read_table import columns_in_use, read_as_it_is
from ulcag.text import CsvFile, create_text, with_cell


def write_table_of_labels(settings: TableSamples, changed: Mapping[str, int], out: Path) -> Written:
    """The table under its own name, with its pictures linked beside it where their paths are relative to it.

    Args:
        settings: of the reader.
        changed: of some training samples, the new class.
        out: an empty folder.
    """
    path = Path(settings.path)
    table = read_as_it_is(path)
    columns = columns_in_use(path, table, settings)
    images, words = table[columns["image"]], [str(word) for word in table[columns["label"]]]
    # "nan" is what the reader makes of an empty cell, which cannot be written as a word.
    used = Counter(word for word in words if word != "nan")
    to = words_for(used, settings.labels)
    new = {
        row: word_or_error(to, changed[image], path)
        for row, (image, word) in enumerate(zip(images.astype(str), words, strict=True))
        if image in changed and settings.labels.get(word, word) != "drop"
    }
    place = table.columns.get_loc(columns["label"])
    if path.suffix == ".csv":
        _write_csv(path, place, new, len(table), out / path.name)
    else:
        _write_parquet(path, columns["label"], words, new, out / path.name)
    folder, notes = _link_pictures(settings, images.dropna().astype(str), out)
    return Written(settings.model_copy(update={"path": str(out / path.name), "images": folder}), notes)


def _write_csv(path: Path, place: Any, new: Mapping[int, str], n_rows: int, out: Path) -> None:
    table, number = CsvFile(path), -1  # of the header
    with create_text(out, table.encoding) as file:
        for record in table.records():
            text = record.text
            # The reader skips blank lines.
            if len(record.cells) > 1 or not record.is_blank:
                text = with_cell(text, place, new[number], table.delimiter) if number in new else text
                number += 1
            file.write(text)
    if number != n_rows:
        do = "write the table as plain CSV, or as Parquet"
        raise InputError(path, expected=f"{n_rows} rows, as the reader finds", found=f"{number}", do=do)


def _write_parquet(path: Path, column: str, words: list[str], new: Mapping[int, str], out: Path) -> None:
    table = pq.ParquetFile(path).read()
    kind = table.schema.field(column).type
    values = table.column(column).to_pylist()
    # Each word's own value: a number, in a column of numbers.
    value_of = dict(zip(words, values, strict=True))
    for row, word in new.items():
        if word not in value_of:
            value_of[word] = _value(path, word, kind)
        values[row] = value_of[word]
    place = table.schema.get_field_index(column)
    pq.write_table(table.set_column(place, table.schema.field(column), pa.array(values, type=kind)), out)


def _value(path: Path, word: str, kind: pa.DataType) -> Any:
    try:
        return pa.scalar(word).cast(kind.value_type if pa.types.is_dictionary(kind) else kind).as_py()
    except pa.ArrowException:
        do = "say in `labels` which number it is, and make the samples again"
        found = f"no row of this class, and no number for '{word}'"
        raise InputError(path, expected=f"a label of type {kind}", found=found, do=do) from None


def _link_pictures(settings: TableSamples, images: Iterable[str], out: Path) -> tuple[str, tuple[str, ...]]:
    """Links beside the table to what its image paths begin with.

    Returns:
        The folder that images are relative to, blank for the table's, and what there is to say.
    """
    if settings.images:
        folder = os.path.abspath(settings.images)
        return folder, (f"no picture is linked: they are relative to {folder}, so keep `images` as it is",)
    relative = [PurePosixPath(image) for image in images if not PurePosixPath(image).is_absolute()]
    folder = os.path.realpath(Path(settings.path).parent)
    if any(".." in image.parts for image in relative):
        return folder, (f"no picture is linked, because some lie above the table: read it with `images: {folder}`",)
    missing = 0
    for first, n in Counter(image.parts[0] for image in relative if image.parts).items():
        # A link to a missing file leads to it as soon as it is there.
        missing += 0 if os.path.exists(os.path.join(folder, first)) else n
        link(os.path.join(folder, first), out / first)
    return "", ((f"{missing} links lead nowhere: the original lacks these pictures, too",) if missing else ())
