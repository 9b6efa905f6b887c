"""ResNets (He et al., CVPR 2016), the paper's backbone. Weights such as MS-Celeb-1M's come from a file of one's own."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ulcag.backbones.backbone import Backbone

if TYPE_CHECKING:
    from torch import nn

# Of ImageNet; the paper says nothing of its weights' own.
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class ResNet(Backbone):
    """One of torchvision's, without its last layer."""

    def build(self, image_size: int) -> "tuple[nn.Module, int]":
        """As torchvision initialises it."""
        from torch import nn
        from torchvision.models import get_model

        network: Any = get_model(self.name, weights=None)
        width: int = network.fc.in_features
        network.fc = nn.Identity()
        return network, width

    def load(self, network: "nn.Module", path: Path) -> str:
        """The forms in which ResNets circulate: weights.py."""
        from ulcag.backbones.weights import load_weights

        return str(load_weights(network, path))

    def maps(self, network: "nn.Module") -> "nn.Module":
        """All before the average."""
        from torch import nn

        return nn.Sequential(*list(network.children())[:-2])

    def last_stages(self, network: "nn.Module", number: int) -> "nn.Module":
        """The last of the four stages, and the average after it."""
        from copy import deepcopy

        from torch import nn

        from ulcag.backbones.several import LastStages

        parts = list(network.children())[:-1]
        end = nn.Sequential(*parts[-2:], nn.Flatten())
        return LastStages(nn.Sequential(*parts[:-2]), [end, *(deepcopy(end) for _ in range(number - 1))])


RESNETS = tuple(ResNet(name, image_size=224, mean=_MEAN, std=_STD) for name in ("resnet18", "resnet34", "resnet50"))
