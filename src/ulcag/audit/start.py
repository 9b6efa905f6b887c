"""A user's pictures and labels to the pipeline that audits them: what is in a folder, and the config.yaml for it."""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from ulcag.config import Config, DatasetSettings
from ulcag.config.method import merged
from ulcag.errors import InputError
from ulcag.samples.read import read_samples

# Small pictures, a short schedule, from scratch: what two cores can do in minutes. As the embedded set in config.yaml.
SMALL: dict[str, Any] = {
    "image_size": 48,
    "batch_size": 64,
    "epochs": 16,
    "optimiser": "adamw",
    "schedule": "one_cycle",
    "learning_rate": 0.002,
    "auxiliary_learning_rate": 0.002,
    "weight_decay": 0.01,
    "augmentation": {"shift": 0.08, "erase": 0.0},
    "precision": "fp32",
    "threads": 1,
}
# A network is to see at least so many batches an epoch.
_BATCHES = 8


def recognise(data: Path) -> dict[str, Any]:
    """Settings of the reader for a folder or table: RAF-DB, AffectNet, FER2013, a table, or folders named like classes.

    Raises:
        InputError: there is no such file or folder, or a file is no table.
    """
    if not data.exists():
        raise InputError(data, expected="a folder of pictures, or a table of labels", found="no such file or folder")
    data = data.resolve()
    if data.is_file():
        if data.suffix not in (".csv", ".parquet"):
            expected = "a table (.csv, .parquet), or a folder of pictures"
            raise InputError(data, expected=expected, found=f"suffix '{data.suffix}'")
        if data.name == "fer2013.csv":
            return {"reader": "fer2013", "root": str(data.parent)}
        return {"reader": "table", "path": str(data)}
    marks = {
        "rafdb": ("EmoLabel", "basic/EmoLabel"),
        "affectnet": ("training.csv", "train_set"),
        "fer2013": ("fer2013.csv",),
    }
    for reader, names in marks.items():
        if any((data / name).exists() for name in names):
            return {"reader": reader, "root": str(data)}
    return {"reader": "folder", "root": str(data)}


def audit_config(
    data: Path,
    out: Path,
    *,
    values: dict[str, Any],
    units: str = "",
    openface: str = "",
    small: bool = False,
    folds: int = 4,
    seed: int = 0,
    cleanlab: bool = False,
) -> dict[str, Any]:
    """The whole config.yaml of an audit; the data set is read, so that what is wrong with it is said at once.

    Args:
        data: folder or table.
        out: folder for all results.
        values: settings of the data set (samples, faces, action_units, training, ...) that differ from the defaults.
        units: folder of OpenFace's CSV files.
        openface: the engine to run OpenFace with. Without either, networks have no auxiliary branch (arm `baseline`).
        small: train small networks from scratch.
        folds, seed, cleanlab: as in `audits`.

    Raises:
        InputError: there is nothing to read, or it cannot be read; labels are of one class only; or there are
            fewer training samples than folds.
    """
    source: dict[str, Any] = {"source": "none"}
    if units:
        source = {"source": "csv", "folder": str(Path(units).resolve())}
    if openface:
        source = {"source": "openface", "openface": {"runtime": openface}}
    chosen = merged({"samples": recognise(data), "action_units": source}, {"training": SMALL} if small else {})
    chosen = merged(chosen, values)
    dataset = DatasetSettings.read(chosen, where="--settings")
    samples = read_samples(dataset.samples, out / ".cache", workers=1).samples
    labels = samples["label"][samples["split"] == "train"].to_numpy(dtype=np.int64)
    if len(labels) < folds:
        raise InputError(data, expected=f"at least {folds} training pictures, one a fold", found=str(len(labels)))
    if len(np.unique(labels)) < 2:
        do = "give labels of several classes: what is wrong with one is told by the others"
        raise InputError(data, expected="labels of at least two classes", found="one", do=do)
    most = max(2, len(labels) * (folds - 1) // folds // _BATCHES)
    if "batch_size" not in chosen.get("training", {}) or small:
        chosen = merged(chosen, {"training": {"batch_size": min(dataset.training.batch_size, most)}})
    arm = "baseline" if dataset.action_units.source == "none" else "ulc-ag"
    audit = {"datasets": ["data"], "arms": [arm], "seeds": [seed], "folds": folds, "cleanlab": cleanlab}
    config = {"results": str(out.resolve()), "datasets": {"data": chosen}, "audits": [audit]}
    Config.read(config, "--settings")
    return config


def snakefile() -> Path:
    """The pipeline that this package lies beside.

    Raises:
        InputError: the package was installed without it.
    """
    path = Path(__file__).parents[3] / "Snakefile"
    if not path.is_file():
        do = "clone the repository and install it with `make setup`"
        raise InputError(path, expected="the pipeline beside the package", found="no such file", do=do)
    return path


def snakemake_command(config: Path, cores: int) -> list[str]:
    """How the pipeline is started, in the folder of its config.yaml."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile()), "--configfile", str(config)]
    return [*command, "--directory", str(config.parent), "--cores", str(cores), "--rerun-incomplete", "audit"]
