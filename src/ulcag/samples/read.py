"""Any data set to the samples table."""

import hashlib
import json
from pathlib import Path

import pandas as pd

from ulcag.config import (
    AffectNetSamples,
    Fer2013Samples,
    FolderSamples,
    RafDbSamples,
    SamplesSettings,
    SyntheticSamples,
    TableSamples,
)
from ulcag.samples.read_affectnet import read_affectnet
from ulcag.samples.read_fer2013 import read_fer2013
from ulcag.samples.read_folder import read_folder
from ulcag.samples.read_rafdb import read_rafdb
from ulcag.samples.read_table import read_table_samples
from ulcag.samples.reader_result import ReaderResult
from ulcag.samples.synthetic import render_dataset
from ulcag.samples.synthetic.dataset import renderer


def read_samples(settings: SamplesSettings, cache: Path, workers: int = 1) -> ReaderResult:
    """Read a data set.

    Args:
        settings: which reader, and what it needs.
        cache: folder for pictures that are rendered or unpacked rather than read.
        workers: processes that render; has no influence on the pictures.

    Raises:
        InputError: from the reader: what is missing or wrong, and where.
    """
    match settings:
        case TableSamples():
            return read_table_samples(settings)
        case RafDbSamples():
            return read_rafdb(settings)
        case AffectNetSamples():
            return read_affectnet(settings)
        case Fer2013Samples():
            return read_fer2013(settings, cache / "fer2013")
        case FolderSamples():
            return read_folder(settings)
        case SyntheticSamples():
            return ReaderResult(_rendered(settings, cache, workers))


def _rendered(settings: SyntheticSamples, cache: Path, workers: int) -> pd.DataFrame:
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
    samples = read_table_samples(table).samples
    samples["sample_id"] = [Path(path).stem for path in samples["path"]]
    return samples.sort_values("sample_id", ignore_index=True)


def synthetic_folder(settings: SyntheticSamples, cache: Path) -> Path:
    """Where the pictures with these settings are kept, and by what is in this version of the renderer.

    They are rendered once, whatever becomes of the results.
    """
    what = json.dumps(settings.model_dump(exclude={"reader"}) | {"renderer": renderer()}, sort_keys=True)
    return cache / f"synthetic-{hashlib.sha256(what.encode()).hexdigest()[:12]}"
