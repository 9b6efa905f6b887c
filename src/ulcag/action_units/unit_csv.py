"""One CSV file of action units, of a program that `csv_programs` knows; its header says which.

OpenFace's FaceLandmarkImg starts its header `face, confidence`, FeatureExtraction `frame, face_id, timestamp,
confidence, success`; versions before 2.1 put a space after each comma. Columns are found by name, others are passed
over. A spreadsheet may have put semicolons between the cells, and decimal commas in them.
"""

import math
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from ulcag.action_units.csv_programs import C_COLUMNS, OPENFACE, R_COLUMNS, Program, programs_of
from ulcag.errors import InputError
from ulcag.text import CsvFile, Record

# The columns we read; they all start at 0.
_HIGHEST = {"confidence": 1} | dict.fromkeys(R_COLUMNS, 5) | dict.fromkeys(C_COLUMNS, 1)


@dataclass(frozen=True)
class FaceRow:
    """One face of a file.

    Args:
        face: its number.
        confidence: the program's, 0 to 1; NaN if it has none.
        values: intensities and presences by column name, 35 of OpenFace and fewer of others.
        centre: mean of the landmarks, pixels; None if the file has none.
    """

    face: int
    confidence: float
    values: dict[str, float]
    centre: tuple[float, float] | None = None


class DamagedCsvError(Exception):
    """A file holds something that its program does not write; the message names row and column."""


@dataclass
class Picture:
    """What a file with rows of many pictures holds of one.

    Args:
        path: the file.
        frames: that the rows are of; more than one is a video, or the picture comes twice.
        faces: in the file's order.
        damage: what is wrong with a row of it.
    """

    path: Path
    frames: set[str] = field(default_factory=set)
    faces: list[FaceRow] = field(default_factory=list)
    damage: str = ""


def program_of(path: Path) -> Program | None:
    """The program whose file this is; None if it is of none, or cannot be read.

    Raises:
        InputError: its columns are of several.
    """
    try:
        header = CsvFile(path).header
    except InputError:
        return None
    found = programs_of(header)
    return _the_only(path, found) if found else None


def read_unit_csv(path: Path) -> list[FaceRow]:
    """All faces of a file of one picture, in its order; none for a file without rows.

    A row of FeatureExtraction without `success` is no face, nor is one of py-feat without a box.

    Raises:
        InputError: the header lacks columns, has one twice or those of several programs, so that this is no output of
            one with action units.
        DamagedCsvError: a value is no number or out of its range, the file cannot be read or is no CSV at all, or it is
            of several pictures.
    """
    table = CsvFile(path)
    try:
        header, records = table.header, list(table.rows())
    except InputError as error:
        row = error.where.removeprefix(str(path)).removeprefix(", ")
        said = (f"{row}: " if row else "") + f"expected {error.expected}, found {error.found}"
        raise DamagedCsvError(said + (f"; {error.do}" if error.do else "")) from None
    if not header:
        return []
    columns = _Columns(path, header)
    frames = {columns.frame(record) for record in records}
    if len(frames) > 1:
        do = {
            "OpenFace": "; run FaceLandmarkImg on the pictures",
            "py-feat": "; leave action_units.table blank, because `input` names the picture of each row",
        }.get(columns.program.name, "")
        raise DamagedCsvError(f"expected one picture, found a sequence of {len(frames)} frames{do}")
    faces = ((number, columns.face(number, record)) for number, record in enumerate(records))
    return [face for _, face in faces if face is not None]


def read_pictures(path: Path) -> dict[PurePath, Picture]:
    """What a file of many pictures holds, by what it calls them. What is wrong with a row costs that picture alone.

    Raises:
        InputError: as `read_unit_csv`, or the file cannot be read to its end.
    """
    table = CsvFile(path)
    columns = _Columns(path, table.header)
    found: dict[PurePath, Picture] = {}
    for record in table.rows():
        # Windows writes them with backslashes.
        name = PurePath(columns.picture(record).replace("\\", "/"))
        picture = found.setdefault(name, Picture(path))
        picture.frames.add(columns.frame(record))
        try:
            face = columns.face(len(picture.faces), record)
        except DamagedCsvError as error:
            picture.damage = picture.damage or str(error)
            continue
        picture.faces += [face] if face else []
    for picture in found.values():
        if len(picture.frames) > 1 and not picture.damage:
            picture.damage = f"expected one frame, found {len(picture.frames)}: a video, or the picture occurs twice"
    return found


