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


def test_last_stages_start_as_the_network_and_share_all_before_the_last_stage() -> None:
    backbone = RESNETS[0]
    network, width = backbone.build(64)
    images = torch.randn(4, 3, 64, 64)
    wanted = network.train()(images)
    stages = backbone.last_stages(network, 3)
    first, second, third = stages(images).chunk(3)
    assert first.shape == (4, width)
    for f in (first, second, third):
        torch.testing.assert_close(f, wanted)
    second.square().sum().backward()
    learnt = {
        name for name, parameter in stages.named_parameters() if parameter.grad is not None and parameter.grad.any()
    }
    assert {name.split(".")[0] for name in learnt} == {"below", "ends"}
    assert {name.split(".")[1] for name in learnt if name.startswith("ends")} == {"1"}
    stages.eval()
    with torch.inference_mode():
        torch.testing.assert_close(stages(images), network.eval()(images))


def test_a_backbone_whose_last_stage_is_not_known_says_so() -> None:
    pytest.importorskip("timm", reason="timm is not installed")
    with pytest.raises(InputError, match=r"last stage(.|\n)*'?timm:resnet10t"):
        backbone_named("timm:resnet10t").last_stages(nn.Identity(), 2)
