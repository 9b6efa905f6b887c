"""Reader for FER2013 (fer2013.csv: emotion, pixels, Usage), with the votes of FER+ (fer2013new.csv) beside it.

The published label is `label`; the crowd's majority, by the rule of FER+'s authors, is `clean_label`. Pictures are
numbers in the CSV: they are written as PNG files into the cache.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ulcag.classes import CLASSES, class_index
from ulcag.config import Fer2013Samples
from ulcag.errors import InputError
from ulcag.files import whole_or_absent
from ulcag.progress import progress
from ulcag.samples.reader_result import (
    FER2013_CODES,
    LeftOut,
    ReaderResult,
    first_that_exists,
    samples_table,
    votes_table,
)
from ulcag.text import CsvFile

_SIDE = 48
_CLASS_OF = {str(code): CLASSES.index(name) for name, code in FER2013_CODES.items()}
_USAGES = ("Training", "PublicTest", "PrivateTest")
_COLUMNS = ("emotion", "pixels", "Usage")
_VOTES = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF",
)  # fmt: skip
# Theirs for our seven classes, in our order.
_SEVEN = sorted((name for name in _VOTES if class_index(name) is not None), key=lambda name: class_index(name) or 0)
# The same file under the name that it has in Kaggle's challenge.
FER2013_TABLES = ("fer2013.csv", "icml_face_data.csv")
_FERPLUS = "fer2013new.csv"
_NAME = re.compile(r"fer\d{7}\.png")
# Of the real files 0.68 or more of the labels are the crowd's, of shuffled ones a fifth.
_LEAST_AGREEMENT, _ENOUGH_ROWS = 0.4, 1000
_AS_PUBLISHED = "take the file as FER+ publishes it"
_TOGETHER = f"take both files as published, or the same rows out of both; or move {_FERPLUS} away to go on without it"


@dataclass(frozen=True)
class _Votes:
    """A row of fer2013new.csv: where it is, its usage, FER+'s name of the picture, and votes by FER+'s class names."""

    row: int
    usage: str
    name: str
    votes: dict[str, int]


@dataclass(frozen=True)
class FerPicture:
    """A row of fer2013.csv.

    Attributes:
        sample_id: FER+'s name; or, where it has none, `row<number>-<hash of the pixels>.png`, which is none of FER+'s,
            and no other picture's after rows were taken out.
        row: the line of the file.
        pixels: 48 x 48 bytes.
        label: the class.
        usage: Training, PublicTest or PrivateTest.
        votes: by FER+'s class names; empty without FER+.
    """

    sample_id: str
    row: int
    pixels: bytes
    label: int
    usage: str
    votes: dict[str, int]


def read_fer2013(settings: Fer2013Samples, cache: Path) -> ReaderResult:
    """Rows of the samples table; sample ids as in `FerPicture`.

    Training images are the training split, PrivateTest the test split; PublicTest is what `settings.public_test` says.
    Pictures are in a folder of `cache` that is named by all ids and pixels.

    Raises:
        InputError: as `fer_pictures`, or all rows are left out.
    """
    pictures = fer_pictures(settings)
    folder = cache / _hash(*(part for one in pictures for part in (one.sample_id.encode(), one.pixels)), digits=12)
    splits = {"Training": "train", "PrivateTest": "test", "PublicTest": settings.public_test}
    taken = [one for one in pictures if splits[one.usage] != "drop"]
    left_out = LeftOut()
    for one in pictures:
        if splits[one.usage] == "drop":
            left_out.add(f"{one.usage} images", one.sample_id)
    table, ferplus = pixel_table(settings), _ferplus_table(settings)
    if not taken:
        do = "set `public_test` to train or test"
        raise InputError(table, expected="Training or PrivateTest images", found="only PublicTest", do=do)
    _write(taken, folder)
    clean = [majority(one.votes) for one in taken]
    notes = [f"FER2013 {'without' if ferplus is None else 'with'} FER+ votes: {table}"]
    if ferplus is None:
        notes.append(f"no {_FERPLUS} beside it: sample ids are row numbers, and none of FER+'s names (ferNNNNNNN.png)")
    else:
        unnamed = sum(_NAME.fullmatch(one.sample_id) is None for one in taken)
        notes.append(f"FER+: {ferplus}; {unnamed} have no name there, and are called by their row")
    notes.append(f"{sum(code is not None for code in clean)} of {len(clean)} have a clean label")
    names, labels = [one.sample_id for one in taken], [one.label for one in taken]
    paths, split = [str(folder / name) for name in names], [splits[one.usage] for one in taken]
    samples = samples_table(names, paths, split, labels, clean_label=clean)
    votes = np.array([[one.votes.get(name, 0) for name in _SEVEN] for one in taken]).reshape(-1, len(CLASSES))
    return ReaderResult(samples, (*notes, *left_out.notes()), votes_table(names, votes))


def fer_pictures(settings: Fer2013Samples) -> list[FerPicture]:
    """All rows of fer2013.csv in its order, whatever they are used for.

    Raises:
        InputError: no fer2013.csv, or an empty one; a row that is not 48 x 48 pixels with a code 0 to 6; votes for
            other rows; FER+ names that repeat.
    """
    table, ferplus = pixel_table(settings), _ferplus_table(settings)
    votes = None if ferplus is None else _votes(ferplus)
    pictures = []
    for number, (row, pixels, label, usage) in enumerate(_rows(table)):
        name = f"row{number:07d}-{_hash(pixels, digits=8)}.png"
        of_picture: dict[str, int] = {}
        # More rows here than there are said below.
        if votes is not None and number < len(votes):
            theirs = votes[number]
            if theirs.usage != usage:
                where, expected = f"{ferplus}, row {theirs.row}", f"Usage {usage}, as {table.name} has in row {row}"
                raise InputError(where, expected=expected, found=f"Usage {theirs.usage}", do=_TOGETHER)
            name, of_picture = theirs.name or name, theirs.votes
        pictures.append(FerPicture(name, row, pixels, label, usage, of_picture))
    if not pictures:
        raise InputError(table, expected="a row for each picture", found="no row below the header")
    if votes is not None:
        if len(votes) != len(pictures):
            found = f"{len(votes)} rows, and {len(pictures)} in {table}"
            raise InputError(ferplus, expected=f"a row for each of {table.name}", found=found, do=_TOGETHER)
        _check_agreement(table, ferplus, pictures)
    return pictures


def _check_agreement(table: Path, ferplus: Path | None, pictures: Sequence[FerPicture]) -> None:
    """Nothing, if labels and votes can be about the same pictures: rows may be in another order in one of the files."""
    voted = [(one.label, code) for one in pictures if (code := majority(one.votes)) is not None]
    same = sum(label == code for label, code in voted)
    if len(voted) >= _ENOUGH_ROWS and same < _LEAST_AGREEMENT * len(voted):
        expected = f"votes for the pictures of {table}, row by row: labels mostly are what the crowd says"
        found = f"{same} of {len(voted)} labels are, which is chance: one of the files has its rows in another order"
        raise InputError(ferplus, expected=expected, found=found, do=_TOGETHER)


def pixel_table(settings: Fer2013Samples) -> Path:
    """Where fer2013.csv is, which Kaggle's challenge calls icml_face_data.csv.

    Raises:
        InputError: at none of the usual places.
    """
    places = [f"{folder}{name}" for folder in ("", "fer2013/", "data/") for name in FER2013_TABLES]
    return first_that_exists(Path(settings.root), places, "fer2013.csv")


def majority(votes: dict[str, int]) -> int | None:
    """Class that more than half of the votes name, single votes apart; None where there is none of the seven.

    The rule of FER+'s authors: a class with one vote is an outlier and does not count; what is unknown, not a face or
    contempt is none of the seven classes.
    """
    counted_votes = {name: n for name, n in votes.items() if n > 1}
    total = sum(counted_votes.values())
    for name, n in counted_votes.items():
        if 2 * n > total:
            return class_index(name)
    return None


def _ferplus_table(settings: Fer2013Samples) -> Path | None:
    """Where FER+'s votes are, beside fer2013.csv or in `root`; None if nowhere."""
    folders = dict.fromkeys([Path(settings.root), pixel_table(settings).parent])
    places = [folder / inner / _FERPLUS for folder in folders for inner in ("", "FERPlus", "FERPlus-master")]
    return next((path for path in places if path.exists()), None)


