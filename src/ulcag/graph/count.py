"""Counts which action units occur together in the training part of a fold."""

import numpy as np
import pandas as pd
import torch

from ulcag.action_units.presence import presence
from ulcag.action_units.table import NOT_READ
from ulcag.config import PresenceSettings
from ulcag.errors import InputError
from ulcag.graph.table import CoOccurrence
from ulcag.method.au_graph import cooccurrence
from ulcag.samples.folds import split_fold
from ulcag.tables import rows_of


def count_cooccurrence(
    samples: pd.DataFrame, action_units: pd.DataFrame, fold: str, settings: PresenceSettings
) -> CoOccurrence:
    """Eq. 5 over the samples that a fold trains on.

    Held-out samples are not counted, nor are those whose action units could not be read.

    Args:
        samples: rows of the samples table.
        action_units: rows of the action units table, at least for every training sample.
        fold: `all` or `KofN`.
        settings: when an action unit counts as present.

    Raises:
        InputError: a training sample has no row, or none has usable action units.
    """
    rows, _ = split_fold(samples, fold)
    table = rows_of(action_units, samples["sample_id"].iloc[rows], "action_units")
    names, z, known = presence(table, settings)
    # Where nobody asked for action units, the graph has no edges, and no arm that needs it is trained.
    if not known.any() and not (table["status"] == NOT_READ).all():
        counts = table["status"].value_counts().items()
        found = f"none ({', '.join(f'{count} {status}' for status, count in counts)})"
        do = "see the column reason of action_units.parquet; for face crops, set faces.source: whole_image"
        raise InputError("graph", expected="training samples with usable action units", found=found, do=do)
    z = z[known]
    pairs = (z.T.astype(np.float64) @ z.astype(np.float64)).astype(np.int64)
    return CoOccurrence(
        names=names,
        matrix=cooccurrence(torch.from_numpy(z)).numpy(),
        pairs=pairs,
        occurrences=pairs.diagonal().copy(),
        n_samples=int(known.sum()),
        n_left_out=int((~known).sum()),
        settings=settings,
    )
