"""What a run leaves behind. Training writes raw values; every metric is computed from them by evaluation."""

import pyarrow as pa

from ulcag.classes import CLASSES
from ulcag.tables import Column, Schema

LOGITS = [f"logit_{name}" for name in CLASSES]
DISTANCES = [f"distance_{name}" for name in CLASSES]

# What run.json says a run is called.
RUN_KEYS = ("run.dataset", "run.noise", "run.arm", "run.seed", "run.fold")

_EPOCH = Column("epoch", pa.int16(), "counted from 0")
_DISTANCE = "Eq. 9 (0..2), or half the squared whitened distance of measured action units"
_SAMPLE = Column("sample_id", pa.string(), "as in samples")

HELD_OUT_LOGITS = Schema(
    "held_out_logits",
    (
        _EPOCH,
        _SAMPLE,
        *[Column(name, pa.float32(), "unweighted logit of the held-out sample") for name in LOGITS],
        Column("alpha", pa.float32(), "confidence, Eq. 1; none where the arm has none", "0..1", nullable=True),
    ),
    key=("epoch", "sample_id"),
)

TRAIN_STATE = Schema(
    "train_state",
    (
        Column("moment", pa.string(), "start (before the first relabelling) or end (after the last epoch)"),
        _SAMPLE,
        Column("label", pa.int8(), "the label at that moment", codes=len(CLASSES)),
        Column("alpha", pa.float32(), "confidence: Eq. 1, or in the given label", "0..1", nullable=True),
        *[Column(name, pa.float32(), "unweighted logit") for name in LOGITS],
        *[Column(name, pa.float32(), f"{_DISTANCE}, to that class's template", nullable=True) for name in DISTANCES],
    ),
    key=("moment", "sample_id"),
)

TEMPLATES = Schema(
    "templates",
    (
        Column("moment", pa.string(), "as in train_state"),
        Column("class", pa.int8(), "whose template it is", codes=len(CLASSES)),
        *[Column(name, pa.float32(), f"{_DISTANCE}, to that class's template", nullable=True) for name in DISTANCES],
    ),
    key=("moment", "class"),
)

RELABELS = Schema(
    "relabels",
    (
        _EPOCH,
        _SAMPLE,
        Column("old_label", pa.int8(), "label before", codes=len(CLASSES)),
        Column("new_label", pa.int8(), "label after", codes=len(CLASSES)),
        Column("alpha", pa.float32(), "confidence at the moment of the change", "0..1", nullable=True),
        Column(
            "score_old", pa.float32(), "Eq. 10: distance to the reference's template; else probability of the old label"
        ),
        Column("score_new", pa.float32(), "the same for the new label"),
    ),
    key=("epoch", "sample_id"),
)

_MEAN = "mean over the epoch's batches"
HISTORY = Schema(
    "history",
    (
        _EPOCH,
        Column("learning_rate", pa.float64(), "of classifier and confidence"),
        Column("lambda1", pa.float64(), "Eq. 12, of methods that have it", nullable=True),
        Column("lambda2", pa.float64(), "Eq. 13, of methods that have it", nullable=True),
        Column("loss", pa.float64(), f"what was minimised, Eq. 11, {_MEAN}"),
        Column("loss_classification", pa.float64(), f"Eq. 3 or plain cross entropy, {_MEAN}"),
        Column("loss_rank", pa.float64(), f"Eq. 4, {_MEAN}", nullable=True),
        Column("loss_action_units", pa.float64(), f"Eq. 7, {_MEAN}", nullable=True),
        Column("theta", pa.float64(), "margin of Eq. 4 at the end of the epoch", nullable=True),
        Column("alpha_mean", pa.float64(), "over all samples of the epoch", nullable=True),
        Column("alpha_min", pa.float64(), "over all samples of the epoch", nullable=True),
        Column("alpha_max", pa.float64(), "over all samples of the epoch", nullable=True),
        Column("alpha_high", pa.float64(), f"high-confidence group, {_MEAN}", nullable=True),
        Column("alpha_low", pa.float64(), f"low-confidence group, {_MEAN}", nullable=True),
        Column("relabelled", pa.int64(), "labels changed in the epoch"),
    ),
    key=("epoch",),
)
