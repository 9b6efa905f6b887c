"""Which samples a run trains on, and which it is judged by."""

import hashlib

import numpy as np
import pandas as pd


def split_fold(samples: pd.DataFrame, fold: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows to train on and rows held out.

    Fold `all` holds out the test split. Fold `KofN` holds out the K-th part of N of the training split and does
    not look at the test split. Parts are drawn by a hash of the identity, so that nobody is in two of them;
    of the sample id, where the identity is not known. They do not depend on the other samples.

    Args:
        samples: rows of the samples table.
        fold: `all`, or such as `3of10`.

    Returns:
        Two sorted arrays of row numbers of `samples`.
    """
    train = (samples["split"] == "train").to_numpy()
    if fold == "all":
        return np.flatnonzero(train), np.flatnonzero((samples["split"] == "test").to_numpy())
    part, parts = (int(number) for number in fold.split("of"))
    who = samples["identity"].where(samples["identity"].notna(), samples["sample_id"])
    held_out = np.array([_part_of(str(name), parts) == part - 1 for name in who])
    return np.flatnonzero(train & ~held_out), np.flatnonzero(train & held_out)


def _part_of(name: str, parts: int) -> int:
    return int.from_bytes(hashlib.sha256(f"fold {name}".encode()).digest()[:8]) % parts
