"""Small parts to train with: images that are noise around a colour a class, and made-up action units."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ulcag.config import ARMS, TrainSettings
from ulcag.config.arms import merged
from ulcag.faces.shard import Crops, encode_jpeg, new_shard, shard_of
from ulcag.learning import FirstLook, Samples
from ulcag.training.data import Part
from ulcag.training.epoch import Learner
from ulcag.training.network import Network
from ulcag.training.processes import Processes

UNITS = 5


class Toy:
    """n samples; the class is the brightness of the image, and action unit j is present in classes j and j + 1."""

    def __init__(self, n: int = 56) -> None:
        random = torch.Generator().manual_seed(0)
        self.truth = torch.arange(n) % 7
        noise = torch.randint(0, 25, (n, 3, 32, 32), generator=random)
        self.images = (self.truth[:, None, None, None] * 35 + noise).to(torch.uint8)
        units = torch.arange(UNITS)
        self.z = ((self.truth[:, None] == units) | (self.truth[:, None] == units + 1)).float()
        self.known = torch.arange(n) % 10 != 9
        self.folds = torch.arange(n) % 4

    def batches(self, size: int = 28) -> list[tuple[Tensor, Tensor]]:
        numbers = torch.randperm(len(self.truth), generator=torch.Generator().manual_seed(1))
        return [(self.images[part], part) for part in numbers.split(size)]

    def learner(
        self,
        arm: str,
        labels: Tensor | None = None,
        processes: Processes | None = None,
        device: str = "cpu",
        dtype: torch.dtype = torch.float32,
        **changes: Any,
    ) -> Learner:
        """A learner of a built-in arm, with changed settings of the method and other parts of `TrainSettings`.

        It starts from the same numbers on every device."""
        values = {"method": ARMS[arm]["method"], "training": {"epochs": 30, "image_size": 32}} | changes
        values["settings"] = merged(ARMS[arm].get("settings", {}), changes.get("settings", {}))
        settings = TrainSettings.read(values)
        edges = torch.eye(UNITS, dtype=torch.float64).numpy()
        network = Network(settings, edges, seed=0)
        with torch.no_grad():
            f = network.eval().features(self.images)
        look = FirstLook(f.to(device), self.z.double().to(device), self.folds.to(device))
        network = network.to(device)
        optimiser = torch.optim.SGD(network.parameter_groups(settings.training), momentum=0.9)
        given = (self.truth if labels is None else labels).to(device)
        samples = Samples(given.clone(), self.z.to(device), self.known.to(device), given.clone())
        return Learner(settings, network, optimiser, samples, dtype, processes or Processes(), look)


@pytest.fixture
def toy() -> Toy:
    torch.set_num_threads(1)
    return Toy()


@pytest.fixture
def images(tmp_path: Path) -> tuple[Crops, Part]:
    """Six pictures with a face each."""
    with new_shard(tmp_path / "0.arrow") as add:
        for i in range(6):
            picture = np.random.default_rng(i).integers(0, 255, (50, 40, 3), dtype=np.uint8)
            corners = {"x0": 5.0, "y0": 5.0, "x1": 35.0, "y1": 45.0}
            add({"sample_id": f"s{i}", "jpeg": encode_jpeg(picture, 95), **corners})
    return Crops({0: shard_of(tmp_path / "0.arrow")}), Part(
        [f"s{i}" for i in range(6)], np.array([[0, i] for i in range(6)])
    )
