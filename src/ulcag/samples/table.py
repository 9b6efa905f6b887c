"""The samples table: one row an image, the same for every data set."""

import numpy as np
import pandas as pd
import pyarrow as pa

from ulcag.classes import CLASSES
from ulcag.tables import Column, Schema

_CODE = "index in " + ", ".join(CLASSES)

SAMPLES = Schema(
    "samples",
    (
        Column("sample_id", pa.string(), "unique name; rows are sorted by it"),
        Column("path", pa.string(), "the image file"),
        Column("split", pa.string(), "train or test"),
        Column("label", pa.int8(), f"the label as published: {_CODE}", codes=len(CLASSES)),
        Column("clean_label", pa.int8(), "a better label, where one is known", nullable=True, codes=len(CLASSES)),
        Column("identity", pa.string(), "who is shown, where known", nullable=True),
    ),
)

NOISE = Schema(
    "noise",
    (
        Column("sample_id", pa.string(), "a training sample"),
        Column("label", pa.int8(), f"the label that training is given: {_CODE}", codes=len(CLASSES)),
        Column("replaced", pa.bool_(), "whether noise replaced the published label"),
    ),
)

VOTE_SHARES = [f"votes_{name}" for name in CLASSES]

VOTES = Schema(
    "votes",
    (
        Column("sample_id", pa.string(), "a sample that people voted on"),
        *[
            Column(share, pa.float32(), f"people who said {name}, as a part of the votes for the seven", "0..1")
            for share, name in zip(VOTE_SHARES, CLASSES, strict=True)
        ],
    ),
)

PICTURES = Schema(
    "pictures",
    (
        Column("sample_id", pa.string(), "unique name; rows are sorted by it"),
        Column("width", pa.int32(), "of the image; none where it cannot be read", "pixels", nullable=True),
        Column("height", pa.int32(), "of the image", "pixels", nullable=True),
        Column("missing", pa.bool_(), "whether there is no such file"),
        Column("reason", pa.string(), "why it cannot be read", nullable=True),
        Column("sha256", pa.string(), "of the file's bytes", nullable=True),
        Column("nearest", pa.string(), "of a test picture: the training sample that looks most like it", nullable=True),
        Column("bits", pa.int16(), "in how many of 256 bits their hashes differ", nullable=True),
    ),
)


def true_labels(samples: pd.DataFrame) -> "pd.Series[int]":
    """What each sample shows, as far as it is known.

    The clean label where the split has any (blank: unknown), else the published label. Noise that was injected
    is not in `samples`, so the published label is the truth for it.

    Args:
        samples: rows of the samples table.

    Returns:
        Nullable integers, indexed by sample id; missing where unknown.
    """
    truth = samples["clean_label"].astype("Int8")
    for split in samples["split"].unique():
        of_split = samples["split"] == split
        if truth[of_split].isna().all():
            truth = truth.mask(of_split, samples["label"].astype("Int8"))
    return pd.Series(truth.to_numpy(), index=pd.Index(samples["sample_id"]), dtype="Int8", name="truth")


def class_counts(labels: np.ndarray) -> dict[str, int]:
    """Number of samples of each class, by class name."""
    counts = np.bincount(np.asarray(labels, dtype=np.int64), minlength=len(CLASSES))
    return {name: int(count) for name, count in zip(CLASSES, counts, strict=True)}
