"""The action units stage: what a source reads, as the stage's table."""

import shutil
import sys
from pathlib import Path

import pandas as pd

from ulcag.action_units.sources.source import AtOnce, ByShard, Source
from ulcag.action_units.table import ACTION_UNITS, INTENSITY_UNITS, OK, PRESENCE_UNITS
from ulcag.faces.shard import Crops
from ulcag.files import binding
from ulcag.tables import write_table


def read_all(
    source: AtOnce, samples: pd.DataFrame, faces: pd.DataFrame | None, out: Path, inputs: dict[str, str]
) -> None:
    """Write the action units of a data set.

    Args:
        source: where they come from.
        samples: rows of the samples table.
        faces: rows of the faces table, if the source needs it.
        out: the table to write.
        inputs: name to SHA-256 of what was read.
    """
    _write(source, source.read(samples, faces), out, inputs)


def read_shard(
    source: ByShard,
    faces: pd.DataFrame,
    crops: Crops,
    out: Path,
    inputs: dict[str, str],
    *,
    state: Path,
    threads: int | None = None,
) -> None:
    """Write the action units of one shard.

    Args:
        source: where they come from.
        faces: the shard's rows of the faces table.
        crops: the shard's.
        out: the table to write.
        inputs: name to SHA-256 of what was read.
        state: folder that a killed job leaves its results in and goes on from; removed at the end.
        threads: cores to use; the source's own number, if not given.
    """
    bound_to = binding(source.of_table(), inputs)
    frame = source.read(faces, crops, threads=threads or source.threads, state=state, bound_to=bound_to)
    _write(source, frame, out, inputs)
    shutil.rmtree(state, ignore_errors=True)


def _write(source: Source, frame: pd.DataFrame, out: Path, inputs: dict[str, str]) -> None:
    notes = _not_measured(frame)
    rows, settings = frame.sort_values("sample_id"), source.of_table()
    write_table(out, rows, ACTION_UNITS, settings=settings, inputs=inputs, notes=notes)
    for note in notes:
        print(note, file=sys.stderr)
    counts = ", ".join(f"{count} {status}" for status, count in frame["status"].value_counts().items())
    print(f"action units by {source.name}, {out.stem}: {counts}", file=sys.stderr)


def _not_measured(frame: pd.DataFrame) -> list[str]:
    """What the source does not measure at all, in words; nothing where no row may be used."""
    usable = frame[frame["status"] == OK]
    notes = []
    for what, kind, units in (("presence", "c", PRESENCE_UNITS), ("intensity", "r", INTENSITY_UNITS)):
        unknown = [unit for unit in units if usable[f"{unit}_{kind}"].isna().all()]
        if unknown and len(usable):
            which = "any action unit" if len(unknown) == len(units) else ", ".join(unknown)
            notes.append(f"not measured, so unknown for all samples: {what} (AUxx_{kind}) of {which}")
    return notes
