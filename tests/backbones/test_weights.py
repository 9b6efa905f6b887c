"""Pre-trained weights in the forms that circulate."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
from torch import nn

from ulcag.backbones.weights import load_weights
from ulcag.errors import InputError


def resnet(name: str = "resnet18", seed: int = 0, classes: int = 10) -> nn.Module:
    torch.manual_seed(seed)
    network = torchvision.models.get_model(name, weights=None, num_classes=classes)
    # batch normalisation that has seen something
    for value in network.state_dict().values():
        if value.is_floating_point():
            value.add_(0.01)
    return network


def backbone(name: str = "resnet18") -> nn.Module:
    network = resnet(name, seed=1)
    network.fc = nn.Identity()
    return network


def without_counters(state: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if not name.endswith("num_batches_tracked")}


FORMS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "plain": lambda state: state,
    "resnet18_msceleb": lambda state: {"state_dict": state, "epoch": 3},
    "ijba_res18_naive": lambda state: {
        "state_dict": {f"module.{name}": value for name, value in without_counters(state).items()}
        | {"module.feature.weight": torch.zeros(3, 512), "module.fc.weight": torch.zeros(20, 512)}
    },
    "another backbone inside": lambda state: {"model": {f"backbone.{name}": value for name, value in state.items()}},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_computes_what_the_network_it_came_from_computes(form: str, tmp_path: Path) -> None:
    source = resnet()
    torch.save(FORMS[form](source.state_dict()), tmp_path / "weights.pth")
    network = backbone()
    report = load_weights(network, tmp_path / "weights.pth")
    assert len(report.taken) == 100  # 20 convolutions and 20 batch normalisations of four tensors
    assert all(name.startswith(("fc.", "feature.")) for name in report.left)
    source.fc = nn.Identity()
    images = torch.randn(2, 3, 64, 64)
    assert torch.equal(network.eval()(images), source.eval()(images))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda state: {k: v for k, v in state.items() if not k.startswith("layer4.1")},
            r"10 missing \(layer4\.1\.conv1",
        ),
        (lambda state: state | {"conv1.weight": torch.zeros(64, 3, 3, 3)}, r"conv1\.weight is \[64, 3, 3, 3\]"),
        (lambda state: state | {"bn1.weight": torch.full((64,), torch.nan)}, r"1 not finite \(bn1\.weight"),
        (lambda state: state | {"stem.prelu.weight": torch.zeros(64)}, r"1 not of this network \(stem\.prelu"),
        (lambda state: {f"net2.{k}": v for k, v in state.items()}, "100 missing"),
        (lambda state: {"epoch": 3}, "a dictionary of tensors"),
        (lambda state: torch.zeros(3), "a dictionary of tensors"),
    ],
)
def test_anything_else_is_refused_and_changes_nothing(change: Any, message: str, tmp_path: Path) -> None:
    torch.save(change(resnet().state_dict()), tmp_path / "weights.pth")
    network = backbone()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with pytest.raises(InputError, match=message):
        load_weights(network, tmp_path / "weights.pth")
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_weights_of_another_depth_are_refused(tmp_path: Path) -> None:
    torch.save(resnet("resnet34").state_dict(), tmp_path / "weights.pth")
    with pytest.raises(InputError, match="not of this network"):
        load_weights(backbone("resnet18"), tmp_path / "weights.pth")


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("ran"),))


def test_a_file_that_would_run_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"state_dict": Evil()}, tmp_path / "weights.pth")
    with pytest.raises(InputError, match="nothing in it may run code"):
        load_weights(backbone(), tmp_path / "weights.pth")
    assert not (tmp_path / "ran").exists()
    with pytest.raises(InputError, match="no such file"):
        load_weights(backbone(), tmp_path / "nowhere.pth")
