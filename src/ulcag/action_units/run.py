"""Action units of one shard of crops, by OpenFace."""

import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

import numpy as np
import pandas as pd

from ulcag.action_units.chunks import run_chunks
from ulcag.action_units.engine import Engine
from ulcag.action_units.openface_csv import FaceRow, select_face
from ulcag.action_units.outcomes import Outcome, Outcomes, action_unit_rows
from ulcag.action_units.picture import openface_picture, write_picture
from ulcag.action_units.table import ACTION_UNITS
from ulcag.config import ActionUnitsSettings
from ulcag.errors import InputError
from ulcag.faces.crop import Box
from ulcag.faces.shard import Crops
from ulcag.files import binding
from ulcag.tables import write_table

# As the faces room stores it; whole images have none, and get it here.
_MARGIN = 0.3
_COLUMNS = ("sample_id", "row", "status", "reason")


def openface_shard(
    faces: pd.DataFrame,
    crops: Path,
    settings: ActionUnitsSettings,
    out: Path,
    inputs: dict[str, str],
    state: Path,
) -> dict[str, int]:
    """Run OpenFace on each crop of a shard and write the rows of its samples.

    A crop that OpenFace dies of is a row with status `failed` and the reason; it costs no other.

    Args:
        faces: the shard's rows of the faces table.
        crops: the shard.
        settings: how OpenFace is run.
        out: the table to write.
        inputs: name to SHA-256 of `faces` and `crops`.
        state: folder that a killed job leaves its results in and goes on from; removed at the end.

    Returns:
        Number of samples by status.

    Raises:
        InputError: runtime or image is missing (before any work), OpenFace cannot be started, or dies of everything.
    """
    nearest = settings.of_several == "nearest_box"
    owner = binding({"state": str(state.resolve())})[:16]
    engine = Engine(settings.openface, owner, landmarks=nearest and settings.openface.detector == "own")
    made_by = engine.check()
    engine.stop_leftovers()
    plain = settings.of_result()
    shard = _Shard(faces, crops, settings)
    # A termination (Slurm's time limit) is an exit like others: containers are stopped, what is known is kept.
    before = signal.signal(signal.SIGTERM, _exit)
    try:
        outcomes = Outcomes(state / "outcomes.jsonl", binding(plain, inputs, {"openface": made_by}))
        run_chunks(list(shard.rows), shard.prepare, shard.select, engine, outcomes)
    finally:
        signal.signal(signal.SIGTERM, before)
    found = [
        _without_crop(sample_id, status, reason) if pd.isna(row) else outcomes[_stem(row)]
        for sample_id, row, status, reason in zip(*(faces[c] for c in _COLUMNS), strict=True)
    ]
    frame = action_unit_rows(faces["sample_id"], found, settings.min_confidence, settings.openface.detector, made_by)
    write_table(out, frame, ACTION_UNITS, settings=plain, inputs=inputs)
    shutil.rmtree(state, ignore_errors=True)
    counts = {str(status): int(count) for status, count in frame["status"].value_counts().items()}
    print(f"openface, {out.stem}: {', '.join(f'{n} {status}' for status, n in counts.items())}", file=sys.stderr)
    return counts


class _Shard:
    """Crops by the name that OpenFace gets them under."""

    def __init__(self, faces: pd.DataFrame, crops: Path, settings: ActionUnitsSettings) -> None:
        stored = faces[faces["row"].notna()].sort_values("row")
        if stored["row"].duplicated().any():
            do = "give the shard's own table, not that of all shards"
            raise InputError("--faces", expected=f"the table of {crops.name} alone", found="several shards", do=do)
        self.rows = {_stem(r): (int(r), name) for r, name in zip(stored["row"], stored["sample_id"], strict=True)}
        self._crops, self._settings = Crops([crops]), settings

    def prepare(self, stem: str, folder: Path) -> None:
        picture, box = self._picture(stem)
        write_picture(folder, stem, picture, box if self._settings.openface.detector == "box" else None)

    def select(self, stem: str, path: Path, faces: list[FaceRow]) -> FaceRow | None:
        near = None
        if self._settings.of_several == "nearest_box" and len(faces) > 1:
            x0, y0, x1, y1 = self._picture(stem)[1]
            near = ((x0 + x1) / 2, (y0 + y1) / 2)
        return select_face(path, faces, near)

    def _picture(self, stem: str) -> tuple[np.ndarray, Box]:
        crop, box = self._crops.whole(0, *self.rows[stem])
        return openface_picture(crop, box, self._settings.openface.face_size, _MARGIN)


def _stem(row: int) -> str:
    return f"{int(row):08d}"


def _without_crop(sample_id: str, status: str, reason: object) -> Outcome:
    """Of a sample for which the faces room stored nothing."""
    said = reason if isinstance(reason, str) else None
    if status == "unreadable":
        return Outcome(sample_id, "failed", f"no picture: {said}")
    return Outcome(sample_id, "no_face", said or "the faces stage found none")


def _exit(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
