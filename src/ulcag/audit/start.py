"""A user's pictures and labels to the pipeline that audits them: what is in a folder, and the config.yaml for it."""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ulcag.action_units.sources.reader import not_installed
from ulcag.audit.clean import check_place
from ulcag.audit.recognise import recognise
from ulcag.audit.score import need_cleanlab
from ulcag.config import Config, DatasetSettings
from ulcag.config.arms import merged
from ulcag.errors import InputError
from ulcag.samples.folds import split_fold
from ulcag.samples.layouts import LAYOUTS, layout_of
from ulcag.samples.rewrite import check_links

# Fine-tuning of a face network, as of the embedded set in config.yaml: minutes on two cores for a thousand pictures.
FINE_TUNED: dict[str, Any] = {
    "backbone": "dlib_face",
    "classifier_start": "linear",
    "batch_size": 64,
    "epochs": 5,
    "optimiser": "adamw",
    "schedule": "one_cycle",
    "learning_rate": 2e-4,
    "backbone_learning_rate": 5e-5,
    "auxiliary_learning_rate": 1e-3,
    "weight_decay": 0.01,
    "augmentation": {"shift": 0.05, "rotation": 10, "scale": 0.1, "erase": 0.0},
    "precision": "fp32",
    "threads": 1,
}
# The folder of the stages' files in an audit's folder.
STAGES = "stages"
# A network is to see at least so many batches an epoch.
_BATCHES = 8
# Settings that are paths, beside those of the samples.
_PATHS = [("training", "weights"), ("action_units", "folder"), ("action_units", "table")]


def audit_config(
    data: Path,
    out: Path,
    *,
    values: dict[str, Any],
    units: str = "",
    openface: str = "",
    networks: bool = False,
    folds: int = 4,
    seed: int = 0,
    cleanlab: bool = False,
) -> dict[str, Any]:
    """The whole config.yaml of an audit; the data set is read, so that what is wrong with it is said at once.

    Args:
        data: folder or table.
        out: the audit's folder; the stages' files go below it.
        values: settings of the data set (samples, faces, action_units, training, ...) that differ from the defaults.
        units: folder of CSV files of action units.
        openface: the engine to run OpenFace with. Without either, they are read off the pictures; where what reads them
            is not installed, there are none.
        networks: train networks (arm `second-opinion`); else labels are judged by logistic regressions on frozen
            features (arm `linear`).
        folds, seed, cleanlab: as in `audits`.

    Returns:
        What config.yaml is to hold.

    Raises:
        InputError: there is nothing to read, or it cannot be read; labels are of one class only; there are too few
            training samples for the folds; clean/ would lie in the data set, have no word for a class, or no links; or
            cleanlab is not installed.
    """
    if folds < 2:
        raise InputError("--folds", expected="2 or more", found=str(folds))
    if cleanlab:
        need_cleanlab()
    source = _units_source(units, openface)
    given = values.get("samples")
    reader, why = recognise(data, given if isinstance(given, dict) else {})
    print(f"reading {data} as `{reader['reader']}`: {why}", file=sys.stderr)
    # Who names a backbone has a schedule for it, or wants the paper's.
    own = "backbone" in values.get("training", {}) or "weights" in values.get("training", {})
    chosen = merged({"samples": reader, "action_units": source}, {} if own else {"training": FINE_TUNED})
    chosen = merged(chosen, values)
    DatasetSettings.read(chosen, where="--settings")
    chosen = _from_anywhere(chosen)
    dataset = DatasetSettings.read(chosen, where="--settings")
    layout, results = layout_of(dataset.samples), out.resolve() / STAGES
    found = layout.read(results / ".cache", workers=1)
    for note in found.notes:
        print(note, file=sys.stderr)
    samples = found.samples
    labels = samples["label"][samples["split"] == "train"].to_numpy(dtype=np.int64)
    if len(labels) < folds:
        expected, do = (
            f"at least {folds} training pictures, one for each fold",
            "use fewer folds (--folds), or more data",
        )
        raise InputError(data, expected=expected, found=str(len(labels)), do=do)
    if len(np.unique(labels)) < 2:
        do = "give labels of several classes: wrong labels show only by comparison"
        raise InputError(data, expected="labels of at least two classes", found="one", do=do)
    _check_folds(data, samples, folds)
    arm = "second-opinion" if networks else "linear"
    check_place(out / "clean", dataset.samples, samples)
    layout.check_words(samples)
    check_links(out)
    most = max(2, len(labels) * (folds - 1) // folds // _BATCHES)
    if "batch_size" not in values.get("training", {}):
        chosen = merged(chosen, {"training": {"batch_size": min(dataset.training.batch_size, most)}})
    audit = {"datasets": ["data"], "arms": [arm], "seeds": [seed], "folds": folds, "cleanlab": cleanlab}
    config = {"results": str(results), "datasets": {"data": chosen}, "audits": [audit]}
    Config.read(config, "--settings")
    return config


def made_in(config: dict[str, Any]) -> Path:
    """The folder in which the pipeline makes the audit of such a configuration."""
    return Path(config["results"]) / "audit" / Config.read(config).all_audits()[0].path


def _units_source(units: str, openface: str) -> dict[str, Any]:
    """Where action units come from: OpenFace's if there are any, else our own reader's if it is installed."""
    if openface:
        return {"source": "openface", "openface": {"runtime": openface}}
    if units:
        return {"source": "csv", "folder": units}
    if missing := not_installed():
        print(
            f"no action units: packages that the reader needs are not installed: {', '.join(missing)}", file=sys.stderr
        )
        return {"source": "none"}
    return {"source": "reader"}


def _from_anywhere(values: dict[str, Any]) -> dict[str, Any]:
    """The same settings with absolute paths, for the pipeline works in the folder of results."""
    of_samples = LAYOUTS[values["samples"]["reader"]].paths
    for stage, name in [*(("samples", name) for name in of_samples), *_PATHS]:
        if path := values.get(stage, {}).get(name):
            values = merged(values, {stage: {name: os.path.abspath(path)}})
    # An image of that name, or a file.
    image = values["action_units"].get("openface", {}).get("image")
    if image and os.path.isfile(image):
        values = merged(values, {"action_units": {"openface": {"image": os.path.abspath(image)}}})
    return values


def _check_folds(data: Path, samples: pd.DataFrame, folds: int) -> None:
    """Nothing, if every fold has somebody to hold out, and somebody to train on."""
    for part in range(1, folds + 1):
        kept, held_out = split_fold(samples, f"{part}of{folds}")
        if not len(held_out) or not len(kept):
            found = f"no one in fold {part}" if len(kept) else f"everyone in fold {part}"
            do = "use fewer folds (--folds), or more data: people are assigned to folds by a hash of their identity"
            raise InputError(data, expected=f"people in each of {folds} folds, and outside it", found=found, do=do)
