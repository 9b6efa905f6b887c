"""The registries of methods and backbones: what a new one takes, shown by adding one of each.

A new method is made of the two classes `NewSettings` and `New`, and a line in `METHODS`; a new backbone of the class
`Tiny`, and a line in `BACKBONES`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from ulcag.backbones import BACKBONES
from ulcag.backbones.backbone import Backbone
from ulcag.config import Config, Run, TrainSettings
from ulcag.errors import InputError
from ulcag.evaluation.evaluate import evaluate_run
from ulcag.faces.shard import Crops, encode_jpeg, new_shard, shard_of
from ulcag.files import read_json
from ulcag.learning import Batch, Epoch, Method, NewLabels, Samples, Step
from ulcag.methods import METHODS, method_class, method_settings
from ulcag.section import MethodSettings
from ulcag.training.data import Part, RunData
from ulcag.training.network import Network
from ulcag.training.run import train_run
from ulcag.training.saved import load_run
from ulcag.training.tables import LOGITS

N_TRAIN, N_TEST = 28, 14


class NewSettings(MethodSettings):
    """A method that smooths labels, and in the end gives every sample the label that the classifier gives it."""

    name: ClassVar[str] = "new"
    code: ClassVar[str] = f"{__name__}:New"

    smoothing: float = Field(0.1, ge=0, lt=1, description="part of the probability that all classes share")

    @property
    def relabels_from(self) -> float | None:
        return 15


class New(Method):
    def __init__(self, settings: NewSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings

    def start_epoch(self, epoch: Epoch, samples: Samples) -> None:
        self.relabel = epoch.relabel

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        logits = classifier(f)
        loss = F.cross_entropy(logits, batch.labels, label_smoothing=self.settings.smoothing)
        new = None
        if self.relabel:
            p, labels = torch.softmax(logits.detach(), dim=1).max(dim=1)
            new = NewLabels(labels=labels, score_old=torch.zeros_like(p), score_new=p)
        return Step(loss=loss, classification=loss, new_labels=new)


@dataclass(frozen=True)
class Tiny(Backbone):
    """The mean colour of a face."""

    def build(self, image_size: int) -> tuple[nn.Module, int]:
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 5)), 5

    def load(self, network: nn.Module, path: Path) -> str:
        raise NotImplementedError


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, "new", NewSettings)
    monkeypatch.setitem(BACKBONES, "tiny", Tiny("tiny", 32, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)))


def data(folder: Path) -> RunData:
    """Crops whose brightness is the class."""
    n = N_TRAIN + N_TEST
    ids = [f"s{i:02d}" for i in range(n)]
    with new_shard(folder / "0.arrow") as add:
        for i, sample_id in enumerate(ids):
            picture = np.full((40, 40, 3), 30 * (i % 7) + 20, dtype=np.uint8)
            corners = {"x0": 0.0, "y0": 0.0, "x1": 40.0, "y1": 40.0}
            add({"sample_id": sample_id, "jpeg": encode_jpeg(picture, 95), **corners})

    def part(first: int, last: int) -> Part:
        return Part(ids[first:last], np.array([(0, row) for row in range(first, last)]))

    labels = torch.arange(N_TRAIN) % 7
    return RunData(
        train=part(0, N_TRAIN),
        held_out=part(N_TRAIN, n),
        labels=labels,
        z=torch.zeros(N_TRAIN, 3),
        known=torch.zeros(N_TRAIN, dtype=torch.bool),
        points=torch.zeros(N_TRAIN, 3, dtype=torch.float64),
        folds=torch.arange(N_TRAIN) % 4,
        left_out={"train": 0, "held_out": 0},
        units=("a", "b", "c"),
        edges=np.eye(3),
        crops=Crops({0: shard_of(folder / "0.arrow")}),
        inputs={},
    )


@pytest.mark.usefixtures("registered")
def test_a_new_method_and_a_new_backbone_go_from_the_configuration_to_metrics(tmp_path: Path) -> None:
    arms: dict[str, Any] = {"mine": {"method": "new", "settings": {"smoothing": 0.2}}}
    dataset = {
        "samples": {"reader": "synthetic"},
        "methods": {"new": {"smoothing": 0.3}},
        "training": {"backbone": "tiny", "batch_size": 14, "epochs": 4, "optimiser": "adamw", "learning_rate": 0.05},
    }
    runs = [{"datasets": ["d"], "arms": ["mine"]}]
    config = Config.read({"datasets": {"d": dataset}, "arms": arms, "runs": runs})
    assert config.method_settings("d", "mine") == NewSettings(smoothing=0.2)
    training = config.datasets["d"].training
    assert (training.image_size, training.mean) == (32, (0.5, 0.5, 0.5))

    plain = {"method": "new", "settings": config.method_settings("d", "mine").plain(), "training": training.plain()}
    settings = TrainSettings.read(plain)
    assert settings.plain() == plain
    run = Run(dataset="d", noise="none", arm="mine", seed=0, fold="all")
    train_run(run, settings, data(tmp_path), tmp_path / "run", state=tmp_path / "state")

    changes = pd.read_parquet(tmp_path / "run" / "relabels.parquet")
    assert set(changes["epoch"]) <= {2, 3}
    assert len(changes) > 0
    history = pd.read_parquet(tmp_path / "run" / "history.parquet")
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]
    assert history[["alpha_mean", "lambda1", "loss_rank"]].isna().all(axis=None)
    _, again, network = load_run(tmp_path / "run")
    assert again.settings == NewSettings(smoothing=0.2)
    assert isinstance(network.method, New)

    truth = [i % 7 for i in range(N_TRAIN + N_TEST)]
    samples = pd.DataFrame(
        {
            "sample_id": [f"s{i:02d}" for i in range(N_TRAIN + N_TEST)],
            "split": ["train"] * N_TRAIN + ["test"] * N_TEST,
            "label": truth,
            "clean_label": pd.array([None] * len(truth), "Int8"),
        }
    )
    noise = samples[samples["split"] == "train"][["sample_id", "label"]].assign(replaced=False)
    evaluate_run(tmp_path / "run", samples, noise, tmp_path / "out")
    assert read_json(tmp_path / "out" / "metrics.json")["held_out"]["n"] == N_TEST


@pytest.mark.usefixtures("registered")
def test_a_method_without_epochs_is_fitted_to_features_as_they_are(tmp_path: Path) -> None:
    values = {"method": "linear", "settings": {"penalty": 0.001}, "training": {"backbone": "tiny", "batch_size": 14}}
    settings = TrainSettings.read(values)
    run = Run(dataset="d", noise="none", arm="linear", seed=0, fold="all")
    train_run(run, settings, data(tmp_path), tmp_path / "run", state=tmp_path / "state")
    _, _, network = load_run(tmp_path / "run")
    start = Network(settings, np.eye(3), seed=0)
    for name, value in start.backbone.state_dict().items():
        assert torch.equal(network.backbone.state_dict()[name], value)
    logits = pd.read_parquet(tmp_path / "run" / "held_out_logits.parquet")
    assert set(logits["epoch"]) == {0}
    predicted = logits[LOGITS].to_numpy().argmax(1)
    # brightness is one feature: more than chance, in the order of the sample ids
    assert (predicted == np.arange(N_TRAIN, N_TRAIN + N_TEST) % 7).mean() > 0.3
    assert len(pd.read_parquet(tmp_path / "run" / "train_state.parquet")) == N_TRAIN


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_its_code_and_says_what_it_is(name: str) -> None:
    settings = METHODS[name]()
    assert settings.name == name
    assert issubclass(method_class(settings), Method)
    assert (METHODS[name].__doc__ or "").strip()


def test_a_method_that_is_not_known_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"'ulc_ag'(.|\n)*did you mean 'ulc-ag'"):
        method_settings("ulc_ag", {}, "x")


@pytest.mark.parametrize("name", BACKBONES)
def test_every_backbone_gives_as_many_features_as_it_says(name: str) -> None:
    backbone = BACKBONES[name]
    network, width = backbone.build(backbone.image_size)
    with torch.no_grad():
        images = torch.zeros(2, 3, backbone.image_size, backbone.image_size)
        assert network.eval()(images).shape == (2, width)
