"""A folder of OpenFace CSV files to the action units table."""

import sys
from collections import Counter
from pathlib import Path

import pandas as pd

from ulcag.action_units.openface_csv import DamagedCsvError, read_openface_csv, select_face
from ulcag.action_units.outcomes import Outcome, action_unit_rows
from ulcag.action_units.table import ACTION_UNITS, NOT_READ, OK
from ulcag.config import ActionUnitsSettings
from ulcag.errors import InputError
from ulcag.progress import progress
from ulcag.tables import write_table


def read_folder(
    samples: pd.DataFrame,
    settings: ActionUnitsSettings,
    out: Path,
    inputs: dict[str, str],
    faces: pd.DataFrame | None = None,
) -> dict[str, int]:
    """Read the CSV of each sample's image and write the table.

    A CSV belongs to the image with the same stem, or to what `settings.table` says.

    Args:
        samples: rows of the samples table.
        settings: folder, table, which of several faces, and least confidence.
        out: action_units.parquet.
        inputs: name to SHA-256 of what `samples` was read from.
        faces: the faces table, where the face nearest to our box is wanted. OpenFace must have seen the pictures that
            the boxes are in.

    Returns:
        Number of samples by status, and `unmatched`: CSV files that belong to no sample.

    Raises:
        InputError: no CSV belongs to any sample, two images or two CSV files have the same stem, the table names what
            is not there, a file is no OpenFace CSV, or no file is without error.
    """
    folder = csv_folder(samples, settings)
    if settings.table:
        csv_of, unmatched = by_table(samples, folder, Path(settings.table))
    else:
        images = by_stem([Path(path) for path in samples["path"]], "images")
        csv_files = by_stem(sorted(folder.rglob("*.csv")), "CSV files")
        if not csv_files.keys() & images.keys():
            found = f"{len(csv_files)} CSV files, none of them named like an image" if csv_files else "no CSV file"
            do = "say where they are (action_units.folder), or which belongs to which image (action_units.table)"
            expected = f"OpenFace CSV files such as {next(iter(images), 'image')}.csv"
            raise InputError(folder, expected=expected, found=found, do=do)
        csv_of = [csv_files.get(Path(path).stem) for path in samples["path"]]
        unmatched = [csv_files[stem] for stem in csv_files.keys() - images.keys()]
    near = _centres(samples, faces) if faces is not None else dict[str, tuple[float, float]]()
    pairs = zip(samples["sample_id"], csv_of, strict=True)
    outcomes = (
        (sample_id, _one(sample_id, path, near.get(sample_id)))
        for sample_id, path in progress(pairs, what="action units", unit="file", total=len(samples))
    )
    frame = action_unit_rows(samples["sample_id"], outcomes, settings.min_confidence)
    failed = frame["status"] == "failed"
    if failed.any() and not frame["confidence"].notna().any():
        found = f"{frame['reason'][failed].iloc[0]}; {failed.sum()} files fail, and none is good"
        raise InputError(folder, expected="CSV files as OpenFace 2 writes them", found=found)
    write_table(out, frame.sort_values("sample_id"), ACTION_UNITS, settings=settings.plain(), inputs=inputs)

    counts = {str(status): int(count) for status, count in frame["status"].value_counts().items()}
    counts["unmatched"] = len(unmatched)
    summary = ", ".join(f"{count} {status}" for status, count in counts.items())
    print(f"action units from {folder}: {summary}", file=sys.stderr)
    if unmatched:
        some = ", ".join(sorted(path.name for path in unmatched)[:3])
        print(
            f"unmatched, that is CSV files of no sample: {some}{', ...' if len(unmatched) > 3 else ''}", file=sys.stderr
        )
    return counts


def do_without(samples: pd.DataFrame, settings: ActionUnitsSettings, out: Path, inputs: dict[str, str]) -> None:
    """Write a table in which no action unit is known, for arms that need none; arguments as in `read_folder`."""
    outcomes = ((sample_id, Outcome(sample_id, NOT_READ)) for sample_id in samples["sample_id"])
    frame = action_unit_rows(samples["sample_id"], outcomes, settings.min_confidence)
    write_table(out, frame.sort_values("sample_id"), ACTION_UNITS, settings=settings.plain(), inputs=inputs)


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


def by_table(samples: pd.DataFrame, folder: Path, table: Path) -> tuple[list[Path | None], list[Path]]:
    """The CSV of each sample as a table says, and those of its CSV files that belong to no sample.

    Args:
        samples: rows of the samples table.
        folder: that the CSV files are relative to.
        table: a CSV with the columns `image` (a sample's id, its path, or the name of its file) and `csv`.

    Raises:
        InputError: the table cannot be read, lacks a column, names one image twice, none of the samples, or a file that
            is not there.
    """
    try:
        rows = pd.read_csv(table, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise InputError(table, expected="a CSV with columns image and csv", found=str(error)) from None
    missing = [name for name in ("image", "csv") if name not in rows]
    if missing:
        raise InputError(table, expected="columns image and csv", found=f"no column {', '.join(missing)}")
    # The surest name last, so that it wins.
    names = [Path(path).name for path in samples["path"]]
    places = {name: i for i, name in enumerate(names)}
    several = {name for name, times in Counter(names).items() if times > 1}
    places |= {path: i for i, path in enumerate(samples["path"])}
    places |= {sample_id: i for i, sample_id in enumerate(samples["sample_id"])}
    csv_of: list[Path | None] = [None] * len(samples)
    unmatched = []
    for number, (image, name) in enumerate(zip(rows["image"], rows["csv"], strict=True), start=1):
        path, place = folder / name, places.get(image)
        if not path.is_file():
            raise InputError(f"{table}, row {number}", expected="a CSV file that is there", found=str(path))
        if image in several:
            do = "give the sample's id or its whole path"
            found = f"'{image}', the name of {names.count(image)} files"
            raise InputError(f"{table}, row {number}", expected="one image", found=found, do=do)
        if place is None:
            unmatched.append(path)
        elif csv_of[place] is not None:
            do = "name each image once"
            raise InputError(f"{table}, row {number}", expected="one CSV an image", found=f"a second of {image}", do=do)
        else:
            csv_of[place] = path
    if len(unmatched) == len(rows):
        do = "put a sample's id, its path or its file name in the column image"
        found = f"{len(rows)} rows" + (f", such as '{rows['image'].iloc[0]}'" if len(rows) else "")
        raise InputError(table, expected=f"images such as {samples['sample_id'].iloc[0]}", found=found, do=do)
    return csv_of, unmatched


def _one(sample_id: str, path: Path | None, near: tuple[float, float] | None) -> Outcome:
    """FaceLandmarkImg writes no file where it finds no face, so a missing file is `no_face`."""
    if path is None:
        return Outcome(sample_id, "no_face")
    try:
        face = select_face(path, read_openface_csv(path), near)
    except (DamagedCsvError, OSError) as error:
        return Outcome(sample_id, "failed", f"{path.name}, {error}")
    return Outcome(sample_id, "no_face" if face is None else OK, face=face)


def _centres(samples: pd.DataFrame, faces: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """The middle of each face box in the original picture."""
    boxes = faces.set_index("sample_id").reindex(samples["sample_id"]).dropna(subset=["box_x0"])
    x, y = ((boxes[f"box_{axis}0"] + boxes[f"box_{axis}1"]) / 2 for axis in "xy")
    return dict(zip(boxes.index, zip(x, y, strict=True), strict=True))