def select_face(path: Path, faces: list[FaceRow], near: tuple[float, float] | None = None) -> FaceRow | None:
    """The face in which the program is most confident, or the one nearest to a point; None if there is no face.

    Args:
        path: where the faces were read from, for the message.
        faces: of one picture.
        near: (x, y) in pixels of the picture that the program was given.

    Raises:
        InputError: the nearest of several is wanted, and the file says of none where it is.
    """
    if near is None or len(faces) < 2:
        # max keeps the first of equals
        return max(faces, key=lambda face: face.confidence, default=None)
    if any(face.centre is None for face in faces):
        do = "run OpenFace with -2Dfp, or set action_units.of_several: most_confident"
        raise InputError(
            path, expected="landmarks (x_0, y_0, ...)", found=f"{len(faces)} faces without landmarks", do=do
        )
    return min(faces, key=lambda face: math.dist(face.centre or near, near))


class _Columns:
    """Where in a file what stands.

    Raises:
        InputError: as `read_unit_csv`.
    """

    def __init__(self, path: Path, header: list[str]) -> None:
        found = programs_of(header)
        self.program = _the_only(path, found) if found else OPENFACE
        expected = f"a CSV of {self.program.name} with action units"
        if not found:
            expected = "a CSV of OpenFace 2, LibreFace or py-feat with action units"
        missing = [name for name in self.program.needs if name not in header]
        if missing:
            no = f"no column {', '.join(missing)}"
            raise InputError(path, expected=expected, found=no, do=self.program.do)
        # Where, by our name, and their name for it
        self._units = {
            ours: (header.index(theirs), theirs)
            for theirs, ours in self.program.columns.items()
            if theirs in header and ours in _HIGHEST
        }
        others = (self.program.frame, self.program.picture, self.program.box, "success")
        self._place = {name: header.index(name) for name in others if name in header}
        twice = [name for name in (*(name for _, name in self._units.values()), *self._place) if header.count(name) > 1]
        if twice:
            raise InputError(path, expected=expected, found=f"several columns {twice[0]}", do="keep one of them")
        self._xs, self._ys = (
            [at for at, name in enumerate(header) if re.fullmatch(rf"{axis}_\d+", name)] for axis in "xy"
        )

    def picture(self, record: Record) -> str:
        """What the file calls the picture that a row is of; blank if it does not say."""
        at = self._place.get(self.program.picture)
        return "" if at is None else record.cells[at]

    def frame(self, record: Record) -> str:
        """What tells rows of different pictures apart."""
        if not self.program.faces:
            return str(record.row)
        at = self._place.get(self.program.frame)
        return f"{self.picture(record)} {'' if at is None else record.cells[at]}"

    def face(self, number: int, record: Record) -> FaceRow | None:
        """The face of a row; None if there is none in it.

        Raises:
            DamagedCsvError: as `read_unit_csv`.
        """
        success, box = self._place.get("success"), self._place.get(self.program.box)
        if success is not None and _float(record.cells[success]) == 0:
            return None
        if box is not None and record.cells[box].lower() in ("", "nan"):
            return None
        values = {ours: self._number(record.cells[at], record.row, ours) for ours, (at, _) in self._units.items()}
        confidence = values.pop("confidence", math.nan)
        return FaceRow(number, confidence, values, _centre(record.cells, self._xs, self._ys))

    def _number(self, cell: str, row: int, ours: str) -> float:
        least, highest = self.program.present_from if ours in C_COLUMNS else None, _HIGHEST[ours]
        whole = ours in C_COLUMNS and least is None
        value = _float(cell)
        # written so that NaN fails
        if not 0 <= value <= highest or (whole and value not in (0, 1)):
            expected = "0 or 1" if whole else f"a number from 0 to {highest}"
            found = repr(cell) if cell else "an empty cell"
            raise DamagedCsvError(f"row {row}, {self._units[ours][1]}: expected {expected}, found {found}")
        return value if least is None else float(value >= least)


def _the_only(path: Path, found: list[Program]) -> Program:
    if len(found) > 1:
        names = " and of ".join(program.name for program in found)
        do = "give the file exactly as its program wrote it"
        raise InputError(path, expected="action units of one program", found=f"columns of {names}", do=do)
    return found[0]


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