def _votes(path: Path) -> list[_Votes]:
    file = CsvFile(path)
    place = file.places(("Usage", "Image name", *_VOTES), what="FER+'s votes")
    rows, first = [], dict[str, int]()
    for record in file.rows():
        where = f"{path}, row {record.row}"
        name = record.cells[place["Image name"]]
        if name and not _NAME.fullmatch(name):
            expected = "a name such as fer0000017.png, or none"
            raise InputError(where, expected=expected, found=repr(name), do=_AS_PUBLISHED)
        if name in first:
            found = f"{name}, as in row {first[name]}"
            raise InputError(where, expected="each name once", found=found, do=_AS_PUBLISHED)
        if name:
            first[name] = record.row
        cells = {column: record.cells[place[column]] for column in _VOTES}
        wrong = next((column for column, cell in cells.items() if not cell.isdecimal()), None)
        if wrong is not None:
            found = repr(cells[wrong])
            raise InputError(f"{where}, {wrong}", expected="a number of votes", found=found, do=_AS_PUBLISHED)
        votes = {column: int(cell) for column, cell in cells.items()}
        rows.append(_Votes(record.row, record.cells[place["Usage"]], name, votes))
    return rows


def _rows(table: Path) -> Iterator[tuple[int, bytes, int, str]]:
    """Row, pixels, class and usage of each row of fer2013.csv."""
    file = CsvFile(table)
    place = file.places(_COLUMNS, what="FER2013")
    for record in progress(file.rows(), what="FER2013", unit="picture"):
        emotion, text, usage = (record.cells[place[name]] for name in _COLUMNS)
        numbers, code = text.split(), _CLASS_OF.get(emotion)
        try:
            pixels = bytes(map(int, numbers))
        except ValueError:
            pixels = b""
        if len(pixels) != _SIDE**2 or code is None or usage not in _USAGES:
            pixels_found = f"{len(numbers)} pixels{'' if pixels else ', not all of 0 to 255'}"
            found = f"emotion {emotion!r}, {pixels_found}, Usage {usage!r}"
            expected = f"emotion 0 to 6, {_SIDE**2} pixels 0 to 255, Usage {', '.join(_USAGES[:-1])} or {_USAGES[-1]}"
            do = f"take the file as published; or the row out, and the same one out of {_FERPLUS}, if that is there"
            raise InputError(f"{table}, row {record.row}", expected=expected, found=found, do=do)
        yield record.row, pixels, code, usage


def _write(pictures: Sequence[FerPicture], folder: Path) -> None:
    """The pictures as PNG files; those that are there already are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    there = set(os.listdir(folder))
    for one in pictures:
        if one.sample_id not in there:
            picture = np.frombuffer(one.pixels, np.uint8).reshape(_SIDE, _SIDE)
            with whole_or_absent(folder / one.sample_id) as beside:
                beside.write_bytes(cv2.imencode(".png", picture)[1].tobytes())


def _hash(*parts: bytes, digits: int) -> str:
    """Some digits of a hash; parts that join to the same bytes are not the same."""
    together = hashlib.sha256()
    for part in parts:
        together.update(len(part).to_bytes(8, "big") + part)
    return together.hexdigest()[:digits]
