"""ResNets (He et al., CVPR 2016), the paper's backbone. Weights such as MS-Celeb-1M's come from a file of one's own."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ulcag.backbones.backbone import Backbone

if TYPE_CHECKING:
    from torch import nn

# Of ImageNet; the paper says nothing of its weights' own.
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class ResNet(Backbone):
    """One of torchvision's, without its last layer."""

    def build(self) -> "nn.Module":
        """As torchvision initialises it."""
        from torch import nn
        from torchvision.models import get_model

        network: nn.Module = get_model(self.name, weights=None)
        network.fc = nn.Identity()
        return network

    def load(self, network: "nn.Module", path: Path) -> str:
        """The forms in which ResNets circulate: weights.py."""
        from ulcag.backbones.weights import load_weights

        return str(load_weights(network, path))


RESNETS = tuple(
    ResNet(name, width, image_size=224, mean=_MEAN, std=_STD)
    for name, width in (("resnet18", 512), ("resnet34", 512), ("resnet50", 2048))
)
