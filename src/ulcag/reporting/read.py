"""What figures and tables are made from, read from the files of earlier stages."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ulcag.errors import InputError
from ulcag.evaluation.record import read_metrics
from ulcag.faces.shard import crops_of, pictures_of
from ulcag.faces.table import FACES
from ulcag.files import read_json
from ulcag.samples.table import NOISE, SAMPLES, true_labels
from ulcag.tables import read_table, rows_of
from ulcag.training.tables import RUN_KEYS, TRAIN_STATE

# Moments of the train_state and templates tables, in words.
MOMENTS = {"start": "before labels change", "end": "after training"}
# Sides of pictures, pixels.
_PICTURE = 160


def pictures(faces_file: Path) -> Callable[[str], np.ndarray]:
    """Sample id to its crop."""
    found = pictures_of(read_table(faces_file, FACES), crops_of(faces_file), _PICTURE)

    def picture(sample_id: str) -> np.ndarray:
        image = found(sample_id)
        if image is None:
            do = "give the faces.parquet that the run was trained with"
            raise InputError(faces_file, expected=f"a crop of '{sample_id}'", found="none", do=do)
        return image

    return picture


def labels_of_run(
    run_folder: Path, samples_file: Path, noise_file: Path
) -> tuple[pd.DataFrame, pd.Series, pd.Series, str]:
    """The run's train_state, given labels and true labels by sample id, and what the run is called."""
    state, truth, name = state_of_run(run_folder, samples_file)
    noise = read_table(noise_file, NOISE)
    rows_of(noise, state["sample_id"], "noise")
    return state, noise.set_index("sample_id")["label"], truth, name


def state_of_run(run_folder: Path, samples_file: Path) -> tuple[pd.DataFrame, pd.Series, str]:
    """The same, without the given labels."""
    run: dict[str, Any] = read_json(run_folder / "run.json", *RUN_KEYS)["run"]
    state = read_table(run_folder / "train_state.parquet", TRAIN_STATE)
    state = state.sort_values(["moment", "sample_id"], ignore_index=True)
    samples = read_table(samples_file, SAMPLES)
    rows_of(samples, state["sample_id"], "samples")
    return state, true_labels(samples), name_of(run)


def metrics_of_runs(paths: Sequence[Path], *needed: str) -> list[dict[str, Any]]:
    """metrics.json of runs, each once.

    Raises:
        InputError: one lacks what is needed of it, or two are of the same run.
    """
    metrics = [read_metrics(path, *needed) for path in paths]
    seen: dict[str, Path] = {}
    for path, one in zip(paths, metrics, strict=True):
        name = name_of(one["run"])
        if name in seen:
            raise InputError(
                path, expected="one file for each run", found=f"another file of {name}, after {seen[name]}"
            )
        seen[name] = path
    return metrics


def name_of(run: dict[str, Any]) -> str:
    """What a run is called in titles."""
    fold = "" if run["fold"] == "all" else f", fold {run['fold']}"
    return f"{run['arm']} on {run['dataset']}, noise {run['noise']}, seed {run['seed']}{fold}"


def by_data_and_arm(metrics: Sequence[dict[str, Any]]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Runs by what they were given, in words as `data_name` has them, and by arm."""
    groups: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for one in metrics:
        run = one["run"]
        arms = groups.setdefault(data_name(run["dataset"], run["noise"], run["fold"]), {})
        arms.setdefault(run["arm"], []).append(one)
    return groups


def data_name(dataset: str, noise: str, fold: str) -> str:
    """What all runs on the same data with the same noise are called in titles."""
    return f"{dataset}, noise {noise}" + ("" if fold == "all" else f", fold {fold}")
