"""What a prediction leaves behind: a row a face, and a row for every picture without any."""

from collections.abc import Sequence

import pyarrow as pa

from ulcag.classes import CLASSES
from ulcag.tables import Column, Schema

# What became of a picture.
FOUND, WHOLE_IMAGE, NONE, UNREADABLE = "found", "whole_image", "none", "unreadable"

BOX = ("box_x0", "box_y0", "box_x1", "box_y1")
PROBABILITIES = [f"probability_{name}" for name in CLASSES]


def predicted_faces(units: Sequence[str], read: Sequence[str]) -> Schema:
    """The table of a run.

    Args:
        units: action units that the run's network knows; none if it knows none.
        read: action units that are read off the face without it; none if there is no reader.
    """
    return Schema(
        "predicted_faces",
        (
            Column("path", pa.string(), "the picture"),
            Column("face", pa.int16(), "number of the face in its picture, from 0, the largest first", nullable=True),
            Column("status", pa.string(), "found, whole_image (not searched), none (no face), or unreadable"),
            Column("reason", pa.string(), "why it is unreadable, or could not be searched", nullable=True),
            Column("width", pa.int32(), "of the picture", "pixels", nullable=True),
            Column("height", pa.int32(), "of the picture", "pixels", nullable=True),
            Column("detection", pa.float32(), "probability that it is a face", "0..1", nullable=True),
            *[Column(name, pa.float32(), "face box in the picture", "pixels", nullable=True) for name in BOX],
            Column("expression", pa.string(), "the most probable class", nullable=True),
            *[
                Column(name, pa.float32(), "softmax of the unweighted logits", "0..1", nullable=True)
                for name in PROBABILITIES
            ],
            Column("alpha", pa.float32(), "confidence, Eq. 1; none where the arm has none", "0..1", nullable=True),
            *[Column(unit, pa.float32(), "probability of the action unit", "0..1", nullable=True) for unit in units],
            *[Column(f"{unit}_r", pa.float32(), "intensity, by the reader", "0..5", nullable=True) for unit in read],
        ),
        key=("path", "face"),
    )
