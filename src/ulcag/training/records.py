"""What a run finds out while it trains, and the folder that it leaves behind."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from ulcag.config import Run, TrainSettings
from ulcag.files import sha256, whole_or_absent, write_json
from ulcag.tables import write_table
from ulcag.training.data import RunData
from ulcag.training.network import Network
from ulcag.training.tables import HELD_OUT_LOGITS, HISTORY, RELABELS, TEMPLATES, TRAIN_STATE
from ulcag.versions import versions

VERSIONS = versions(("torch", "torchvision", "numpy", "pandas", "pyarrow", "opencv-python-headless"))


@dataclass
class Records:
    """What a run has found out so far: what its tables are made of when it ends.

    Attributes:
        seconds: how long that took.
        devices: where its epochs were computed, in order; more than one if it was killed on another.
    """

    history: list[dict[str, float | None]] = field(default_factory=list)
    changes: list[pd.DataFrame] = field(default_factory=list)
    logits: list[pd.DataFrame] = field(default_factory=list)
    states: list[pd.DataFrame] = field(default_factory=list)
    templates: list[pd.DataFrame] = field(default_factory=list)
    seconds: float = 0.0
    devices: list[str] = field(default_factory=list)

    def add_epoch(self, row: dict[str, float | None], changes: pd.DataFrame, logits: pd.DataFrame) -> None:
        """What an epoch brought: its row of the history, changed labels, and held-out logits."""
        self.logits.append(logits.assign(epoch=self.epochs))
        self.changes.append(changes)
        self.history.append(row)

    def note_device(self, device: str) -> None:
        """Note where what is left is computed; say so if it is elsewhere than before: sums are rounded otherwise there,
        and the run ends nearly, not exactly, as it would have."""
        if self.devices and self.devices[-1] != device:
            print(
                f"device changed from {self.devices[-1]} to {device}: results are the same up to rounding",
                file=sys.stderr,
            )
        if device not in self.devices[-1:]:
            self.devices.append(device)

    @property
    def epochs(self) -> int:
        """Epochs that are done."""
        return len(self.history)


def write_run(
    folder: Path,
    run: Run,
    settings: TrainSettings,
    data: RunData,
    network: Network,
    records: Records,
    about: dict[str, Any],
    precision: str,
) -> None:
    """Write the run's folder, `run.json` last.

    Args:
        folder: the run's.
        run, settings, data: what was asked for.
        network: after the last epoch.
        records: of all epochs.
        about: settings and inputs, for every table.
        precision: what the backbone computed in.
    """
    write_table(folder / "held_out_logits.parquet", pd.concat(records.logits), HELD_OUT_LOGITS, **about)
    write_table(folder / "train_state.parquet", pd.concat(records.states), TRAIN_STATE, **about)
    write_table(folder / "templates.parquet", pd.concat(records.templates), TEMPLATES, **about)
    write_table(folder / "relabels.parquet", pd.concat(records.changes), RELABELS, **about)
    # Columns that the method does not fill are there, and empty.
    history = pd.DataFrame(records.history).reindex(columns=HISTORY.names)
    history = history.astype({name: float for name in HISTORY.names if name not in ("epoch", "relabelled")})
    write_table(folder / "history.parquet", history, HISTORY, **about)
    # Through an open file: given a path, torch writes its name into the file, and the same weights differ in bytes.
    with whole_or_absent(folder / "model.pt") as beside, open(beside, "wb") as file:
        torch.save({name: value.cpu() for name, value in network.state_dict().items()}, file)
    record = {
        "run": run.plain(),
        "settings": settings.plain(),
        "faces": data.crops.settings.plain(),
        "samples": {"train": len(data.train), "held_out": len(data.held_out), "left_out": data.left_out},
        "action_units": {"names": list(data.units), "known": int(data.known.sum())},
        "inputs": data.inputs,
        "model_sha256": sha256(folder / "model.pt"),
        "seconds": round(records.seconds, 1),
        "device": ", then ".join(records.devices),
        "precision": precision,
        "versions": VERSIONS,
    }
    write_json(folder / "run.json", record)
