"""Rows of fer2013.csv (emotion, pixels, Usage), with the votes of FER+ (fer2013new.csv) beside it."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ulcag.classes import CLASSES, class_index
from ulcag.errors import InputError
from ulcag.samples.reader_result import first_that_exists
from ulcag.text import CsvFile

SIDE = 48
# Label codes, by the name of our class.
FER2013_CODES = {"angry": 0, "disgust": 1, "fear": 2, "happy": 3, "sad": 4, "surprise": 5, "neutral": 6}
_CLASS_OF = {str(code): CLASSES.index(name) for name, code in FER2013_CODES.items()}
_USAGES = ("Training", "PublicTest", "PrivateTest")
_COLUMNS = ("emotion", "pixels", "Usage")
VOTES = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF",
)  # fmt: skip
# The same file under the name that it has in Kaggle's challenge.
FER2013_TABLES = ("fer2013.csv", "icml_face_data.csv")
FERPLUS = "fer2013new.csv"
NAME = re.compile(r"fer\d{7}\.png")
# Of the real files 0.68 or more of the labels are the crowd's, of shuffled ones a fifth.
_LEAST_AGREEMENT, _ENOUGH_ROWS = 0.4, 1000
_AS_PUBLISHED = "use the file as published by FER+"
_TOGETHER = (
    f"use both files as published, or remove the same rows from both; or move {FERPLUS} away to continue without it"
)


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


def fer_pictures(root: Path) -> list[FerPicture]:
    """All rows of fer2013.csv in its order, whatever they are used for.

    Raises:
        InputError: no fer2013.csv, or an empty one; a row that is not 48 x 48 pixels with a code 0 to 6; votes for
            other rows; FER+ names that repeat.
    """
    table, ferplus = pixel_table(root), ferplus_table(root)
    votes = None if ferplus is None else _votes(ferplus)
    pictures = []
    for number, (row, pixels, label, usage) in enumerate(_rows(table)):
        name = f"row{number:07d}-{hash_of(pixels, digits=8)}.png"
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
            found = f"{len(votes)} rows, but {len(pictures)} in {table}"
            raise InputError(ferplus, expected=f"a row for each of {table.name}", found=found, do=_TOGETHER)
        _check_agreement(table, ferplus, pictures)
    return pictures


def _check_agreement(table: Path, ferplus: Path | None, pictures: Sequence[FerPicture]) -> None:
    """Nothing, if labels and votes can be about the same pictures: rows may be in another order in one of the files."""
    voted = [(one.label, code) for one in pictures if (code := majority(one.votes)) is not None]
    same = sum(label == code for label, code in voted)
    if len(voted) >= _ENOUGH_ROWS and same < _LEAST_AGREEMENT * len(voted):
        expected = f"votes for the pictures of {table}, row by row: most labels match the crowd's"
        found = f"{same} of {len(voted)} labels match, as by chance: one of the files has its rows in another order"
        raise InputError(ferplus, expected=expected, found=found, do=_TOGETHER)


def pixel_table(root: Path) -> Path:
    """Where fer2013.csv is, which Kaggle's challenge calls icml_face_data.csv.

    Raises:
        InputError: at none of the usual places.
    """
    places = [f"{folder}{name}" for folder in ("", "fer2013/", "data/") for name in FER2013_TABLES]
    return first_that_exists(root, places, "fer2013.csv")


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


def ferplus_table(root: Path) -> Path | None:
    """Where FER+'s votes are, beside fer2013.csv or in `root`; None if nowhere."""
    folders = dict.fromkeys([root, pixel_table(root).parent])
    places = [folder / inner / FERPLUS for folder in folders for inner in ("", "FERPlus", "FERPlus-master")]
    return next((path for path in places if path.exists()), None)


def _votes(path: Path) -> list[_Votes]:
    file = CsvFile(path)
    place = file.places(("Usage", "Image name", *VOTES), what="FER+'s votes")
    rows, first = [], dict[str, int]()
    for record in file.rows():
        where = f"{path}, row {record.row}"
        name = record.cells[place["Image name"]]
        if name and not NAME.fullmatch(name):
            expected = "a name such as fer0000017.png, or none"
            raise InputError(where, expected=expected, found=repr(name), do=_AS_PUBLISHED)
        if name in first:
            found = f"{name} again, first in row {first[name]}"
            raise InputError(where, expected="each name once", found=found, do=_AS_PUBLISHED)
        if name:
            first[name] = record.row
        cells = {column: record.cells[place[column]] for column in VOTES}
        wrong = next((column for column, cell in cells.items() if not cell.isdecimal()), None)
        if wrong is not None:
            found = repr(cells[wrong])
            raise InputError(f"{where}, {wrong}", expected="a number of votes", found=found, do=_AS_PUBLISHED)
        votes = {column: int(cell) for column, cell in cells.items()}
        rows.append(_Votes(record.row, record.cells[place["Usage"]], name, votes))
    return rows


def _rows(table: Path) -> Iterator[tuple[int, bytes, int, str]]:
    """Row, pixels, class and usage of each row of fer2013.csv."""
    from ulcag.progress import progress

    file = CsvFile(table)
    place = file.places(_COLUMNS, what="FER2013")
    for record in progress(file.rows(), what="FER2013", unit="picture"):
        emotion, text, usage = (record.cells[place[name]] for name in _COLUMNS)
        numbers, code = text.split(), _CLASS_OF.get(emotion)
        try:
            pixels = bytes(map(int, numbers))
        except ValueError:
            pixels = b""
        if len(pixels) != SIDE**2 or code is None or usage not in _USAGES:
            pixels_found = f"{len(numbers)} pixels{'' if pixels else ', not all of 0 to 255'}"
            found = f"emotion {emotion!r}, {pixels_found}, Usage {usage!r}"
            expected = f"emotion 0 to 6, {SIDE**2} pixels 0 to 255, Usage {', '.join(_USAGES[:-1])} or {_USAGES[-1]}"
            do = f"use the file as published; or remove this row, also from {FERPLUS} if present"
            raise InputError(f"{table}, row {record.row}", expected=expected, found=found, do=do)
        yield record.row, pixels, code, usage


def hash_of(*parts: bytes, digits: int) -> str:
    """Some digits of a hash; parts that join to the same bytes are not the same."""
    together = hashlib.sha256()
    for part in parts:
        together.update(len(part).to_bytes(8, "big") + part)
    return together.hexdigest()[:digits]
