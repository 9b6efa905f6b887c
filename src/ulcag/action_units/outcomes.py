"""What is known of a picture: as a row of the table, and in the file that a killed job's successor goes on from."""

import json
import sys
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ulcag.action_units.csv_programs import C_COLUMNS, R_COLUMNS
from ulcag.action_units.table import ACTION_UNITS
from ulcag.action_units.unit_csv import FaceRow
from ulcag.errors import InputError


@dataclass(frozen=True)
class Outcome:
    """Of one picture: its name, `ok`, `no_face` or `failed`, why it is not ok, the face, and who found it."""

    stem: str
    status: str
    reason: str | None = None
    face: FaceRow | None = None
    detector: str | None = None


def action_unit_rows(
    sample_ids: "pd.Series[str]",
    outcomes: Iterable[tuple[str, Outcome]],
    min_confidence: float,
    openface: str | None = None,
) -> pd.DataFrame:
    """Rows of the action units table, in the order of the samples.

    Args:
        sample_ids: n different ones.
        outcomes: each of them with what is known of it, in any order.
        min_confidence: below it the values are kept, but the status is `low_confidence`.
        openface: what made the values, for rows that have some.

    Raises:
        ValueError: a sample has no outcome or two, or an outcome is of none of the samples.
    """
    # Columns, not a dictionary a row: 300,000 of those would take a gigabyte.
    names = ("confidence", "face", *R_COLUMNS, *C_COLUMNS)
    values = np.full((len(sample_ids), len(names)), np.nan, dtype=np.float32)
    texts: dict[str, list[str | None]] = {
        name: [None] * len(values) for name in ("status", "reason", "detector", "openface")
    }
    places = {sample_id: number for number, sample_id in enumerate(sample_ids)}
    for sample_id, outcome in outcomes:
        number = places.pop(sample_id, None)
        if number is None:
            raise ValueError(f"no sample, or a second outcome: {sample_id}")
        face = outcome.face
        texts["status"][number], texts["reason"][number] = outcome.status, outcome.reason
        if face is not None:
            values[number] = (face.confidence, face.face, *(face.values.get(name, np.nan) for name in names[2:]))
            texts["detector"][number], texts["openface"][number] = outcome.detector, openface
            if face.confidence < min_confidence:
                texts["status"][number] = "low_confidence"
    if places or len(values) != len(set(sample_ids)):
        raise ValueError(f"samples without outcome, or twice: {', '.join(list(places)[:3])}")
    frame = pd.DataFrame(values, columns=list(names))
    frame = frame.astype(dict.fromkeys(C_COLUMNS, "Int8") | {"face": "Int16"})
    frame = pd.concat([pd.DataFrame({"sample_id": sample_ids.to_numpy()} | texts), frame], axis=1)
    return frame[ACTION_UNITS.names]


def without_crop(sample_id: str, status: str, reason: object) -> Outcome:
    """Of a sample for which the faces stage stored nothing; status and reason are what that stage says."""
    said = reason if isinstance(reason, str) else None
    if status == "unreadable":
        return Outcome(sample_id, "failed", f"no picture: {said}")
    return Outcome(sample_id, "no_face", said or "the faces stage found none")


class Outcomes:
    """Outcomes by name, kept in a file of JSON lines.

    A line is added as soon as something is known; one that was cut short by a kill is not counted, nor is a failure,
    which is tried again. The first line binds the file to settings and inputs: a file of others is begun anew.
    """

    def __init__(self, path: Path, bound_to: str) -> None:
        self.path = path
        self._found: dict[str, Outcome] = {}
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not self._read(bound_to):
                path.write_text(json.dumps({"bound_to": bound_to}) + "\n")
            elif self._found:
                print(f"resuming after {len(self._found)} pictures, from {path}", file=sys.stderr)
        except OSError as error:
            raise InputError(path, expected="a writable file", found=str(error)) from None

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Keep these, too.

        Raises:
            InputError: the file cannot be written.
        """
        with self._lock:
            new = [outcome for outcome in outcomes if outcome.stem not in self._found]
            try:
                with open(self.path, "a") as file:
                    file.writelines(json.dumps(asdict(outcome)) + "\n" for outcome in new)
            except OSError as error:
                do = "free disk space or grant write permission, then run the command again; finished pictures are kept"
                raise InputError(self.path, expected="a writable file", found=str(error), do=do) from None
            self._found.update((outcome.stem, outcome) for outcome in new)

    def __contains__(self, stem: str) -> bool:
        return stem in self._found

    def __getitem__(self, stem: str) -> Outcome:
        return self._found[stem]

    def __len__(self) -> int:
        return len(self._found)

    def _read(self, bound_to: str) -> bool:
        """Read the file; False if there is none of use."""
        if not self.path.exists():
            return False
        text = self.path.read_text(errors="replace")
        lines = text.splitlines(keepends=True)
        try:
            if json.loads(lines[0])["bound_to"] != bound_to:
                return False
        except (IndexError, ValueError, KeyError, TypeError):
            return False
        whole = [line for line in lines[1:] if line.endswith("\n")]
        for line in whole:
            try:
                outcome = _outcome(json.loads(line))
            except (ValueError, TypeError, KeyError):
                continue  # cut by a kill, with another line behind it
            # A failure is tried again: it may have been for want of memory or time.
            if outcome.status != "failed":
                self._found[outcome.stem] = outcome
        if not text.endswith("\n"):
            with open(self.path, "a") as file:
                file.write("\n")
        return True


def _outcome(values: dict[str, Any]) -> Outcome:
    face = values["face"]
    if face is not None:
        centre = face["centre"]
        face = FaceRow(**face | {"centre": None if centre is None else tuple(centre)})
    return Outcome(values["stem"], values["status"], values["reason"], face, values["detector"])
