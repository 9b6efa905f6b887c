"""What benchmarks of label correction take from the results of a finished run: faces, labels, and the truth."""

import argparse
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from torch import Tensor

from ulcag.action_units.presence import measured_units
from ulcag.action_units.table import ACTION_UNITS
from ulcag.classes import class_index
from ulcag.config import TrainingSettings
from ulcag.faces.shard import crops_of
from ulcag.faces.table import FACES
from ulcag.files import read_json
from ulcag.samples.folds import parts_of
from ulcag.samples.table import NOISE, SAMPLES, true_labels
from ulcag.tables import read_table, rows_of
from ulcag.training.data import part_with_faces
from ulcag.training.features import frozen_features

# Parts, as in training.
FOLDS = 4


@dataclass(frozen=True)
class Faces:
    """The training samples of a data set that have a crop.

    Attributes:
        ids: (n,) names, sorted.
        true: (n,) true labels, not-a-number where not known.
        chosen: (n,) bool, whether its truth is known, and it is in the half that was asked for.
        f: (n, D) features.
        points: (n, M) measured action units.
        known: (n,) bool, whether `points` may be used.
        folds: (n,) parts of them.
        seconds: what the features took.
    """

    ids: pd.Series
    true: np.ndarray
    chosen: np.ndarray
    f: Tensor
    points: np.ndarray
    known: np.ndarray
    folds: np.ndarray
    seconds: float


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Whose labels are looked at, and whose truth is read."""
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--noise", default="none")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--truth", type=Path, help="CSV with columns image and clean_label")
    parser.add_argument("--only", choices=["a", "b"], help="the half of the samples, drawn by hash of the id")


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `read_faces` and `given_labels` need."""
    add_choice(parser)
    parser.add_argument("--config", type=Path, help="configuration with training settings; else those of a run")


def read_faces(options: argparse.Namespace) -> Faces:
    """The training samples, and features of them by the backbone of their trainings as it starts."""
    results, dataset = options.results, options.dataset
    samples = read_table(results / "samples" / dataset / "samples.parquet", SAMPLES)
    samples = samples[samples["split"] == "train"].sort_values("sample_id", ignore_index=True)
    faces = results / "faces" / dataset / "faces.parquet"
    part = part_with_faces(samples["sample_id"], read_table(faces, FACES), dataset)
    ids = pd.Series(part.sample_ids)
    true, chosen = truth_and_chosen(options, samples, ids)
    units = read_table(results / "action_units" / dataset / "action_units.parquet", ACTION_UNITS)
    points, known = measured_units(rows_of(units, ids, "action_units"))
    started = time.perf_counter()
    f = frozen_features(training_of(options), crops_of(faces), part, 0, "features")
    return Faces(
        ids=ids,
        true=true,
        chosen=chosen,
        f=f,
        points=points,
        known=known,
        folds=parts_of(rows_of(samples, ids, "samples"), FOLDS),
        seconds=time.perf_counter() - started,
    )


def given_labels(options: argparse.Namespace, faces: Faces, seed: int) -> np.ndarray:
    """(n,) labels as the runs of a seed were given them."""
    noise = options.results / "samples" / options.dataset / "noise" / options.noise / f"seed{seed}.parquet"
    return rows_of(read_table(noise, NOISE), faces.ids, "noise")["label"].to_numpy(dtype=np.int64)


def training_of(options: argparse.Namespace) -> TrainingSettings:
    """The data set's training settings."""
    if options.config:
        of_dataset = yaml.safe_load(options.config.read_text())["datasets"][options.dataset]
        return TrainingSettings.read(of_dataset["training"], str(options.config))
    runs = sorted((options.results / "training" / options.dataset).glob("*/*/*/*/run.json"))
    if not runs:
        raise SystemExit(f"{options.results}: no run of {options.dataset}; give --config")
    return TrainingSettings.read(read_json(runs[0], "settings.training")["settings"]["training"], str(runs[0]))


def truth_and_chosen(
    options: argparse.Namespace, samples: pd.DataFrame, ids: pd.Series
) -> tuple[np.ndarray, np.ndarray]:
    """True labels (n,), not-a-number where not known; and (n,) bool, whose are known and in the half asked for."""
    if options.truth is None:
        truth = true_labels(samples).reindex(ids)
    else:
        names = pd.read_csv(options.truth, dtype=str, index_col="image")["clean_label"].reindex(ids)
        truth = names.map(class_index, na_action="ignore")
    true = truth.to_numpy(dtype=float, na_value=np.nan)
    return true, ~np.isnan(true) & np.array([options.only in (None, half(name)) for name in ids])


def half(name: str) -> str:
    """The half that a sample is in: a, which constants were chosen on, or b."""
    return "ab"[int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % 2]
