"""One CSV file of OpenFace 2.

FaceLandmarkImg starts its header `face, confidence`, FeatureExtraction `frame, face_id, timestamp, confidence,
success`; versions before 2.1 put a space after each comma. Columns are found by name, others are passed over.
"""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ulcag.action_units.table import INTENSITY_UNITS, PRESENCE_UNITS
from ulcag.errors import InputError

R_COLUMNS = tuple(f"{unit}_r" for unit in INTENSITY_UNITS)
C_COLUMNS = tuple(f"{unit}_c" for unit in PRESENCE_UNITS)
# The columns we read; they all start at 0.
_HIGHEST = {"confidence": 1} | dict.fromkeys(R_COLUMNS, 5) | dict.fromkeys(C_COLUMNS, 1)


@dataclass(frozen=True)
class FaceRow:
    """One face of a file: its number, OpenFace's confidence, 17 intensities and 18 presences by column name."""

    face: int
    confidence: float
    values: dict[str, float]


class DamagedCsvError(Exception):
    """A file holds something that OpenFace does not write; the message names row and column."""


def read_openface_csv(path: Path) -> FaceRow | None:
    """The face in which OpenFace is most confident; None for a file without rows.

    Raises:
        InputError: the header lacks columns, so that this is no output of OpenFace with action units.
        DamagedCsvError: a value is no number or out of its range, or the file is no CSV at all.
    """
    try:
        with open(path, newline="", encoding="utf-8", errors="replace") as file:
            faces = _faces(path, csv.reader(file, skipinitialspace=True))
    except csv.Error as error:
        raise DamagedCsvError(str(error)) from None
    # max keeps the first of equals
    return max(faces, key=lambda face: face.confidence, default=None)


def _faces(path: Path, lines: Iterator[list[str]]) -> list[FaceRow]:
    header = [name.strip() for name in next(lines, [])]
    if not header:
        return []
    missing = [name for name in _HIGHEST if name not in header]
    if missing:
        expected = "a CSV of OpenFace 2 with action units"
        do = "run OpenFace with -aus; if the file was cut short, run it again for this image"
        raise InputError(path, expected=expected, found=f"no column {', '.join(missing)}", do=do)
    place = {name: header.index(name) for name in _HIGHEST}
    faces: list[FaceRow] = []
    for number, cells in enumerate(lines, start=1):
        if not cells:
            continue
        values = {name: _number(cells, at, number, name) for name, at in place.items()}
        faces.append(FaceRow(len(faces), values.pop("confidence"), values))
    return faces


def _number(cells: list[str], at: int, row: int, column: str) -> float:
    highest = _HIGHEST[column]
    try:
        value = float(cells[at])
    except (ValueError, IndexError):
        value = math.nan
    # written so that NaN fails
    if not 0 <= value <= highest or (column in C_COLUMNS and value not in (0, 1)):
        expected = "0 or 1" if column in C_COLUMNS else f"a number from 0 to {highest}"
        found = repr(cells[at]) if at < len(cells) else "nothing"
        raise DamagedCsvError(f"row {row}, {column}: expected {expected}, found {found}")
    return value
