"""A folder of OpenFace CSV files to rows of the action units table."""

import sys
from pathlib import Path

import pandas as pd

from ulcag.action_units.match import by_name, by_table, csv_folder
from ulcag.action_units.openface_csv import DamagedCsvError, read_openface_csv, select_face
from ulcag.action_units.outcomes import Outcome, action_unit_rows
from ulcag.action_units.table import OK
from ulcag.config import SourceSettings
from ulcag.errors import InputError
from ulcag.progress import progress
from ulcag.tables import rows_of


def read_folder(samples: pd.DataFrame, settings: SourceSettings, faces: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rows of the action units table from the CSV of each sample's image.

    Which CSV belongs to which image is told by their names, or by `settings.table`. Files of no sample are counted.

    Args:
        samples: rows of the samples table.
        settings: folder, table, which of several faces, and least confidence.
        faces: the faces table, where the face nearest to our box is wanted. OpenFace must have seen the pictures that
            the boxes are in.

    Raises:
        InputError: as `by_name` or `by_table`, a file is no OpenFace CSV, no file is without error, or a sample has no
            row in `faces`.
    """
    folder = csv_folder(samples, settings)
    matched = by_table(samples, folder, Path(settings.table)) if settings.table else by_name(samples, folder)
    near = _centres(samples, faces) if faces is not None else dict[str, tuple[float, float]]()
    outcomes = (
        (sample_id, _one(sample_id, matched.csv_of.get(sample_id), near.get(sample_id)))
        for sample_id in progress(samples["sample_id"], what="action units", unit="file", total=len(samples))
    )
    frame = action_unit_rows(samples["sample_id"], outcomes, settings.min_confidence)
    failed = frame["status"] == "failed"
    if failed.any() and not frame["confidence"].notna().any():
        found = f"{frame['reason'][failed].iloc[0]}; {failed.sum()} files fail, and none is good"
        raise InputError(folder, expected="CSV files as OpenFace 2 writes them", found=found)
    print(f"{folder}: {len(matched.csv_of)} of {len(frame)} samples have a CSV file", file=sys.stderr)
    for what, paths in (
        ("unmatched, that is CSV files of no sample", matched.unmatched),
        ("hidden files, not read", matched.hidden),
    ):
        if paths:
            some = ", ".join(sorted(path.name for path in paths)[:3])
            print(f"{what}: {some}{', ...' if len(paths) > 3 else ''} ({len(paths)})", file=sys.stderr)
    return frame


def _one(sample_id: str, path: Path | None, near: tuple[float, float] | None) -> Outcome:
    """FaceLandmarkImg writes no file where it finds no face, so a missing file is `no_face`."""
    if path is None:
        return Outcome(sample_id, "no_face", "no CSV file: OpenFace writes none where it finds no face")
    try:
        face = select_face(path, read_openface_csv(path), near)
    except DamagedCsvError as error:
        return Outcome(sample_id, "failed", f"{path.name}, {error}")
    if face is None:
        return Outcome(sample_id, "no_face", f"{path.name} holds no face")
    return Outcome(sample_id, OK, face=face)


def _centres(samples: pd.DataFrame, faces: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """The middle of each face box in the original picture."""
    boxes = rows_of(faces, samples["sample_id"], "faces").dropna(subset=["box_x0"])
    x, y = ((boxes[f"box_{axis}0"] + boxes[f"box_{axis}1"]) / 2 for axis in "xy")
    return dict(zip(boxes["sample_id"], zip(x, y, strict=True), strict=True))
