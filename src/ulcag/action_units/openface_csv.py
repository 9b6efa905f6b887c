"""One CSV file of OpenFace 2.

FaceLandmarkImg starts its header `face, confidence`, FeatureExtraction `frame, face_id, timestamp, confidence,
success`; versions before 2.1 put a space after each comma. Columns are found by name, others are passed over. A
spreadsheet may have put semicolons between the cells, and decimal commas in them.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from ulcag.action_units.table import INTENSITY_UNITS, PRESENCE_UNITS
from ulcag.errors import InputError
from ulcag.text import CsvFile, Record

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

    A row of FeatureExtraction without `success` is no face.

    Raises:
        InputError: the header lacks columns, or has one twice, so that this is no output of OpenFace with action units.
        DamagedCsvError: a value is no number or out of its range, the file cannot be read or is no CSV at all, or it is
            of a sequence of pictures.
    """
    table = CsvFile(path)
    try:
        header, records = table.header, list(table.rows())
    except InputError as error:
        row = error.where.removeprefix(str(path)).removeprefix(", ")
        said = (f"{row}: " if row else "") + f"expected {error.expected}, found {error.found}"
        raise DamagedCsvError(said + (f"; {error.do}" if error.do else "")) from None
    return _faces(path, header, records) if header else []


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


def _faces(path: Path, header: list[str], records: list[Record]) -> list[FaceRow]:
    expected = "a CSV of OpenFace 2 with action units"
    missing = [name for name in _HIGHEST if name not in header]
    if missing:
        do = "run OpenFace with -aus, and with all its models; if the file was cut short, run it again for this image"
        raise InputError(path, expected=expected, found=f"no column {', '.join(missing)}", do=do)
    place = {name: header.index(name) for name in (*_HIGHEST, "frame", "success") if name in header}
    twice = [name for name in place if header.count(name) > 1]
    if twice:
        raise InputError(path, expected=expected, found=f"several columns {twice[0]}", do="leave one of them")
    frame, success = place.pop("frame", None), place.pop("success", None)
    frames = {record.cells[frame] for record in records} if frame is not None else set()
    if len(frames) > 1:
        said = f"expected one picture, found a sequence of {len(frames)} frames; run FaceLandmarkImg on the pictures"
        raise DamagedCsvError(said)
    xs, ys = ([at for at, name in enumerate(header) if re.fullmatch(rf"{axis}_\d+", name)] for axis in "xy")
    faces: list[FaceRow] = []
    for number, record in enumerate(records):
        if success is not None and _float(record.cells[success]) == 0:
            continue
        values = {name: _number(record.cells[at], record.row, name) for name, at in place.items()}
        faces.append(FaceRow(number, values.pop("confidence"), values, _centre(record.cells, xs, ys)))
    return faces


def _number(cell: str, row: int, column: str) -> float:
    highest = _HIGHEST[column]
    value = _float(cell)
    # written so that NaN fails
    if not 0 <= value <= highest or (column in C_COLUMNS and value not in (0, 1)):
        expected = "0 or 1" if column in C_COLUMNS else f"a number from 0 to {highest}"
        raise DamagedCsvError(f"row {row}, {column}: expected {expected}, found {repr(cell) if cell else 'nothing'}")
    return value


def _float(cell: str) -> float:
    """A number, with a decimal point or comma; NaN if it is none."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return math.nan


def _centre(cells: list[str], xs: list[int], ys: list[int]) -> tuple[float, float] | None:
    """Mean of the landmarks; None where there are none, or what stands there is no number."""
    if not xs or not ys:
        return None
    x, y = (sum(_float(cells[at]) for at in places) / len(places) for places in (xs, ys))
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None
