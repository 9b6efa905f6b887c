"""The programs whose CSV files of action units are read, and what their columns are in our table.

| program | a file | presence, AUxx_c | intensity, AUxx_r | confidence |
|---|---|---|---|---|
| OpenFace 2 | an image | AUxx_c, 18 units | AUxx_r, 17 units, 0 to 5 | of the landmarks |
| LibreFace | an image | au_x, 12 units | au_x_intensity, 12 units, 0 to 5 | none |
| py-feat | many images | AUxx from 0.5 on, 20 units | none: a probability is no intensity | of the face |

Sources: OpenFace's wiki, page Output-Format; LibreFace's description on PyPI (0.2), Output Format; py-feat 2.1:
feat/pretrained.py and feat/multitask for the units, `detect` in feat/detector.py for rows and columns. Its model svm
says 0 or 1 (cosanlab/py-feat, issue 152), the others probabilities, which its authors' own benchmarks
(huggingface.co/datasets/py-feat/benchmarks) take for present from 0.5 on.

LibreFace finds one face and writes no file where it finds none. py-feat writes a row without a box where it finds none,
in which older versions have action units nevertheless.
"""

import re
from dataclasses import dataclass

from ulcag.action_units.table import INTENSITY_UNITS, PRESENCE_UNITS

R_COLUMNS = tuple(f"{unit}_r" for unit in INTENSITY_UNITS)
C_COLUMNS = tuple(f"{unit}_c" for unit in PRESENCE_UNITS)


@dataclass(frozen=True)
class Program:
    """One of them.

    Attributes:
        name: as people write it.
        mark: a regular expression for its columns of action units, and for no other program's.
        columns: ours by theirs; of units that OpenFace does not know, too, which are left out.
        needs: columns without which a file is not read.
        present_from: the least value that is presence; None: values are 0 and 1.
        frame: the column that tells the frames of a video apart.
        picture: the column that says of which picture a row is; blank: the file's name does.
        box: a column that is blank where there is no face.
        faces: whether several rows may be faces of one picture.
        do: what helps where a column is missing.
    """

    name: str
    mark: str
    columns: dict[str, str]
    needs: tuple[str, ...]
    do: str
    present_from: float | None = None
    frame: str = "frame"
    picture: str = ""
    box: str = ""
    faces: bool = True

    def left_out(self, header: list[str]) -> list[str]:
        """Columns of units that our table does not have."""
        known = {"confidence", *R_COLUMNS, *C_COLUMNS}
        return [name for name in header if name in self.columns and self.columns[name] not in known]


_OPENFACE = {name: name for name in ("confidence", *R_COLUMNS, *C_COLUMNS)}
_LIBREFACE = {f"au_{n}": f"AU{n:02}_c" for n in (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)} | {
    f"au_{n}_intensity": f"AU{n:02}_r" for n in (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)
}
# Versions differ in the units that they have: any number is taken for one.
_PY_FEAT = {"FaceScore": "confidence"} | {f"AU{n:02}": f"AU{n:02}_c" for n in range(1, 100)}

OPENFACE = Program(
    "OpenFace",
    r"AU\d\d_[rc]",
    _OPENFACE,
    tuple(_OPENFACE),
    "run OpenFace with -aus, and with all its models; if the file was cut short, run it again for this picture",
)
LIBREFACE = Program(
    "LibreFace",
    r"au_\d+(_intensity)?",
    _LIBREFACE,
    tuple(_LIBREFACE),
    "run LibreFace on the picture again",
    frame="frame_idx",
    faces=False,
)
PY_FEAT = Program(
    "py-feat",
    r"AU\d\d",
    _PY_FEAT,
    ("input", "frame", "FaceRectX", "FaceScore"),
    "save the output of py-feat's `detect` with all its columns",
    present_from=0.5,
    picture="input",
    box="FaceRectX",
)
PROGRAMS = (OPENFACE, LIBREFACE, PY_FEAT)


def programs_of(header: list[str]) -> list[Program]:
    """Those that have columns of action units in a header."""
    return [program for program in PROGRAMS if any(re.fullmatch(program.mark, name) for name in header)]
