"""A trained network, from its run's folder."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ulcag.config import TrainSettings
from ulcag.errors import InputError
from ulcag.files import read_json, sha256
from ulcag.training.network import Network


def load_run(folder: Path) -> tuple[dict[str, Any], TrainSettings, Network]:
    """The run's record, its settings, and its network after the last epoch, on the CPU.

    Raises:
        InputError: a file is missing or damaged, or model.pt is not the one that run.json is about.
    """
    record, path = read_json(folder / "run.json"), folder / "model.pt"
    found = sha256(path)
    if found != record["model_sha256"]:
        do = "make the run again"
        expected = f"the model of run.json (SHA-256 {record['model_sha256'][:12]}...)"
        raise InputError(path, expected=expected, found=f"{found[:12]}...", do=do)
    settings = TrainSettings.read(record["settings"], where=str(folder / "run.json"))
    # Every tensor comes from model.pt, the graph's edges included: no other file is needed.
    training = settings.training.model_copy(update={"weights": ""})
    units = len(record["action_units"]["names"])
    network = Network(settings.kind, np.eye(units), training, settings.method, record["run"]["seed"])
    try:
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except (RuntimeError, OSError, pickle.UnpicklingError) as error:
        raise InputError(path, expected="the network that run.json describes", found=str(error)) from None
    return record, settings, network
