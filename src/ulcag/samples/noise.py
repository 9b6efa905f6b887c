"""Label noise: drawn once, saved as a table, the same for all arms of a comparison."""

import numpy as np
import pandas as pd

from ulcag.classes import CLASSES
from ulcag.config import NoiseSettings


def noisy_labels(samples: pd.DataFrame, settings: NoiseSettings, seed: int) -> pd.DataFrame:
    """Labels that training is given.

    Uniform noise follows SCN's protocol: each training sample, with probability `rate`, gets a label drawn
    uniformly from the other six classes. Test samples do not occur in the result, so noise cannot touch them.

    Args:
        samples: rows of the samples table.
        settings: kind and rate.
        seed: the run's seed.

    Returns:
        Rows of the noise table, sorted by sample id.
    """
    train = samples[samples["split"] == "train"].sort_values("sample_id")
    labels = train["label"].to_numpy(dtype=np.int64)
    n, classes = len(labels), len(CLASSES)
    replaced = np.zeros(n, dtype=bool)
    if settings.kind == "uniform":
        random = np.random.default_rng([seed, n])
        # Every number is drawn for every sample, so that a larger rate replaces the same samples and more.
        dice = random.random(n)
        step = random.integers(1, classes, n)
        if settings.exact:
            replaced[np.argsort(dice, kind="stable")[: round(settings.rate * n)]] = True
        else:
            replaced = dice < settings.rate
        labels = np.where(replaced, (labels + step) % classes, labels)
    return pd.DataFrame(
        {"sample_id": train["sample_id"].to_numpy(), "label": labels.astype(np.int8), "replaced": replaced}
    )
