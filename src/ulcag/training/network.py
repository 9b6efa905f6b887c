"""The network: a backbone, a classifier, and a method's heads."""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ulcag.backbones import backbone_named
from ulcag.backbones.several import Networks
from ulcag.classes import CLASSES
from ulcag.config import TrainingSettings, TrainSettings
from ulcag.learning import Method
from ulcag.methods import method_class

# Pixels of an image's side.
_CHANNELS_LAST_FROM = 96


def memory_format(device: torch.device, dtype: torch.dtype, size: int) -> torch.memory_format:
    """The layout of weights and of images of `size` pixels: channels last, but where that is slower.

    That is in fp32 on a CPU with small images; docs/performance.md has the measurement.
    """
    slower = device.type == "cpu" and dtype == torch.float32 and size < _CHANNELS_LAST_FROM
    return torch.contiguous_format if slower else torch.channels_last


def weights_file(training: TrainingSettings) -> Path | None:
    """The file of weights that the backbone starts from; None: random weights.

    Raises:
        InputError: the package that holds the backbone's own is not installed.
    """
    return Path(training.weights) if training.weights else backbone_named(training.backbone).own_weights()


class Network(nn.Module):
    """Backbone, classifier (no bias: the paper has W^T f), and the heads of the method.

    Args:
        settings: of the training.
        edges: (M, M) co-occurrence matrix of Eq. 5.
        seed: the run's seed. Backbone and classifier draw from their own generator, so that all arms of a
            comparison start from the same weights, however many heads they have.
        pretrained: whether weights are read for the backbone: those that the settings name, or that it comes with.

    Raises:
        InputError: `training.weights` is no file of such weights.
    """

    def __init__(self, settings: TrainSettings, edges: np.ndarray, seed: int, *, pretrained: bool = True) -> None:
        super().__init__()
        training = settings.training
        backbone = backbone_named(training.backbone)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.backbone, features = backbone.build(training.image_size)
            weights = weights_file(training) if pretrained else None
            if weights is not None:
                print(f"{weights}: {backbone.load(self.backbone, weights)}", file=sys.stderr)
            self.classifier = nn.Linear(features, len(CLASSES), bias=False)
            # The heads draw after, from a stream of their own.
            torch.manual_seed(seed + 1_000_003)
            make = method_class(settings.settings)
            self.method: Method = make(settings.settings, features, torch.tensor(edges), seed)
            # Last of all, so that what was drawn before is the same without them.
            others = [backbone.build(training.image_size)[0] for _ in range(1, settings.settings.networks)]
            if weights is not None:
                for network in others:
                    backbone.load(network, weights)
            if others:
                self.backbone = Networks([self.backbone, *others])
            if settings.settings.last_stages > 1:
                self.backbone = backbone.last_stages(self.backbone, settings.settings.last_stages)
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor(training.mean).view(1, 3, 1, 1) * 255)
        self.register_buffer("std", torch.tensor(training.std).view(1, 3, 1, 1) * 255)

    def features(
        self, images: Tensor, *, dtype: torch.dtype = torch.float32, through: nn.Module | None = None
    ) -> Tensor:
        """Images (N, 3, H, W), uint8 or float32 in 0..255, to features (N, D) float32; `through`: the backbone as
        several processes share it, or as it gives maps (N, D, H, W).

        Whenever the network does not train, the method may show the backbone several pictures of an image, and joins
        what it gives. In training, the loop shows them, and the method's step has the features as they are.

        Only the backbone runs in half precision: heads and confidences are fp32, for confidences near 1 would tie.
        """
        if self.training:
            return self._seen(images, dtype, through)
        # One after the other: six views of a batch at once would not fit into the memory of many machines.
        views = [self._seen(pictures, dtype, through) for pictures in self.method.pictures_in_use(images)]
        return self.method.joined(torch.cat(views))

    def _seen(self, images: Tensor, dtype: torch.dtype, through: nn.Module | None) -> Tensor:
        x = images.contiguous(memory_format=memory_format(images.device, dtype, images.shape[-1]))
        # in place, on a copy: large intermediate results would cost more than the arithmetic
        x = x.to(torch.float32, copy=True).sub_(self.mean).div_(self.std)
        with torch.autocast(images.device.type, dtype=dtype, enabled=dtype != torch.float32):
            f: Tensor = (self.backbone if through is None else through)(x)
        return f.float()

    def heads(self) -> list[nn.Parameter]:
        """All parameters but the backbone's."""
        return [*self.classifier.parameters(), *self.method.parameters()]

    def parameter_groups(self, training: TrainingSettings) -> list[dict[str, object]]:
        """For the optimiser: each with the learning rate that it starts from, also as `initial_lr`."""
        own = self.method.auxiliary_parameters()
        of_branch = {id(parameter) for parameter in own}
        rest = [parameter for parameter in self.heads() if id(parameter) not in of_branch]
        backbone_rate = training.backbone_learning_rate or training.learning_rate
        rates = (
            (rest, training.learning_rate),
            (list(self.backbone.parameters()), backbone_rate),
            (own, training.auxiliary_learning_rate),
        )
        return [{"params": params, "lr": rate, "initial_lr": rate} for params, rate in rates if params]
