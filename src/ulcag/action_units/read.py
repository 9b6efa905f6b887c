"""A folder of OpenFace CSV files to the action units table."""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ulcag.action_units.openface_csv import C_COLUMNS, R_COLUMNS, DamagedCsvError, FaceRow, read_openface_csv
from ulcag.action_units.table import ACTION_UNITS, OK
from ulcag.config import ActionUnitsSettings
from ulcag.errors import InputError
from ulcag.progress import progress
from ulcag.tables import write_table


def read_folder(
    samples: pd.DataFrame, settings: ActionUnitsSettings, out: Path, inputs: dict[str, str]
) -> dict[str, int]:
    """Read the CSV of each sample's image (same stem) and write the table.

    Args:
        samples: rows of the samples table.
        settings: folder and least confidence.
        out: action_units.parquet.
        inputs: name to SHA-256 of what `samples` was read from.

    Returns:
        Number of samples by status, and `unmatched`: CSV files that belong to no sample.

    Raises:
        InputError: no CSV belongs to any sample, two images or two CSV files have the same stem, a file is no OpenFace
            CSV, or no file is without error.
    """
    folder = csv_folder(samples, settings)
    images = by_stem([Path(path) for path in samples["path"]], "images")
    csv_files = by_stem(sorted(folder.rglob("*.csv")), "CSV files")
    if not csv_files.keys() & images.keys():
        found = f"{len(csv_files)} CSV files, none of them named like an image" if csv_files else "no CSV file"
        do = "say where they are: action_units.folder"
        expected = f"OpenFace CSV files such as {next(iter(images), 'image')}.csv"
        raise InputError(folder, expected=expected, found=found, do=do)
    frame = read_rows(samples, csv_files, settings.min_confidence)
    failed = frame["status"] == "failed"
    if failed.any() and not frame["confidence"].notna().any():
        found = f"{frame['reason'][failed].iloc[0]}; {failed.sum()} files fail, and none is good"
        raise InputError(folder, expected="CSV files as OpenFace 2 writes them", found=found)
    write_table(out, frame.sort_values("sample_id"), ACTION_UNITS, settings=settings.plain(), inputs=inputs)

    counts = {str(status): int(count) for status, count in frame["status"].value_counts().items()}
    counts["unmatched"] = len(csv_files.keys() - images.keys())
    summary = ", ".join(f"{count} {status}" for status, count in counts.items())
    print(f"action units from {folder}: {summary}", file=sys.stderr)
    return counts


def read_rows(samples: pd.DataFrame, csv_files: Mapping[str, Path], min_confidence: float) -> pd.DataFrame:
    """Rows of the action units table for these samples, in their order.

    FaceLandmarkImg writes no file where it finds no face, so a missing file is status `no_face`.

    Args:
        samples: rows of the samples table, all or a part.
        csv_files: the CSV of each image, by stem.
        min_confidence: below it the values are kept, but the status is `low_confidence`.

    Raises:
        InputError: a file is no OpenFace CSV with action units.
    """
    # Columns, not a dictionary a row: 300,000 of those would take a gigabyte.
    names = ("confidence", "face", *R_COLUMNS, *C_COLUMNS)
    values = np.full((len(samples), len(names)), np.nan, dtype=np.float32)
    statuses: list[str] = []
    reasons: list[str | None] = []
    for number, path in enumerate(progress(samples["path"], what="action units", unit="file", total=len(samples))):
        status, reason, face = _one(csv_files.get(Path(path).stem), min_confidence)
        statuses.append(status)
        reasons.append(reason)
        if face is not None:
            values[number] = (face.confidence, face.face, *(face.values[name] for name in names[2:]))
    frame = pd.DataFrame(values, columns=list(names))
    frame = frame.astype(dict.fromkeys(C_COLUMNS, "Int8") | {"face": "Int16"})
    texts = {"sample_id": samples["sample_id"].to_numpy(), "status": statuses, "reason": reasons}
    frame = pd.concat([pd.DataFrame(texts), frame], axis=1)
    return frame[ACTION_UNITS.names]


def csv_folder(samples: pd.DataFrame, settings: ActionUnitsSettings) -> Path:
    """The folder of the settings, or `openface` beside the folder of images."""
    return Path(settings.folder) if settings.folder else Path(samples["path"].iloc[0]).parent.parent / "openface"


def by_stem(paths: list[Path], what: str) -> dict[str, Path]:
    """Paths by stem, which is all that OpenFace keeps of an image's name.

    Raises:
        InputError: two have the same stem.
    """
    found: dict[str, Path] = {}
    for path in paths:
        other = found.setdefault(path.stem, path)
        if other is not path:
            do = "OpenFace names its files by stem alone: give the images names that differ, and run it again"
            twice = f"'{path.stem}' more than once, also {other}"
            raise InputError(path, expected=f"{what} with different stems", found=twice, do=do)
    return found


def _one(path: Path | None, min_confidence: float) -> tuple[str, str | None, FaceRow | None]:
    """Status, reason, and the values if there are any."""
    if path is None:
        return "no_face", None, None
    try:
        face = read_openface_csv(path)
    except (DamagedCsvError, OSError) as error:
        return "failed", f"{path.name}, {error}", None
    if face is None:
        return "no_face", None, None
    return OK if face.confidence >= min_confidence else "low_confidence", None, face
