"""What the faces stage leaves behind: a table of detections, and shards of crops."""

import pyarrow as pa

from ulcag.tables import Column, Schema

LANDMARKS = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")
CORNERS = ("x0", "y0", "x1", "y1")


def _box(name: str, meaning: str) -> list[Column]:
    return [Column(f"{name}_{c}", pa.float32(), meaning, "pixels", nullable=True) for c in CORNERS]


FACES = Schema(
    "faces",
    (
        Column("sample_id", pa.string(), "as in samples"),
        Column("shard", pa.int16(), "number of the shard that the sample belongs to"),
        Column("row", pa.int32(), "its row in the shard; blank: no crop was stored", nullable=True),
        Column("status", pa.string(), "found, several (one selected), none, unreadable, or whole_image (not searched)"),
        Column("reason", pa.string(), "why it is unreadable, or could not be searched", nullable=True),
        Column(
            "n_faces",
            pa.int16(),
            "faces found above the least probability; of small ones see min_face_share",
        ),
        Column("probability", pa.float32(), "of the selected detection", "0..1", nullable=True),
        Column("width", pa.int32(), "of the original image", "pixels", nullable=True),
        Column("height", pa.int32(), "of the original image", "pixels", nullable=True),
        *_box("box", "face box in the original image"),
        *_box("crop", "stored crop (face and margin) in the original image; if turned, the upright box around it"),
        Column(
            "crop_turn",
            pa.float32(),
            "how far the face leant to the right, which the crop undoes; blank: not turned",
            "degrees",
            nullable=True,
        ),
        *[
            Column(f"{name}_{axis}", pa.float32(), "landmark in the original image", "pixels", nullable=True)
            for name in LANDMARKS
            for axis in "xy"
        ],
    ),
)

# One row a stored crop. Arrow IPC, uncompressed, so that a memory map gives random access.
SHARD = pa.schema(
    [
        pa.field("sample_id", pa.string(), nullable=False),
        pa.field("jpeg", pa.binary(), nullable=False),
        # the face box inside the stored crop, in its pixels
        *[pa.field(corner, pa.float32(), nullable=False) for corner in CORNERS],
    ]
)
