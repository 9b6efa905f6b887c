"""Networks of timm: a small convolutional one and a small transformer, through all that a run goes through."""

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.test_methods import data
from ulcag.backbones import backbone_named
from ulcag.config import Run, TrainingSettings, TrainSettings
from ulcag.errors import InputError
from ulcag.prediction.export import export_run
from ulcag.training.network import Network
from ulcag.training.run import train_run
from ulcag.training.saved import load_run

timm = pytest.importorskip("timm", reason="the extra `timm` is not installed")
SMALL = ("timm:test_resnet", "timm:test_vit")


def settings(name: str, **training: Any) -> TrainSettings:
    of_run = {"image_size": 32, "batch_size": 14, "epochs": 2, "optimiser": "adamw", "learning_rate": 0.001}
    return TrainSettings.read({"method": "ulc-ag", "training": of_run | {"backbone": name} | training})


@pytest.mark.parametrize("name", SMALL)
def test_a_run_from_training_to_onnx(name: str, tmp_path: Path) -> None:
    run = Run(dataset="d", noise="none", arm="ulc-ag", seed=0, fold="all")
    train_run(run, settings(name), data(tmp_path), tmp_path / "run", state=tmp_path / "state")
    record, again, network = load_run(tmp_path / "run")
    assert again.training.backbone == name
    assert record["run"]["arm"] == "ulc-ag"
    assert export_run(tmp_path / "run", tmp_path / "out", with_units=True) < 1e-3
    with torch.no_grad():
        f = network.eval().features(torch.zeros(1, 3, 32, 32, dtype=torch.uint8))
    assert f.shape == (1, network.classifier.in_features)


def test_size_mean_and_std_are_those_of_the_weights() -> None:
    facts = timm.get_pretrained_cfg("test_vit")
    training = TrainingSettings.read({"backbone": "timm:test_vit"})
    assert (training.image_size, training.mean, training.std) == (facts.input_size[1], facts.mean, facts.std)


@pytest.mark.parametrize("form", ["pth", "safetensors"])
@pytest.mark.parametrize("name", SMALL)
def test_weights_come_from_a_file_whatever_classes_they_were_trained_for(name: str, form: str, tmp_path: Path) -> None:
    sized = {"img_size": 32} if name == "timm:test_vit" else {}
    state = timm.create_model(name.removeprefix("timm:"), num_classes=11, **sized).state_dict()
    path = tmp_path / f"weights.{form}"
    if form == "pth":
        torch.save(state, path)
    else:
        from safetensors.torch import save_file

        save_file(state, path)
    network = Network(settings(name, weights=str(path)), np.eye(3), seed=0)
    for key, value in network.backbone.state_dict().items():
        assert torch.equal(value, state[key]), key
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputError, match="weights written by torch" if form == "pth" else "weights in safetensors"):
        Network(settings(name, weights=str(path)), np.eye(3), seed=0)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    torch.save(timm.create_model("test_resnet", num_classes=11).state_dict(), tmp_path / "other.pth")
    with pytest.raises(InputError, match=r"not of this network|missing"):
        Network(settings("timm:test_vit", weights=str(tmp_path / "other.pth")), np.eye(3), seed=0)


def test_a_name_that_timm_does_not_know_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"a network known to timm(.|\n)*'tset_vit'(.|\n)*timm:test_vit"):
        backbone_named("timm:tset_vit")
    with pytest.raises(InputError, match="timm:test_vit"):
        TrainingSettings.read({"backbone": "timm:tset_vit"})


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "timm":
            raise ImportError
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"the package timm(.|\n)*pip install 'ulcag\[timm\]'"):
        TrainingSettings.read({"backbone": "timm:test_vit"})
    known = {"image_size": 160, "mean": [0.5] * 3, "std": [0.5] * 3}
    assert TrainingSettings.read({"backbone": "timm:test_vit"} | known).image_size == 160
