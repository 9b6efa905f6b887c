"""One CSV file of OpenFace 2.

FaceLandmarkImg starts its header `face, confidence`, FeatureExtraction `frame, face_id, timestamp, confidence,
success`; versions before 2.1 put a space after each comma. Columns are found by name, others are passed over.
"""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from ulcag.action_units.table import INTENSITY_UNITS, PRESENCE_UNITS
from ulcag.errors import InputError

R_COLUMNS = tuple(f"{unit}_r" for unit in INTENSITY_UNITS)
C_COLUMNS = tuple(f"{unit}_c" for unit in PRESENCE_UNITS)


@dataclass(frozen=True)
class FaceRow:
    """One face of a file: its number, OpenFace's confidence, 17 intensities and 18 presences by column name."""

    face: int
    confidence: float
    values: dict[str, float]


class DamagedCsvError(Exception):
    """A file holds something that is no number; the message names row and column."""


def read_openface_csv(path: Path) -> FaceRow | None:
    """The face in which OpenFace is most confident; None for a file without rows.

    Raises:
        InputError: the header lacks columns, so that this is no output of OpenFace with action units.
        DamagedCsvError: a value is no number.
    """
    with open(path, newline="", encoding="utf-8", errors="replace") as file:
        reader = csv.reader(file, skipinitialspace=True)
        header = [name.strip() for name in next(reader, [])]
        if not header:
            return None
        missing = [name for name in ("confidence", *R_COLUMNS, *C_COLUMNS) if name not in header]
        if missing:
            do = "run OpenFace with -aus"
            expected = "a CSV of OpenFace 2 with action units"
            raise InputError(path, expected=expected, found=f"no column {', '.join(missing)}", do=do)
        place = {name: header.index(name) for name in ("confidence", *R_COLUMNS, *C_COLUMNS)}
        faces: list[FaceRow] = []
        for number, cells in enumerate(reader, start=1):
            if not cells:
                continue
            values = {name: _number(cells, at, number, name) for name, at in place.items()}
            faces.append(FaceRow(len(faces), values.pop("confidence"), values))
    # max keeps the first of equals
    return max(faces, key=lambda face: face.confidence, default=None)


def _number(cells: list[str], at: int, row: int, column: str) -> float:
    try:
        value = float(cells[at])
    except (ValueError, IndexError):
        found = repr(cells[at]) if at < len(cells) else "nothing"
        raise DamagedCsvError(f"row {row}, {column}: expected a number, found {found}") from None
    if not math.isfinite(value):
        raise DamagedCsvError(f"row {row}, {column}: expected a finite number, found {value}")
    return value
