"""Reader for a plain table: a row an image, in CSV or Parquet, with columns of any name."""

from pathlib import Path

import numpy as np
import pandas as pd

from ulcag.classes import CLASSES, class_index
from ulcag.config import TableSamples
from ulcag.errors import InputError
from ulcag.samples.found import Found, votes_table
from ulcag.samples.table import VOTE_SHARES

OURS = ("image", "label", "split", "clean_label", "identity", *VOTE_SHARES)
_NEEDED = ("image", "label")
_SPLITS = {"train": "train", "training": "train", "test": "test", "testing": "test"}


def read_table_samples(settings: TableSamples) -> Found:
    """Read a user's table as rows of the samples table, and of the votes table where it has votes.

    Columns are called image, label, split, clean_label, identity, and votes_angry and so on, which hold numbers of
    people; `settings.columns` says which of the table's columns serve instead. Labels are class names (any case, or the
    usual synonyms), or whatever `settings.labels` translates. Without a split column every row is for training.

    Raises:
        InputError: file, row, what was expected and found: unknown column, label, split; repeated image.
    """
    path = Path(settings.path)
    table = read_as_it_is(path)
    columns = columns_in_use(path, table, settings)
    root = Path(settings.images) if settings.images else path.parent

    frame = pd.DataFrame({ours: table[theirs] for ours, theirs in columns.items()})
    keep = pd.Series(True, index=frame.index)
    for name in ("label", "clean_label"):
        if name in frame:
            codes = [_label(path, row, value, name, settings) for row, value in enumerate(frame[name])]
            keep &= np.array([code != "drop" for code in codes])
            frame[name] = pd.Series([None if code == "drop" else code for code in codes], dtype="Int8")
    frame["split"] = [_split(path, row, value) for row, value in enumerate(frame.get("split", ["train"] * len(frame)))]
    for optional in ("clean_label", "identity"):
        if optional not in frame:
            frame[optional] = None
    frame["identity"] = frame["identity"].map(lambda value: None if pd.isna(value) else str(value))
    frame["image"] = frame["image"].astype(str)
    frame = frame[keep.to_numpy()]
    if frame.empty:
        raise InputError(path, expected="at least one row that is not dropped", found="none")
    repeated = frame["image"].duplicated()
    if repeated.any():
        row = int(frame.index[repeated][0])
        raise InputError(f"{path}, row {row}", expected="each image once", found=f"{frame['image'][row]} again")
    samples = pd.DataFrame(
        {
            "sample_id": frame["image"],
            "path": [str(root / image) for image in frame["image"]],
            "split": frame["split"],
            "label": frame["label"].astype("int8"),
            "clean_label": frame["clean_label"].astype("Int8"),
            "identity": frame["identity"],
        }
    )
    counts = np.zeros((len(frame), len(CLASSES)))
    for code, name in enumerate(VOTE_SHARES):
        if name in frame:
            counts[:, code] = [_count(path, row, value, name) for row, value in frame[name].items()]
    votes = votes_table(samples["sample_id"].tolist(), counts)
    return Found(samples.sort_values("sample_id", ignore_index=True), votes=votes)


def _count(path: Path, row: object, value: object, column: str) -> float:
    number = 0.0 if pd.isna(value) else pd.to_numeric(value, errors="coerce")  # type: ignore[call-overload]
    if not 0 <= number < np.inf:
        raise InputError(f"{path}, row {row}, {column}", expected="a number of people", found=repr(value))
    return float(number)


def read_as_it_is(path: Path) -> pd.DataFrame:
    """The table with its own columns and values.

    Raises:
        InputError: no such file, or none of CSV and Parquet.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise InputError(path, expected="a .csv or .parquet file", found=f"suffix '{path.suffix}'")
    try:
        # Everything as text: a label may be a number in one table and a name in the next.
        return pd.read_csv(path, dtype=str) if path.suffix == ".csv" else pd.read_parquet(path)
    except FileNotFoundError:
        raise InputError(path, expected="the table of samples", found="no such file", do="check `path`") from None
    except (ValueError, OSError) as error:
        raise InputError(path, expected=f"a {path.suffix} table", found=str(error)) from None


def columns_in_use(path: Path, table: pd.DataFrame, settings: TableSamples) -> dict[str, str]:
    """Our column -> the table's own name, for those that it has.

    Raises:
        InputError: a column that is no name of ours, or is missing.
    """
    unknown = [name for name in settings.columns if name not in OURS]
    if unknown:
        raise InputError("samples.columns", expected=f"keys among {', '.join(OURS)}", found=", ".join(unknown))
    columns = {}
    for ours in OURS:
        theirs = settings.columns.get(ours, ours)
        if theirs in table.columns:
            columns[ours] = theirs
        elif ours in settings.columns or ours in _NEEDED:
            found = ", ".join(str(column) for column in table.columns)
            do = f"say which column it is: columns: {{{ours}: ...}}"
            raise InputError(path, expected=f"a column '{theirs}'", found=found, do=do)
    return columns


def _label(path: Path, row: int, value: object, column: str, settings: TableSamples) -> int | str | None:
    if pd.isna(value) and column == "clean_label":  # type: ignore[call-overload]
        return None
    name = settings.labels.get(str(value), str(value))
    # Only the published label decides whether a sample belongs to the set.
    if name == "drop":
        return "drop" if column == "label" else None
    code = class_index(name)
    if code is None:
        do = "translate it: labels: {'" + str(value) + "': <class name or drop>}"
        raise InputError(f"{path}, row {row}, {column}", expected=", ".join(CLASSES), found=repr(value), do=do)
    return code


def _split(path: Path, row: int, value: object) -> str:
    split = _SPLITS.get(str(value).strip().lower())
    if split is None:
        raise InputError(f"{path}, row {row}, split", expected="train or test", found=repr(value))
    return split
