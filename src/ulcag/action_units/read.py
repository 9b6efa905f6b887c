"""A folder of OpenFace CSV files to the action units table."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd

from ulcag.action_units.openface_csv import C_COLUMNS, R_COLUMNS, DamagedCsvError, read_openface_csv
from ulcag.action_units.table import ACTION_UNITS, OK
from ulcag.config import ActionUnitsSettings
from ulcag.errors import InputError
from ulcag.progress import progress
from ulcag.tables import write_table


def read_folder(
    samples: pd.DataFrame, settings: ActionUnitsSettings, out: Path, inputs: dict[str, str]
) -> dict[str, int]:
    """Read the CSV of each sample's image (same stem) and write the table.

    FaceLandmarkImg writes no file where it finds no face, so a missing file is status `no_face`.

    Args:
        samples: rows of the samples table.
        settings: folder and least confidence.
        out: action_units.parquet.
        inputs: name to SHA-256 of what `samples` was read from.

    Returns:
        Number of samples by status, and `unmatched`: CSV files that belong to no sample.

    Raises:
        InputError: no CSV belongs to any sample, two images have the same stem, or a file is no OpenFace CSV.
    """
    folder = csv_folder(samples, settings)
    stems = [Path(path).stem for path in samples["path"]]
    repeated = pd.Series(stems).duplicated()
    if repeated.any():
        stem = stems[int(repeated.to_numpy().argmax())]
        found = f"'{stem}' more than once"
        do = "OpenFace names its files by stem: give the images different names"
        raise InputError(folder, expected="a different stem for each image", found=found, do=do)
    there = {path.stem: path for path in folder.glob("*.csv")} if folder.is_dir() else {}
    if not there.keys() & set(stems):
        found = f"{len(there)} CSV files, none of them named like an image" if there else "no CSV file"
        do = "say where they are: action_units.folder"
        raise InputError(folder, expected=f"OpenFace CSV files such as {stems[0]}.csv", found=found, do=do)

    rows = []
    pairs = zip(samples["sample_id"], stems, strict=True)
    for sample_id, stem in progress(pairs, what="action units", unit="file", total=len(stems)):
        rows.append({"sample_id": sample_id} | _one(there.get(stem), settings.min_confidence))
    frame = pd.DataFrame(rows, columns=ACTION_UNITS.names)
    integers = dict.fromkeys(C_COLUMNS, "Int8") | {"face": "Int16"}
    frame = frame.astype(integers | dict.fromkeys((*R_COLUMNS, "confidence"), "float32"))
    write_table(out, frame.sort_values("sample_id"), ACTION_UNITS, settings=settings.plain(), inputs=inputs)
    counts = frame["status"].value_counts().to_dict() | {"unmatched": len(there.keys() - set(stems))}
    summary = ", ".join(f"{count} {status}" for status, count in counts.items())
    print(f"action units from {folder}: {summary}", file=sys.stderr)
    return {str(status): int(count) for status, count in counts.items()}


def csv_folder(samples: pd.DataFrame, settings: ActionUnitsSettings) -> Path:
    """The folder of the settings, or `openface` beside the folder of images."""
    return Path(settings.folder) if settings.folder else Path(samples["path"].iloc[0]).parent.parent / "openface"


def _one(path: Path | None, min_confidence: float) -> dict[str, Any]:
    if path is None:
        return {"status": "no_face"}
    try:
        face = read_openface_csv(path)
    except DamagedCsvError as error:
        return {"status": "failed", "reason": f"{path.name}, {error}"}
    if face is None:
        return {"status": "no_face"}
    presences = {name: round(face.values[name]) for name in C_COLUMNS}
    status = OK if face.confidence >= min_confidence else "low_confidence"
    return {"status": status, "confidence": face.confidence, "face": face.face} | face.values | presences
