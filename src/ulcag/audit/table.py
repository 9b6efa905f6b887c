"""What an audit leaves behind: one row a training sample."""

import pyarrow as pa

from ulcag.classes import CLASSES
from ulcag.correction.label_errors import KEEP, RELABEL, REVIEW
from ulcag.tables import Column, Schema

# The decision on a sample that nobody could look at.
UNJUDGED = "unjudged"
DECISIONS = (RELABEL, REVIEW, KEEP, UNJUDGED)

OUT_OF_FOLD = [f"p_{name}" for name in CLASSES]
POSTERIOR = [f"q_{name}" for name in CLASSES]
TEMPLATE_DISTANCES = [f"distance_{name}" for name in CLASSES]

AUDIT = Schema(
    "audit",
    (
        Column("sample_id", pa.string(), "as in samples"),
        Column("given", pa.int8(), "the label as it was given", codes=len(CLASSES)),
        Column(
            "suggested",
            pa.int8(),
            "the most probable label; the given one for an unjudged sample",
            codes=len(CLASSES),
        ),
        Column("decision", pa.string(), "keep, relabel (take the suggestion), review (look at it), or unjudged"),
        Column("reason", pa.string(), "why, in words"),
        Column("quality", pa.float32(), "probability that the given label is right", "0..1", nullable=True),
        Column("certainty", pa.float32(), "probability that the suggested label is right", "0..1", nullable=True),
        Column("alpha", pa.float32(), "confidence, Eq. 1, by networks that never saw it", "0..1", nullable=True),
        *[
            Column(name, pa.float32(), "by a classifier that was not fitted to the sample", "0..1", nullable=True)
            for name in OUT_OF_FOLD
        ],
        *[Column(name, pa.float32(), "all evidence together", "0..1", nullable=True) for name in POSTERIOR],
        *[
            Column(name, pa.float32(), "half the squared whitened distance to that class's template", nullable=True)
            for name in TEMPLATE_DISTANCES
        ],
        Column("cleanlab", pa.float32(), "label quality by cleanlab, where it was asked for", "0..1", nullable=True),
        Column("fold", pa.string(), "the fold that held it out", nullable=True),
    ),
)
