"""A trained network, from its run's folder."""

from pathlib import Path
from typing import Any

import numpy as np

from ulcag.config import TrainSettings
from ulcag.errors import InputError
from ulcag.files import read_json, sha256
from ulcag.tensors import load_tensors
from ulcag.training.network import Network

_NEEDED = ("run", "settings", "faces", "action_units", "model_sha256")


def load_run(folder: Path) -> tuple[dict[str, Any], TrainSettings, Network]:
    """The run's record, its settings, and its network after the last epoch, on the CPU.

    Raises:
        InputError: a file is missing or damaged, or model.pt is not the one that run.json is about.
    """
    path = folder / "model.pt"
    if not (folder / "run.json").is_file():
        expected = "a run's folder, with run.json and model.pt"
        do = "give a folder written by `ulcag train`, such as results/training/.../seed0/all"
        raise InputError(folder, expected=expected, found="no run.json" if folder.is_dir() else "no such folder", do=do)
    record: Any = read_json(folder / "run.json")
    missing = [key for key in _NEEDED if not isinstance(record, dict) or key not in record]
    if missing:
        expected, found = "a record written by `ulcag train`", f"no {', '.join(missing)}"
        raise InputError(folder / "run.json", expected=expected, found=found, do="give another folder")
    read_json(folder / "run.json", "run.seed", "faces.align", "action_units.names")
    found = sha256(path)
    if found != record["model_sha256"]:
        do = "repeat the run"
        expected = f"the model of run.json (SHA-256 {record['model_sha256'][:12]}...)"
        raise InputError(path, expected=expected, found=f"{found[:12]}...", do=do)
    settings = TrainSettings.read(record["settings"], where=str(folder / "run.json"))
    # Every tensor comes from model.pt, the graph's edges included: no other file is needed.
    edges = np.eye(len(record["action_units"]["names"]))
    network = Network(settings, edges, record["run"]["seed"], pretrained=False)
    try:
        network.load_state_dict(load_tensors(path))
    except (RuntimeError, ValueError) as error:
        raise InputError(path, expected="the network that run.json describes", found=str(error)) from None
    return record, settings, network
