"""A plain table as samples: what its words mean, and what each row is."""

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ulcag.classes import CLASSES, class_index
from ulcag.errors import InputError
from ulcag.samples.layouts.own_words import how_to_translate
from ulcag.samples.layouts.table import TableSamples
from ulcag.samples.layouts.table.cells import Cells, read_cells
from ulcag.samples.reader_result import LeftOut, ReaderResult, samples_table, splits_of, votes_table
from ulcag.samples.table import VOTE_SHARES

# What R, pandas and others write where nothing is known. It is a word in labels and identities: AffectNet has a class
# None, and NA is one of JAFFE's people.
_UNKNOWN = ("", "na", "n/a", "nan", "<na>", "none", "null")


def read_table_samples(settings: TableSamples) -> ReaderResult:
    """A user's table as rows of the samples table, and of the votes table where it has votes.

    Columns are called image, label, split, clean_label, identity, and votes_angry and so on, which hold numbers of
    people; `settings.columns` says which of the table's columns serve instead. Labels are class names (any case, or the
    usual synonyms), or whatever `settings.labels` translates. Without a split column every row is for training. Sample
    ids are the images as they are written.

    Raises:
        InputError: file, row, what was expected and found: unknown column, label, split; repeated image.
    """
    cells = read_cells(settings)
    root = Path(settings.images) if settings.images else cells.path.parent
    words, images = cells.of["label"], cells.of["image"]
    codes = [_class(cells, n, settings.labels) for n in range(len(words))]
    reasons = {n: f"labelled {words[n] or 'with nothing'}" for n, code in enumerate(codes) if code is None}
    rows = [n for n in range(len(words)) if n not in reasons]
    paths = _paths(cells, root, rows)
    split, split_notes = _splits(cells, rows, settings.validation)
    reasons |= {n: f"of the split {cells.of['split'][n]}" for n in rows if split[n] is None}
    rows = [n for n in rows if split[n] is not None]
    if not rows:
        raise InputError(cells.path, expected="at least one row that is not left out", found="none")

    ids = [images[n] for n in rows]
    samples = samples_table(
        ids,
        [paths[n] for n in rows],
        [str(split[n]) for n in rows],
        [codes[n] or 0 for n in rows],
        clean_label=[_clean_class(cells, n, settings.labels) for n in rows] if "clean_label" in cells.of else None,
        identity=[cells.of["identity"][n] or None for n in rows] if "identity" in cells.of else None,
    )
    counts = np.zeros((len(rows), len(CLASSES)))
    for code, name in enumerate(VOTE_SHARES):
        if name in cells.of:
            counts[:, code] = [_count(cells, n, name) for n in rows]
    left_out = LeftOut()
    for n, reason in reasons.items():
        left_out.add(f"rows {reason}", images[n])
    notes = (*split_notes, *left_out.notes(), *_unused(cells, settings.labels))
    if any("\\" in image and image not in path for image, path in zip(ids, (paths[n] for n in rows), strict=True)):
        notes += ("backslashes in picture paths are read as slashes",)
    return ReaderResult(samples, notes, votes_table(ids, counts))


def meaning(word: str, labels: Mapping[str, str]) -> str:
    """The class name or `drop` that a table's word for a label is translated to, or the word itself.

    Where 1 is translated and `1.0` is not, it is the same: numbers become that in a column with a missing one.
    """
    return labels.get(word, labels.get(re.sub(r"\.0+$", "", word), word))


def as_found(root: Path, image: str) -> str:
    """An image's path as it is written; or, where there is no such file, in the spelling that there is.

    Windows has backslashes for slashes; macOS writes a letter and its accent as two signs (NFD), others as one (NFC).
    """
    if ("\\" not in image and image.isascii()) or os.path.lexists(root / image):
        return image
    slashed = image.replace("\\", "/")
    spellings = (slashed, unicodedata.normalize("NFC", slashed), unicodedata.normalize("NFD", slashed))
    return next((name for name in spellings if os.path.lexists(root / name)), slashed)


def _class(cells: Cells, n: int, labels: Mapping[str, str], column: str = "label") -> int | None:
    """The class that a row's label means; None for one to drop."""
    word = cells.of[column][n]
    name = meaning(word, labels)
    code = None if name == "drop" else class_index(name)
    if name != "drop" and code is None:
        do = how_to_translate(word)
        if not word:
            do = "fill it in, remove the row, or drop all such rows: labels: {'': drop}"
        found = repr(word) if word else "an empty cell"
        raise InputError(cells.where(n, column), expected=", ".join(CLASSES), found=found, do=do)
    return code


def _clean_class(cells: Cells, n: int, labels: Mapping[str, str]) -> int | None:
    """Only the published label decides whether a sample belongs to the set: here `drop` is unknown."""
    word = cells.of["clean_label"][n]
    return None if word.lower() in _UNKNOWN and word not in labels else _class(cells, n, labels, "clean_label")


def _paths(cells: Cells, root: Path, rows: Sequence[int]) -> dict[int, str]:
    """Row -> where its image is.

    Raises:
        InputError: no image, or one that another row has, too, be it in another spelling.
    """
    paths: dict[int, str] = {}
    seen: dict[str, int] = {}
    for n in rows:
        image = cells.of["image"][n]
        if not image:
            do = "fill it in, or remove the row"
            raise InputError(cells.where(n, "image"), expected="the path of a picture", found="an empty cell", do=do)
        paths[n] = str(root / as_found(root, image))
        first = seen.setdefault(os.path.abspath(paths[n]), n)
        if first != n:
            before, label, other = cells.of["image"][first], cells.of["label"][n], cells.of["label"][first]
            found = f"{image} again, " + (f"as {before} " if before != image else "") + f"in row {cells.rows[first]}"
            found += f", labelled {other} there and {label} here" if other != label else ""
            do = "remove one of the rows"
            raise InputError(cells.where(n, "image"), expected="each picture once", found=found, do=do)
    return paths


def _splits(cells: Cells, rows: Sequence[int], validation: str) -> tuple[dict[int, str | None], tuple[str, ...]]:
    """Row -> train, test, or None for what is left out; and what is to be said about it."""
    if "split" not in cells.of:
        return dict.fromkeys(rows, "train"), ()
    words = cells.of["split"]
    meanings, notes = splits_of({words[n]: None for n in rows}, validation)
    for n in rows:
        if words[n] not in meanings:
            found = repr(words[n]) if words[n] else "an empty cell"
            do = "write train, test or validation there, or remove the row"
            raise InputError(cells.where(n, "split"), expected="train, test or validation", found=found, do=do)
    return {n: meanings[words[n]] for n in rows}, notes


def _unused(cells: Cells, labels: Mapping[str, str]) -> tuple[str, ...]:
    used = {*cells.of["label"], *cells.of.get("clean_label", [])}
    used |= {re.sub(r"\.0+$", "", word) for word in used}
    unused = [f"'{word}'" for word in labels if word not in used]
    return (f"`labels` translates words that occur in no row: {', '.join(unused)}",) if unused else ()


def _count(cells: Cells, n: int, column: str) -> float:
    word = cells.of[column][n]
    try:
        number = 0.0 if word.lower() in _UNKNOWN else float(word)
    except ValueError:
        number = -1
    if not 0 <= number < np.inf:
        raise InputError(cells.where(n, column), expected="a number of people", found=repr(word))
    return number
