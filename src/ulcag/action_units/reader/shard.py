"""Action units of one shard of crops, read off the pictures."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch

from ulcag.action_units.outcomes import Outcome, action_unit_rows, without_crop
from ulcag.action_units.reader.head import PRESENT_FROM
from ulcag.action_units.reader.unit_reader import Reading, UnitReader, face_square
from ulcag.action_units.table import OK
from ulcag.action_units.unit_csv import FaceRow
from ulcag.faces.shard import Crops
from ulcag.progress import progress


def reader_shard(faces: pd.DataFrame, crops: Crops, min_confidence: float, threads: int) -> pd.DataFrame:
    """Read each crop of a shard.

    Args:
        faces: the shard's rows of the faces table.
        crops: the shard's.
        min_confidence: below it a row has the status `low_confidence`.
        threads: of torch; changes no result.

    Returns:
        Rows of the action units table, in the order of `faces`.

    Raises:
        InputError: the package with the network's weights is not installed, or a file of it or of ours is damaged; or a
            crop is not there.
    """
    reader = UnitReader()
    torch.set_num_threads(threads)
    stored = faces[faces["row"].notna()]
    without = faces[faces["row"].isna()]

    def squares() -> Iterator[np.ndarray]:
        places = stored[["sample_id", "shard", "row"]].itertuples(index=False, name=None)
        for sample_id, shard, row in progress(places, what="action units", unit="face", total=len(stored)):
            yield face_square(*crops.whole(int(shard), int(row), sample_id))

    outcomes = [
        (sample_id, Outcome(sample_id, OK, face=_face_row(reader, reading), detector="box"))
        for sample_id, reading in zip(stored["sample_id"], reader(squares()), strict=True)
    ]
    outcomes += [
        (sample_id, without_crop(sample_id, status, reason))
        for sample_id, status, reason in without[["sample_id", "status", "reason"]].itertuples(index=False, name=None)
    ]
    return action_unit_rows(faces["sample_id"], outcomes, min_confidence, reader.made_by)


def _face_row(reader: UnitReader, reading: Reading) -> FaceRow:
    """What was read off a face, and what that says of presence, by column of the action units table."""
    by_unit = dict(zip(reader.units, reading.intensities.tolist(), strict=True))
    values = {f"{unit}_r": intensity for unit, intensity in by_unit.items()}
    values |= {f"{unit}_c": float(intensity >= PRESENT_FROM) for unit, intensity in by_unit.items()}
    return FaceRow(0, reading.confidence, values)
