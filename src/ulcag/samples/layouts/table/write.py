"""A user's table with new labels: the label column's cells of changed rows, and nothing else."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples.layouts.layout import Changed
from ulcag.samples.layouts.table import TableSamples
from ulcag.samples.layouts.table.cells import Cells, cell_text, is_csv, read_cells, read_parquet
from ulcag.samples.layouts.table.read import as_found, meaning
from ulcag.samples.rewrite import Written, link, word_or_error, words_for
from ulcag.text import CsvFile, create_text, with_cell


def write_table_of_labels(settings: TableSamples, changed: Changed, out: Path) -> Written:
    """The table under its own name, with its pictures linked beside it where their paths are relative to it.

    Args:
        settings: of the reader.
        changed: of some training samples, the new class.
        out: an empty folder.
    """
    cells = read_cells(settings)
    images, words = cells.of["image"], cells.of["label"]
    to = _words(settings, cells)
    new = {
        n: word_or_error(to, changed[image], cells.path)
        for n, (image, word) in enumerate(zip(images, words, strict=True))
        # A picture may be listed again in a row to drop.
        if image in changed and meaning(word, settings.labels) != "drop"
    }
    at = out / cells.path.name
    if is_csv(cells.path):
        _write_csv(cells, new, at)
    else:
        _write_parquet(cells, new, at)
    folder, notes = _link_pictures(settings, images, out)
    return Written(settings.model_copy(update={"path": str(at), "images": folder}), notes)


def check_table(settings: TableSamples) -> None:
    """Nothing, if the table's label column can hold each of the seven classes, whichever an audit will suggest.

    Raises:
        InputError: there is no word for a class, or none of the column's type.
    """
    cells = read_cells(settings)
    to = _words(settings, cells)
    words = {word_or_error(to, code, cells.path) for code in range(len(CLASSES))}
    if not is_csv(cells.path):
        kind = read_parquet(cells.path).schema.field(cells.names["label"]).type
        _values(cells.path, sorted(words - set(cells.of["label"])), kind)


def _words(settings: TableSamples, cells: Cells) -> list[str | None]:
    """The table's word for each class; None for a class that has none."""
    used = Counter(word for word in cells.of["label"] if word)
    labels = {word: meaning(word, settings.labels) for word in used} | settings.labels
    codec = CsvFile(cells.path).encoding.codec if is_csv(cells.path) else "utf-8"
    # What is only in the settings may have letters that the file's encoding lacks.
    writable = {word for word in labels if word and word.encode(codec, "ignore").decode(codec) == word}
    return words_for(used, {word: name for word, name in labels.items() if word in writable})


def _write_csv(cells: Cells, new: Mapping[int, str], out: Path) -> None:
    table = CsvFile(cells.path)
    place = table.header.index(cells.names["label"])
    word_at = {cells.rows[n]: word for n, word in new.items()}
    with create_text(out, table.encoding) as file:
        for record in table.records():
            text = record.text
            if record.row in word_at:
                text = with_cell(text, place, word_at[record.row], table.delimiter)
            file.write(text)


def _write_parquet(cells: Cells, new: Mapping[int, str], out: Path) -> None:
    table = read_parquet(cells.path)
    place = table.schema.get_field_index(cells.names["label"])
    field = table.schema.field(place)
    values = table.column(place).to_pylist()
    # Each word's own value: a number, in a column of numbers.
    value_of = dict(zip(cells.of["label"], values, strict=True))
    value_of |= _values(cells.path, sorted(set(new.values()) - value_of.keys()), field.type)
    for n, word in new.items():
        values[n] = value_of[word]
    pq.write_table(table.set_column(place, field, pa.array(values, type=field.type)), out)


def _values(path: Path, words: Sequence[str], kind: pa.DataType) -> dict[str, Any]:
    """The values of words that no row has, in a column of some type."""
    values: dict[str, Any] = {}
    for word in words:
        with suppress(pa.ArrowException):
            values[word] = pa.scalar(word).cast(kind.value_type if pa.types.is_dictionary(kind) else kind).as_py()
    missing = [word for word in words if word not in values or cell_text(values[word]) != word]
    if missing:
        numbers = ", ".join(f"<number>: {word}" for word in missing)
        do = f"say what to write, even if no row has it: labels: {{{numbers}}}; or save the column as text"
        found = f"{', '.join(missing)}, which no row has"
        raise InputError(path, expected=f"a word of type {kind} for each class", found=found, do=do)
    return values


def _link_pictures(settings: TableSamples, images: Iterable[str], out: Path) -> tuple[str, tuple[str, ...]]:
    """Links beside the table to what its image paths begin with.

    Returns:
        The folder that images are relative to, blank for the table's, and what there is to say.
    """
    if settings.images:
        folder = os.path.abspath(settings.images)
        return folder, (f"no picture is linked: paths are relative to {folder}, so keep `images` unchanged",)
    folder = os.path.realpath(Path(settings.path).parent)
    paths = [PurePosixPath(as_found(Path(folder), image)) for image in images]
    relative = [path for path in paths if not path.is_absolute()]
    if any(".." in path.parts for path in relative):
        return folder, (f"no picture is linked, because some are above the table: read it with `images: {folder}`",)
    missing = 0
    for first, n in Counter(path.parts[0] for path in relative if path.parts).items():
        # A link to a missing file leads to it as soon as it is there.
        missing += 0 if os.path.exists(os.path.join(folder, first)) else n
        link(os.path.join(folder, first), out / first)
    return "", ((f"{missing} links are broken, because the original lacks these pictures, too",) if missing else ())
