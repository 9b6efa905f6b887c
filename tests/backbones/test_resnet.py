"""ResNets."""

import pytest
import torch
from torch import nn

from ulcag.backbones import backbone_named
from ulcag.backbones.backbone import Backbone
from ulcag.backbones.resnet import RESNETS
from ulcag.errors import InputError


@pytest.mark.parametrize("backbone", RESNETS, ids=lambda backbone: backbone.name)
def test_features_are_the_means_of_the_maps(backbone: Backbone) -> None:
    network, width = backbone.build(64)
    images = torch.randn(2, 3, 64, 64)
    maps = backbone.maps(network)
    network.eval()
    with torch.inference_mode():
        found = maps(images)
        assert found.shape == (2, width, 2, 2)
        torch.testing.assert_close(found.mean((2, 3)), network(images))


def test_a_backbone_without_maps_says_so() -> None:
    pytest.importorskip("timm", reason="timm is not installed")
    with pytest.raises(InputError, match=r"means of maps(.|\n)*'?timm:resnet10t"):
        backbone_named("timm:resnet10t").maps(nn.Identity())
