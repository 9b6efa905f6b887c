"""Small parts to train with: images that are noise around a colour a class, and made-up action units."""

from typing import Any

import pytest
import torch
from torch import Tensor

from ulcag.config import ARMS, TrainSettings
from ulcag.config.arms import merged
from ulcag.learning import FirstLook, Samples
from ulcag.training.epoch import Learner
from ulcag.training.network import Network

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

    def batches(self, size: int = 28) -> list[tuple[Tensor, Tensor]]:
        numbers = torch.randperm(len(self.truth), generator=torch.Generator().manual_seed(1))
        return [(self.images[part], part) for part in numbers.split(size)]

    def learner(self, arm: str, labels: Tensor | None = None, **changes: Any) -> Learner:
        """A learner of a built-in arm, with changed settings of the method and other parts of `TrainSettings`."""
        values = {"method": ARMS[arm]["method"], "training": {"epochs": 30, "image_size": 32}} | changes
        values["settings"] = merged(ARMS[arm].get("settings", {}), changes.get("settings", {}))
        settings = TrainSettings.read(values)
        edges = torch.eye(UNITS, dtype=torch.float64).numpy()
        network = Network(settings, edges, seed=0)
        optimiser = torch.optim.SGD(network.parameter_groups(settings.training), momentum=0.9)
        given = self.truth if labels is None else labels
        samples = Samples(given.clone(), self.z, self.known, given.clone())
        with torch.no_grad():
            look = FirstLook(network.eval().features(self.images), self.z.double(), torch.arange(len(given)) % 4)
        return Learner(settings, network, optimiser, samples, dtype=torch.float32, look=look)


@pytest.fixture
def toy() -> Toy:
    torch.set_num_threads(1)
    return Toy()
