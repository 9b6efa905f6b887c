"""What is wrong with a data set, before anything long is done with it: look at every picture, write and tell."""

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ulcag.errors import InputError
from ulcag.files import sha256, whole_or_absent
from ulcag.samples.findings import COLUMNS, FATAL, OK, WARNING, find
from ulcag.samples.layouts import published_counts
from ulcag.samples.picture_facts import measure_pictures
from ulcag.samples.table import PICTURES, SAMPLES
from ulcag.tables import read_made_by, read_table, write_table
from ulcag.text import CsvFile


def check_samples(
    samples_file: Path, out: Path, out_pictures: Path | None = None, *, reader: str | None = None, workers: int = 1
) -> pd.DataFrame:
    """Look at a data set, print the findings, and write them.

    Args:
        samples_file: the samples table.
        out: CSV to write, a row a finding.
        out_pictures: Parquet to write, a row a picture: size, hash of the file, nearest training picture.
        reader: whose published counts to compare with; None: of the reader that made the table.
        workers: processes that read pictures.

    Returns:
        The findings, as `find` returns them.

    Raises:
        InputError: there is no such samples table, or ImageHash is not installed.
    """
    if importlib.util.find_spec("imagehash") is None:
        raise InputError("check", expected="ImageHash", found="not installed", do="pip install 'ulcag[check]'")
    samples = read_table(samples_file, SAMPLES)
    made_by = read_made_by(samples_file)
    settings: Mapping[str, Any] = {"reader": reader} if reader else made_by.get("settings", {})
    pictures = measure_pictures(samples, workers)
    found = find(samples, pictures, published_counts(settings), made_by.get("notes", ()))
    if out_pictures is not None:
        write_table(out_pictures, pictures, PICTURES, inputs={"samples": sha256(samples_file)})
    with whole_or_absent(out) as beside:
        found.to_csv(beside, index=False)
    print(
        "\n".join([f"check of {samples_file}: {len(samples)} samples", *map(in_words, _worth_saying(found))]),
        file=sys.stderr,
    )
    return found


def read_findings(path: Path) -> pd.DataFrame:
    """Read what `check_samples` wrote.

    Raises:
        InputError: no such file, or another one.
    """
    do = "run `ulcag check`"
    if not path.exists():
        raise InputError(path, expected="a table of findings", found="no such file", do=do)
    file = CsvFile(path)
    places = file.places(COLUMNS, "a table of findings", do)
    rows = []
    for record in file.rows():
        row: dict[str, Any] = {name: record.cells[place] for name, place in places.items()}
        where = f"{path}, row {record.row}"
        if row["severity"] not in (OK, WARNING, FATAL):
            expected = f"severity {OK}, {WARNING} or {FATAL}"
            raise InputError(where, expected=expected, found=repr(row["severity"]), do=do)
        for name in ("count", "of"):
            if not row[name].isdecimal() and (name == "count" or row[name]):
                raise InputError(where, expected=f"a number in column '{name}'", found=repr(row[name]), do=do)
            row[name] = int(row[name]) if row[name] else None
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"count": "int64", "of": "Int64"})


def stop_if_fatal(found: pd.DataFrame, where: Path) -> None:
    """Nothing, or an error that lists what is fatal.

    Raises:
        InputError: there is a fatal finding.
    """
    fatal = found[found["severity"] == FATAL]
    if len(fatal):
        rows: list[Any] = fatal.to_dict("records")
        lines = [in_words(row) for row in rows]
        do = "repair the data set, or set `check: warn` for it (`--on-fatal warn`) to continue anyway"
        what = f"{len(fatal)} fatal\n" + "\n".join(lines)
        raise InputError(where, expected="no fatal finding", found=what, do=do)


def in_words(row: Mapping[str, Any]) -> str:
    """A finding in a line, with examples and what to do below it."""
    of = "" if pd.isna(row["of"]) else f" of {row['of']}"
    where = " ".join(part for part in (row["split"], row["class"]) if part)
    severity = row["severity"].upper() if row["severity"] == FATAL else row["severity"]
    text = f"  {severity:<8} {where}{': ' if where else ''}{row['finding']}"
    text += f": {row['count']}{of}" if row["count"] or of else ""
    if row["severity"] == OK and row["examples"]:
        return f"{text}: {row['examples']}"
    below = {"such as": row["examples"], "to do": row["to_do"]}
    return "\n".join([text, *(f"           {name}: {value}" for name, value in below.items() if value)])


def _worth_saying(found: pd.DataFrame) -> list[Any]:
    """All but the classes that are as they should be: with them nobody would find the rest."""
    dull = (found["severity"] == OK) & (found["class"] != "")
    return list(found[~dull].to_dict("records"))
