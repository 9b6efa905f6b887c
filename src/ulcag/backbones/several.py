"""Several backbones in place of one, for methods that train more than the one network that is used in the end.

In training the features of a batch come V times, the first network's before the second's; else only the first's.
"""

import re
from collections.abc import Iterable

import torch
from torch import Tensor, nn


class Networks(nn.Module):
    """Whole backbones that have nothing in common but the images."""

    def __init__(self, networks: Iterable[nn.Module]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) to (V * N, D) in training, (N, D) else."""
        if not self.training:
            first: Tensor = self.networks[0](images)
            return first
        return torch.cat([network(images) for network in self.networks])


class LastStages(nn.Module):
    """Copies of a backbone's last stage on the one output of all that comes before it.

    Args:
        below: images to what the last stage is given.
        ends: the copies, from that to features (N, D).
    """

    def __init__(self, below: nn.Module, ends: Iterable[nn.Module]) -> None:
        super().__init__()
        self.below = below
        self.ends = nn.ModuleList(ends)

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) to (V * N, D) in training, (N, D) else."""
        x = self.below(images)
        if not self.training:
            first: Tensor = self.ends[0](x)
            return first
        return torch.cat([end(x) for end in self.ends])


def only_for_training(backbone: nn.Module) -> set[str]:
    """Names of a backbone's weights that are not used in the end: all but the first network's, or last stage's."""
    if not isinstance(backbone, Networks | LastStages):
        return set()
    return {name for name in backbone.state_dict() if re.match(r"(networks|ends)\.[1-9]", name)}
