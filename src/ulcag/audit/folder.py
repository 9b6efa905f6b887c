"""An audit's folder: the judgement, the labels that come of it, and a copy of both where a user looks."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from ulcag.audit.apply import apply_review, final_labels
from ulcag.audit.clean import write_clean
from ulcag.audit.labels_csv import write_labels_csv
from ulcag.audit.run import write_in_words
from ulcag.audit.table import AUDIT
from ulcag.config import SamplesSettings
from ulcag.errors import InputError
from ulcag.files import hashes, whole_or_absent
from ulcag.samples.table import SAMPLES
from ulcag.tables import read_made_by, read_table, settings_of, write_table

TABLE = "audit.parquet"
_COPIED = ("audit.csv", "noise_matrix.csv", "audit.json", "audit.html")
# What an audit puts into its folder beside clean/ and review/.
FILES = (TABLE, *_COPIED, "labels_clean.csv")


def hand_over(made: Path, out: Path) -> None:
    """The audit that the pipeline made in the folder `made`, as files of the folder `out`, with the labels that come of
    it.

    Raises:
        InputError: as `write_labels`.
    """
    table, samples = made / TABLE, samples_of(made)
    audit = read_table(table, AUDIT)
    # First, because clean/ may be refused.
    write_labels(audit, samples, out)
    settings = settings_of(table) | {"samples": os.path.relpath(samples, out)}
    write_table(out / TABLE, audit, AUDIT, settings=settings, inputs=read_made_by(table)["inputs"])
    for name in _COPIED:
        with whole_or_absent(out / name) as beside:
            shutil.copyfile(made / name, beside)


def review(folder: Path, review_file: Path, out: Path) -> None:
    """What a person decided on an audit's page, taken over: the table and the labels that come of it, in `out`.

    Raises:
        InputError: the review does not fit the audit; `out` is the audit's own folder; as `write_labels`.
    """
    path, samples = folder / TABLE, samples_of(folder)
    if out.resolve() == folder.resolve():
        do = "drop --out, or choose another folder"
        raise InputError(out, expected="a folder for the reviewed labels", found="the audit's own folder", do=do)
    reviewed = apply_review(read_table(path, AUDIT), review_file)
    settings = settings_of(path) | {"samples": os.path.relpath(samples, out)}
    inputs = hashes({"audit": path, "review": review_file})
    # First, because clean/ may be refused.
    write_labels(reviewed, samples, out)
    write_table(out / TABLE, reviewed, AUDIT, settings=settings, inputs=inputs)
    write_in_words(reviewed, out / "audit.csv")


def samples_of(folder: Path) -> Path:
    """samples.parquet, where it was at the audit.

    Raises:
        InputError: there is no audit in the folder, or it does not say.
    """
    path = folder / TABLE
    if not path.is_file():
        do = f"give the folder that holds {TABLE}"
        raise InputError(path, expected="the folder of an audit", found="no such file", do=do)
    settings = settings_of(path)
    if "samples" not in settings:
        do = "give the audit's folder exactly as `ulcag audit` wrote it"
        raise InputError(path, expected="an audit that records the path of its samples.parquet", found="no path", do=do)
    return folder / str(settings["samples"])


def write_labels(audit: pd.DataFrame, samples_file: Path, folder: Path) -> None:
    """labels_clean.csv and clean/; the former last, for Snakemake takes it for both.

    Raises:
        InputError: the samples are not those of the audit, or the data set cannot be written (audit/clean.py).
    """
    final = final_labels(audit)
    try:
        settings: Any = TypeAdapter(SamplesSettings).validate_python(settings_of(samples_file))
    except ValidationError as error:
        found, do = error.errors()[0]["msg"], "give the samples.parquet that the audit was made from"
        raise InputError(samples_file, expected="settings of a reader", found=found, do=do) from None
    clean = write_clean(read_table(samples_file, SAMPLES), settings, final, folder / "clean")
    write_labels_csv(audit, final, folder / "labels_clean.csv")
    for note in clean.notes:
        print(note, file=sys.stderr)
    print(f"{folder / 'clean'}: {clean.samples} samples, {clean.changed} with a new label", file=sys.stderr)
