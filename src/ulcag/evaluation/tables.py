"""What evaluation leaves behind beside metrics.json."""

import pyarrow as pa

from ulcag.classes import CLASSES
from ulcag.tables import Column, Schema

PROBABILITIES = [f"probability_{name}" for name in CLASSES]

PREDICTIONS = Schema(
    "predictions",
    (
        Column("sample_id", pa.string(), "a held-out sample"),
        Column("truth", pa.int8(), "its true class, where known", nullable=True),
        Column("predicted", pa.int8(), "the most probable class after the last epoch"),
        *[Column(name, pa.float32(), "softmax of the unweighted logits", "0..1") for name in PROBABILITIES],
    ),
)
