"""Action units of one shard of crops, by OpenFace."""

import math
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import FrameType

import numpy as np
import pandas as pd

from ulcag.action_units.chunks import remove_leftovers, run_chunks
from ulcag.action_units.engine import Engine
from ulcag.action_units.outcomes import Outcome, Outcomes, action_unit_rows, without_crop
from ulcag.action_units.picture import openface_box, openface_picture, write_picture
from ulcag.action_units.sources.openface import OpenFaceSettings
from ulcag.action_units.unit_csv import FaceRow, select_face
from ulcag.errors import InputError
from ulcag.faces.boxes import Box
from ulcag.faces.shard import Crops
from ulcag.files import binding

# As the faces stage stores it; whole images have none, and get it here.
_MARGIN = 0.3
# A face whose landmarks are so far from the middle of MTCNN's box, as a part of its longer side, is another one. Of 373
# right ones none was farther than 0.19; neighbours in the margin were at 0.4 and more.
_FAR = 0.3
_COLUMNS = ("sample_id", "row", "status", "reason")
# Each detector gets what the one before it did not read.
_DETECTORS = {"own_else_box": ("own", "box"), "own": ("own",), "box": ("box",)}


def openface_shard(
    faces: pd.DataFrame,
    crops: Crops,
    settings: OpenFaceSettings,
    min_confidence: float,
    state: Path,
    bound_to: str,
) -> pd.DataFrame:
    """Run OpenFace on each crop of a shard.

    A crop that OpenFace dies of is a row with status `failed` and the reason; it costs no other.

    Args:
        faces: the shard's rows of the faces table.
        crops: the shard's.
        settings: how OpenFace is run.
        min_confidence: below it a row has the status `low_confidence`.
        state: folder that a killed job leaves its results in and goes on from.
        bound_to: hash of settings and inputs; results of others are not gone on from.

    Returns:
        Rows of the action units table, in the order of `faces`.

    Raises:
        InputError: runtime or image is missing (before any work), OpenFace cannot be started, or dies of everything, or
            the table is not of this shard.
    """
    owner = binding({"state": str(state.resolve())})[:16]
    detectors = _DETECTORS[settings.detector]
    engines = [Engine(settings.model_copy(update={"detector": name}), owner) for name in detectors]
    made_by = engines[0].check()
    engines[0].stop_leftovers()
    remove_leftovers(owner)
    shard = _Shard(faces, crops, settings)
    # A termination (Slurm's time limit) is an exit like others: containers are stopped, what is known is kept.
    before = signal.signal(signal.SIGTERM, _exit)
    try:
        outcomes = _search(shard, engines, state, binding({"job": bound_to}, {"openface": made_by}), min_confidence)
    finally:
        signal.signal(signal.SIGTERM, before)
    found = (
        (sample_id, without_crop(sample_id, status, reason) if pd.isna(row) else outcomes[_stem(row)])
        for sample_id, row, status, reason in zip(*(faces[c] for c in _COLUMNS), strict=True)
    )
    return action_unit_rows(faces["sample_id"], found, min_confidence, made_by)


class _Shard:
    """Crops by the name that OpenFace gets them under."""

    def __init__(self, faces: pd.DataFrame, crops: Crops, settings: OpenFaceSettings) -> None:
        stored = faces[faces["row"].notna()].sort_values("row")
        if stored["row"].duplicated().any():
            do = "give the table of one shard, not that of all shards"
            raise InputError("--faces", expected="the table of one shard", found="several shards", do=do)
        self.stems = [_stem(row) for row in stored["row"]]
        self._places = dict(zip(self.stems, zip(stored["shard"], stored["sample_id"], strict=True), strict=True))
        # In which MTCNN found a face; elsewhere it may be anywhere.
        self._found = set(stored["row"][stored["status"].isin(["found", "several"])].map(_stem))
        self._crops, self._settings = crops, settings

    def prepare(self, stem: str, folder: Path, detector: str) -> None:
        picture, box = self._picture(stem)
        # A whole picture, in which no face was searched or found, stands for MTCNN's box, too.
        write_picture(folder, stem, picture, openface_box(box) if detector == "box" else None)

    def select(self, stem: str, path: Path, faces: list[FaceRow]) -> FaceRow | None:
        """The face that the sample is of: a neighbour's may be in the margin, the surer one or the only one."""
        # Of the box that it was given, OpenFace says nothing but what is in it.
        if len(faces) < 2 and (stem not in self._found or not faces or faces[0].centre is None):
            return select_face(path, faces)
        x0, y0, x1, y1 = self._picture(stem)[1]
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        face = select_face(path, faces, middle)
        far = _FAR * max(x1 - x0, y1 - y0)
        other = face and face.centre and stem in self._found and math.dist(face.centre, middle) > far
        return None if other else face

    def _picture(self, stem: str) -> tuple[np.ndarray, Box]:
        shard, sample_id = self._places[stem]
        crop, box = self._crops.whole(int(shard), int(stem), sample_id)
        return openface_picture(crop, box, self._settings.face_size, _MARGIN)


def _search(
    shard: _Shard, engines: Sequence[Engine], state: Path, bound_to: str, min_confidence: float
) -> dict[str, Outcome]:
    """What becomes of each picture.

    Those in which one detector finds no face, or none with confidence, or which it dies of, are left to the next.
    """
    known = [Outcomes(state / f"{engine.settings.detector}.jsonl", bound_to) for engine in engines]
    found: dict[str, Outcome] = {}
    left, before = shard.stems, None
    for number, (engine, outcomes) in enumerate(zip(engines, known, strict=True)):
        # A failure is forgotten when the job starts again, but not the face that the next detector found then.
        later = known[number + 1 :]
        todo = [stem for stem in left if not any(stem in other and other[stem].face for other in later)]
        if todo:
            prepare = partial(shard.prepare, detector=engine.settings.detector)
            run_chunks(todo, prepare, shard.select, engine, outcomes, before)
        found |= {stem: _of_both(found.get(stem), outcomes[stem]) for stem in left if stem in outcomes}
        left = [stem for stem in left if stem not in found or _confidence(found[stem]) < min_confidence]
        before = outcomes
    return found


def _of_both(first: Outcome | None, second: Outcome) -> Outcome:
    """Of one picture that two detectors had: the surer face, or else why there is none."""
    if first is None or _confidence(second) > _confidence(first):
        return second
    if first.face is not None:
        return first
    if second.status == "failed" or first.status == "failed":
        return second if second.status == "failed" else first
    return Outcome(second.stem, "no_face", "OpenFace found no face, neither itself nor in the box that it was given")


def _confidence(outcome: Outcome) -> float:
    return -1 if outcome.face is None else outcome.face.confidence


def _stem(row: int) -> str:
    return f"{int(row):08d}"


def _exit(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
