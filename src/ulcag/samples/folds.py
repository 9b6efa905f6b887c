"""Which samples a run trains on, and which it is judged by."""

import hashlib
import re

import numpy as np
import pandas as pd

from ulcag.errors import InputError


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

    Raises:
        InputError: there is no such fold.
    """
    train = (samples["split"] == "train").to_numpy()
    if fold == "all":
        return np.flatnonzero(train), np.flatnonzero((samples["split"] == "test").to_numpy())
    numbers = re.fullmatch(r"([0-9]+)of([0-9]+)", fold)
    part, parts = (int(number) for number in numbers.groups()) if numbers else (0, 0)
    if not 1 <= part <= parts or parts < 2:
        raise InputError("fold", expected="all, or one of at least two parts, such as 1of10", found=repr(fold))
    held_out = parts_of(samples, parts) == part - 1
    return np.flatnonzero(train & ~held_out), np.flatnonzero(train & held_out)


def parts_of(samples: pd.DataFrame, parts: int) -> np.ndarray:
    """Which of `parts` parts each sample is in, (n,) int64 from 0; drawn as in `split_fold`."""
    who = samples["identity"].where(samples["identity"].notna(), samples["sample_id"])
    return np.array([_part_of(str(name), parts) for name in who], dtype=np.int64)


def _part_of(name: str, parts: int) -> int:
    return int.from_bytes(hashlib.sha256(f"fold {name}".encode()).digest()[:8]) % parts
