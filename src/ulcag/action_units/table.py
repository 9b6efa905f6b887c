"""The action units table, and the names OpenFace 2 gives them."""

import pyarrow as pa

from ulcag.tables import Column, Schema

# 17 units with an intensity; presence adds AU28 (lip suck), for which OpenFace has no intensity.
INTENSITY_UNITS = (
    "AU01", "AU02", "AU04", "AU05", "AU06", "AU07", "AU09", "AU10", "AU12",
    "AU14", "AU15", "AU17", "AU20", "AU23", "AU25", "AU26", "AU45",
)  # fmt: skip
PRESENCE_UNITS = tuple(sorted((*INTENSITY_UNITS, "AU28")))

# The only status whose action units may be used.
OK = "ok"
# Nobody asked for action units.
NOT_READ = "not_read"

ACTION_UNITS = Schema(
    "action_units",
    (
        Column("sample_id", pa.string(), "as in samples"),
        Column("status", pa.string(), "ok, no_face, low_confidence, failed, or not_read (not asked for)"),
        Column("reason", pa.string(), "why it failed, or who found no face", nullable=True),
        Column(
            "confidence",
            pa.float32(),
            "OpenFace's in its landmarks, py-feat's in the face, the reader's by the mirror image",
            "0..1",
            nullable=True,
        ),
        Column("face", pa.int16(), "which of the faces that the source found, from 0", nullable=True),
        Column("detector", pa.string(), "own, or box (told where the face is); blank: not known", nullable=True),
        Column(
            "openface",
            pa.string(),
            "digest of OpenFace's image, hash of its program, or the reader and the hash of its head; blank: not known",
            nullable=True,
        ),
        *[Column(f"{u}_r", pa.float32(), "intensity", "0..5", nullable=True) for u in INTENSITY_UNITS],
        *[Column(f"{u}_c", pa.int8(), "presence", "0 or 1", nullable=True) for u in PRESENCE_UNITS],
    ),
)
