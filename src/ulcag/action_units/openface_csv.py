"""One CSV file of OpenFace 2.

FaceLandmarkImg starts its header `face, confidence`, FeatureExtraction `frame, face_id, timestamp, confidence,
success`; versions before 2.1 put a space after each comma. Columns are found by name, others are passed over.
"""

import csv
import math
import re
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
    """One face of a file.

    Args:
        face: its number.
        confidence: OpenFace's in its landmarks, 0 to 1.
        values: 17 intensities and 18 presences by column name.
        centre: mean of the landmarks, pixels; None if the file has none.
    """

    face: int
    confidence: float
    values: dict[str, float]
    centre: tuple[float, float] | None = None


class DamagedCsvError(Exception):
    """A file holds something that OpenFace does not write; the message names row and column."""


def read_openface_csv(path: Path) -> list[FaceRow]:
    """All faces of a file, in its order; none for a file without rows.

    Raises:
        InputError: the header lacks columns, so that this is no output of OpenFace with action units.
        DamagedCsvError: a value is no number or out of its range, or the file is no CSV at all.
    """
    try:
        with open(path, newline="", encoding="utf-8", errors="replace") as file:
            return _faces(path, csv.reader(file, skipinitialspace=True))
    except csv.Error as error:
        raise DamagedCsvError(str(error)) from None


def select_face(path: Path, faces: list[FaceRow], near: tuple[float, float] | None = None) -> FaceRow | None:
    """The face in which OpenFace is most confident, or the one nearest to a point; None if there is no face.

    Args:
        path: where the faces were read from, for the message.
        faces: of one picture.
        near: (x, y) in pixels of the picture that OpenFace was given.

    Raises:
        InputError: the nearest of several is wanted, and the file says of none where it is.
    """
    if near is None or len(faces) < 2:
        # max keeps the first of equals
        return max(faces, key=lambda face: face.confidence, default=None)
    if any(face.centre is None for face in faces):
        do = "run OpenFace with -2Dfp, or set action_units.of_several: most_confident"
        raise InputError(path, expected="landmarks (x_0, y_0, ...)", found=f"{len(faces)} faces without", do=do)
    return min(faces, key=lambda face: math.dist(face.centre or near, near))


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
    xs, ys = ([at for at, name in enumerate(header) if re.fullmatch(rf"{axis}_\d+", name)] for axis in "xy")
    faces: list[FaceRow] = []
    for number, cells in enumerate(lines, start=1):
        if not cells:
            continue
        values = {name: _number(cells, at, number, name) for name, at in place.items()}
        faces.append(FaceRow(len(faces), values.pop("confidence"), values, _centre(cells, xs, ys)))
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


def _centre(cells: list[str], xs: list[int], ys: list[int]) -> tuple[float, float] | None:
    """Mean of the landmarks; None where there are none, or what stands there is no number."""
    try:
        x, y = (sum(float(cells[at]) for at in places) / len(places) for places in (xs, ys))
    except (ValueError, IndexError, ZeroDivisionError):
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None
