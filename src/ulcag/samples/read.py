"""Any data set to the samples table."""

import hashlib
import json
from pathlib import Path

import pandas as pd

from ulcag.config import SyntheticSamples, TableSamples
from ulcag.samples.read_table import read_table_samples
from ulcag.samples.synthetic import render_dataset


def read_samples(settings: SyntheticSamples | TableSamples, cache: Path, workers: int = 1) -> pd.DataFrame:
    """Rows of the samples table, sorted by sample id.

    Args:
        settings: which reader, and what it needs.
        cache: folder for pictures that are rendered rather than read.
        workers: processes that render; has no influence on the pictures.
    """
    if isinstance(settings, TableSamples):
        return read_table_samples(settings)
    folder = synthetic_folder(settings, cache)
    render_dataset(
        folder,
        train=settings.train,
        test=settings.test,
        seed=settings.seed,
        size=settings.size,
        workers=workers,
    )
    table = TableSamples(path=str(folder / "labels.csv"), columns={"clean_label": "label"})
    samples = read_table_samples(table)
    samples["sample_id"] = [Path(path).stem for path in samples["path"]]
    return samples.sort_values("sample_id", ignore_index=True)


def synthetic_folder(settings: SyntheticSamples, cache: Path) -> Path:
    """Where the pictures with these settings are kept: they are rendered once, whatever becomes of the results."""
    what = json.dumps(settings.model_dump(exclude={"reader"}), sort_keys=True)
    return cache / f"synthetic-{hashlib.sha256(what.encode()).hexdigest()[:12]}"
