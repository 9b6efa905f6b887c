"""A trained network on the test split of another data set."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from ulcag.errors import InputError
from ulcag.evaluation.metrics import all_metrics
from ulcag.faces.shard import Crops
from ulcag.files import write_json
from ulcag.samples.table import true_labels
from ulcag.tables import rows_of
from ulcag.training.data import EpochBatches, FaceImages, Part, make_loader
from ulcag.training.device import choose_device
from ulcag.training.network import memory_format
from ulcag.training.predict import held_out_logits
from ulcag.training.saved import load_run
from ulcag.training.tables import LOGITS

_BATCH = 256


def evaluate_elsewhere(
    run_folder: Path, name: str, samples: pd.DataFrame, faces: pd.DataFrame, crops: Crops, out: Path
) -> dict[str, Any]:
    """Write the metrics of a run's last epoch on another data set.

    Args:
        run_folder: what training left behind.
        name: of the other data set, for the record.
        samples: its samples table.
        faces: its faces table.
        crops: its crops.
        out: JSON file to write.

    Returns:
        What it holds: `run`, `on`, `n`, `left_out` (no crop, or true class unknown), and the metrics.

    Raises:
        InputError: the run cannot be loaded, a test sample has no row in `faces`, or none has a crop and a known class.
    """
    record, settings, network = load_run(run_folder)
    tested = samples["sample_id"][samples["split"] == "test"].sort_values()
    truth = true_labels(samples)[tested].to_numpy(dtype=float, na_value=np.nan)
    places = rows_of(faces, tested, "faces")
    usable = places["row"].notna().to_numpy() & ~np.isnan(truth)
    if not usable.any():
        do = "use a data set with a test split and detected faces"
        raise InputError(name, expected="test samples with a crop and a known class", found="none", do=do)
    part = Part(tested[usable].tolist(), places.loc[usable, ["shard", "row"]].to_numpy(dtype=np.int64))
    # not the training's: a network can be tried where there is no GPU
    device = choose_device("auto")
    torch.set_num_threads(settings.training.threads)
    layout = memory_format(device, torch.float32, settings.training.image_size)
    network = network.to(device).to(memory_format=layout)
    batches = EpochBatches(len(part), _BATCH, shuffle_seed=None)
    images = FaceImages(crops, part, settings.training, None)
    predicted = held_out_logits(network, make_loader(images, batches, 0, device), device)
    right = truth[usable].astype(np.int64)[predicted["number"].to_numpy()]
    metrics = {
        "run": record["run"],
        "on": name,
        "n": len(part),
        "left_out": int((~usable).sum()),
        **all_metrics(predicted[LOGITS].to_numpy(), right),
    }
    write_json(out, metrics)
    return metrics
