"""The network: one backbone, the target branch, and the auxiliary branch where an arm has one."""

import sys
from pathlib import Path

import numpy as np
import torch
import torchvision
from torch import Tensor, nn

from ulcag.classes import CLASSES
from ulcag.config import ArmKind, MethodSettings, TrainingSettings
from ulcag.method import ActionUnitBranch, Confidence, random_edges
from ulcag.training.weights import load_weights

WITH_AUXILIARY: tuple[ArmKind, ...] = ("auxiliary", "ulc-ag")
WITH_CONFIDENCE: tuple[ArmKind, ...] = ("target", "auxiliary", "ulc-ag", "scn")
# Pixels of an image's side.
_CHANNELS_LAST_FROM = 96


def memory_format(device: torch.device, dtype: torch.dtype, size: int) -> torch.memory_format:
    """The layout of weights and of images of `size` pixels: channels last, but where that is slower.

    That is in fp32 on a CPU with small images; docs/performance.md has the measurement.
    """
    slower = device.type == "cpu" and dtype == torch.float32 and size < _CHANNELS_LAST_FROM
    return torch.contiguous_format if slower else torch.channels_last


class Network(nn.Module):
    """Backbone, classifier (no bias: the paper has W^T f), confidence, action unit branch, learnable theta.

    Args:
        kind: the arm; decides which heads there are.
        edges: (M, M) co-occurrence matrix of Eq. 5.
        training, method: settings.
        seed: the run's seed. Backbone and classifier draw from their own generator, so that all arms of a
            comparison start from the same weights, however many heads they have.
    """

    def __init__(
        self, kind: ArmKind, edges: np.ndarray, training: TrainingSettings, method: MethodSettings, seed: int
    ) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.backbone = torchvision.models.get_model(training.backbone, weights=None)
            features = self.backbone.fc.in_features
            self.backbone.fc = nn.Identity()
            if training.weights:
                print(f"{training.weights}: {load_weights(self.backbone, Path(training.weights))}", file=sys.stderr)
            self.classifier = nn.Linear(features, len(CLASSES), bias=False)
            # The heads draw after, from a stream of their own.
            torch.manual_seed(seed + 1_000_003)
            self.confidence: Confidence | None = None
            self.action_units: ActionUnitBranch | None = None
            self.theta: nn.Parameter | None = None
            if kind in WITH_CONFIDENCE:
                self.confidence = Confidence(features, bias=method.confidence.bias)
                if method.confidence.learn_margin and kind != "scn":
                    self.theta = nn.Parameter(torch.tensor(method.confidence.margin))
            if kind in WITH_AUXILIARY:
                graph = method.action_units
                a = torch.tensor(edges) if graph.edges == "data" else random_edges(len(edges), seed)
                self.action_units = ActionUnitBranch(
                    features,
                    a,
                    channels=graph.channels,
                    semantic=graph.semantic,
                    joint_classifier=graph.classifier == "joint",
                )
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor(training.mean).view(1, 3, 1, 1) * 255)
        self.register_buffer("std", torch.tensor(training.std).view(1, 3, 1, 1) * 255)

    def features(
        self, images: Tensor, *, dtype: torch.dtype = torch.float32, through: nn.Module | None = None
    ) -> Tensor:
        """Images (N, 3, H, W) uint8 to features (N, D) float32; `through`: the backbone as several processes share it.

        Only the backbone runs in half precision: heads and confidences are fp32, for confidences near 1 would tie.
        """
        x = images.contiguous(memory_format=memory_format(images.device, dtype, images.shape[-1]))
        # in place, on a copy: large intermediate results would cost more than the arithmetic
        x = x.to(torch.float32, copy=True).sub_(self.mean).div_(self.std)
        with torch.autocast(images.device.type, dtype=dtype, enabled=dtype != torch.float32):
            f: Tensor = (self.backbone if through is None else through)(x)
        return f.float()

    def heads(self) -> list[nn.Parameter]:
        """All parameters but the backbone's."""
        of_backbone = {id(parameter) for parameter in self.backbone.parameters()}
        return [parameter for parameter in self.parameters() if id(parameter) not in of_backbone]

    def parameter_groups(self, training: TrainingSettings) -> list[dict[str, object]]:
        """For the optimiser: the auxiliary branch has its own learning rate."""
        own = list(self.action_units.parameters()) if self.action_units is not None else []
        of_branch = {id(parameter) for parameter in own}
        rest = [parameter for parameter in self.parameters() if id(parameter) not in of_branch]
        groups: list[dict[str, object]] = [{"params": rest, "lr": training.learning_rate}]
        if own:
            groups.append({"params": own, "lr": training.auxiliary_learning_rate})
        return groups
