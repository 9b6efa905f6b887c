"""A folder of CSV files to rows of the action units table."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from ulcag.action_units.csv_programs import OPENFACE, PY_FEAT, Program
from ulcag.action_units.match import by_name, by_picture, by_table, csv_files, csv_folder
from ulcag.action_units.outcomes import Outcome, action_unit_rows
from ulcag.action_units.table import OK
from ulcag.action_units.unit_csv import DamagedCsvError, FaceRow, Picture, program_of, read_unit_csv, select_face
from ulcag.config import SourceSettings
from ulcag.errors import InputError
from ulcag.progress import progress
from ulcag.tables import rows_of
from ulcag.text import CsvFile


def read_folder(samples: pd.DataFrame, settings: SourceSettings, faces: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rows of the action units table from the CSV of each sample's image, or from py-feat's of many.

    Which CSV belongs to which image is told by their names, or by `settings.table`. Files of no sample are counted.

    Args:
        samples: rows of the samples table.
        settings: folder, table, which of several faces, and least confidence.
        faces: the faces table, where the face nearest to our box is wanted. The program must have seen the pictures
            that the boxes are in.

    Raises:
        InputError: as `by_name`, `by_picture` or `by_table`, a file is of no program that we know, no file is without
            error, files have other action units than each other, or a sample has no row in `faces`.
    """
    folder = csv_folder(samples, settings)
    near = _centres(samples, faces) if faces is not None else dict[str, tuple[float, float]]()
    pictures: dict[str, Picture] | None = None
    if settings.table:
        matched = by_table(samples, folder, Path(settings.table))
    elif _first_program(csv_files(folder)[0]) is PY_FEAT:
        pictures, matched = by_picture(samples, folder)
    else:
        matched = by_name(samples, folder)
    outcomes = (
        (
            sample_id,
            _of_file(sample_id, matched.csv_of.get(sample_id), near.get(sample_id))
            if pictures is None
            else _of_picture(sample_id, pictures.get(sample_id), near.get(sample_id)),
        )
        for sample_id in progress(samples["sample_id"], what="action units", unit="file", total=len(samples))
    )
    frame = action_unit_rows(samples["sample_id"], _of_the_same_units(folder, outcomes), settings.min_confidence)
    failed = frame["status"] == "failed"
    if failed.any() and not frame["face"].notna().any():
        found = f"{frame['reason'][failed].iloc[0]}; {failed.sum()} files failed, and none succeeded"
        raise InputError(folder, expected="CSV files written by OpenFace 2, LibreFace or py-feat", found=found)
    what = "a CSV file" if pictures is None else "a row in py-feat's CSV files"
    print(f"{folder}: {len(matched.csv_of)} of {len(frame)} samples have {what}", file=sys.stderr)
    _say_what_is_left_out(list(matched.csv_of.values()))
    for what, paths in (
        (
            "unmatched CSV files, which belong to no sample"
            if pictures is None
            else "pictures that belong to no sample",
            matched.unmatched,
        ),
        ("hidden files, which are not read", matched.hidden),
    ):
        if paths:
            some = ", ".join(sorted(path.name for path in paths)[:3])
            print(f"{what}: {some}{', ...' if len(paths) > 3 else ''} ({len(paths)})", file=sys.stderr)
    return frame


def _first_program(files: Iterable[Path]) -> Program | None:
    """Of the first file that is of one."""
    return next((program for path in files if (program := program_of(path))), None)


def _say_what_is_left_out(files: list[Path]) -> None:
    path = next((path for path in files if program_of(path)), None)
    program = program_of(path) if path else None
    if path is None or program is None or program is OPENFACE:
        return
    left_out = ", ".join(program.left_out(CsvFile(path).header)) or "none"
    print(f"action units of {program.name}; left out, because OpenFace has none of them: {left_out}", file=sys.stderr)


def _of_file(sample_id: str, path: Path | None, near: tuple[float, float] | None) -> Outcome:
    """OpenFace and LibreFace write no file where they find no face, so a missing file is `no_face`."""
    if path is None:
        return Outcome(sample_id, "no_face", "no CSV file: OpenFace and LibreFace write none where they find no face")
    try:
        return _of_faces(sample_id, path, read_unit_csv(path), near)
    except DamagedCsvError as error:
        return Outcome(sample_id, "failed", f"{path.name}, {error}")


def _of_picture(sample_id: str, picture: Picture | None, near: tuple[float, float] | None) -> Outcome:
    """py-feat writes a row where it finds no face, so a missing one is `failed`."""
    if picture is None:
        return Outcome(sample_id, "failed", "no row of it in py-feat's CSV files, which have one for each picture")
    if picture.damage:
        return Outcome(sample_id, "failed", f"{picture.path.name}, {picture.damage}")
    return _of_faces(sample_id, picture.path, picture.faces, near)


def _of_faces(sample_id: str, path: Path, faces: list[FaceRow], near: tuple[float, float] | None) -> Outcome:
    face = select_face(path, faces, near)
    if face is None:
        return Outcome(sample_id, "no_face", f"{path.name} holds no face")
    return Outcome(sample_id, OK, face=face)


def _of_the_same_units(folder: Path, outcomes: Iterable[tuple[str, Outcome]]) -> Iterator[tuple[str, Outcome]]:
    """The same, where all faces have the same action units: one that only some have would be known of these alone.

    Raises:
        InputError: they have not.
    """
    first, units = "", frozenset[str]()
    for sample_id, outcome in outcomes:
        if outcome.face is not None:
            own = frozenset(outcome.face.values)
            first, units = first or sample_id, units or own
            if own != units:
                found = f"{first} and {sample_id} differ in {', '.join(sorted(own ^ units)[:5])}"
                do = "give files of one program and version only"
                raise InputError(folder, expected="the same action units in all files", found=found, do=do)
        yield sample_id, outcome


def _centres(samples: pd.DataFrame, faces: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """The middle of each face box in the original picture."""
    boxes = rows_of(faces, samples["sample_id"], "faces").dropna(subset=["box_x0"])
    x, y = ((boxes[f"box_{axis}0"] + boxes[f"box_{axis}1"]) / 2 for axis in "xy")
    return dict(zip(boxes["sample_id"], zip(x, y, strict=True), strict=True))
