"""What a killed run goes on from: after each epoch one file, whole or absent, bound to what the run depends on.

There is no state of random numbers in it: order and augmentation are decided by seed, epoch and sample alone.
"""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from ulcag.errors import InputError
from ulcag.files import whole_or_absent
from ulcag.tensors import load_tensors
from ulcag.training.epoch import Learner
from ulcag.training.records import Records

_FILE = "checkpoint.pt"
_FRAMES = ("changes", "logits", "states", "templates")


def save(folder: Path, bound_to: str, learner: Learner, records: Records) -> None:
    """Write the checkpoint; the one before stays until this one is whole.

    Raises:
        InputError: it cannot be written.
    """
    content = {
        "bound_to": bound_to,
        "network": learner.network.state_dict(),
        "optimiser": learner.optimiser.state_dict(),
        "scaler": learner.scaler.state_dict(),
        "labels": learner.samples.labels,
        "memory": {name: _tensors(thing) for name, thing in learner.network.method.memory.items()},
        "records": {name: [_plain(frame) for frame in getattr(records, name)] for name in _FRAMES}
        | {"history": records.history, "seconds": records.seconds, "devices": records.devices},
    }
    try:
        with whole_or_absent(folder / _FILE) as beside:
            torch.save(content, beside)
    except (OSError, RuntimeError) as error:
        do = "free disk space or grant write permission, then start the run again: it resumes after its last epoch"
        raise InputError(folder, expected="a writable folder for checkpoints", found=str(error), do=do) from None


def load(folder: Path, bound_to: str, learner: Learner) -> Records:
    """Put `learner` back to where it was; empty records, and nothing changed, where there is no such checkpoint.

    A file that is damaged, or belongs to other settings or inputs, is left alone and said so: the run starts anew.
    """
    path = folder / _FILE
    if not path.exists():
        return Records()
    try:
        content = load_tensors(path, learner.samples.labels.device)
    except ValueError as error:
        print(f"{path} cannot be read ({error}): the run starts from the beginning", file=sys.stderr)
        return Records()
    if content.get("bound_to") != bound_to:
        print(f"{path} has other settings or inputs: the run starts from the beginning", file=sys.stderr)
        return Records()
    learner.network.load_state_dict(content["network"])
    learner.optimiser.load_state_dict(content["optimiser"])
    learner.scaler.load_state_dict(content["scaler"])
    learner.samples.labels = content["labels"]
    for name, thing in learner.network.method.memory.items():
        for key, value in content["memory"][name].items():
            setattr(thing, key, value)
    kept = content["records"]
    frames = {name: [pd.DataFrame(_arrays(frame)) for frame in kept[name]] for name in _FRAMES}
    records = Records(history=kept["history"], seconds=kept["seconds"], devices=kept["devices"], **frames)
    print(f"resuming after epoch {records.epochs - 1}, from {path}", file=sys.stderr)
    return records


def _tensors(thing: object) -> dict[str, Tensor | None]:
    """The tensors that a part of the method's memory is made of."""
    return {name: value for name, value in vars(thing).items() if value is None or isinstance(value, Tensor)}


def _plain(frame: pd.DataFrame) -> dict[str, Any]:
    """Columns as tensors, and as lists where they hold text or nothing: what can be loaded without running code."""
    return {
        str(name): torch.from_numpy(column.to_numpy().copy()) if column.dtype.kind in "iufb" else column.tolist()
        for name, column in frame.items()
    }


def _arrays(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: value.cpu().numpy() if isinstance(value, Tensor) else value for name, value in columns.items()}
