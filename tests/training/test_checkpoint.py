"""Checkpoints: a run that is interrupted goes on as if it had not been."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from tests.training.conftest import Toy
from ulcag.errors import InputError
from ulcag.training import checkpoint
from ulcag.training.epoch import Learner, train_epoch
from ulcag.training.predict import examine, examine_templates, held_out_logits
from ulcag.training.records import Records

EPOCHS = (0, 9, 10, 11, 12)
ARMS: list[tuple[str, dict[str, Any]]] = [
    ("baseline", {}),
    ("scn", {}),
    ("ulc-ag", {"branches": "auxiliary"}),
    ("ulc-ag", {"action_units": {"center_semantic": True}, "templates": {"update": "ema"}}),
    ("ulc-ag", {"confidence": {"learn_margin": True}, "templates": {"update": "epoch"}}),
    ("second-opinion", {}),
    ("elr", {}),
    ("co-teaching", {}),
    ("forward", {}),
    ("ltnet", {}),
    ("ldl-alsg", {}),
    ("rul", {}),
    ("eac", {}),
    ("ran", {}),
    ("dmue", {}),
]


def new_learner(toy: Toy, arm: str, settings: dict[str, Any]) -> Learner:
    return toy.learner(arm, (toy.truth + (torch.arange(len(toy.truth)) % 4 == 0).long()) % 7, settings=settings)


def step(toy: Toy, learner: Learner, records: Records, epoch: int) -> None:
    row, changed = train_epoch(learner, toy.batches(), epoch)
    records.add_epoch(row, changed, held_out_logits(learner.network, toy.batches(), torch.device("cpu")))
    if epoch == 10:
        records.states.append(examine(learner, toy.batches()).assign(moment="start"))
        records.templates.append(examine_templates(learner).assign(moment="start"))


@pytest.mark.parametrize(("arm", "settings"), ARMS)
def test_interrupted_after_every_epoch_and_not_at_all_end_alike(
    arm: str, settings: dict[str, Any], toy: Toy, tmp_path: Path
) -> None:
    whole, records = new_learner(toy, arm, settings), Records()
    for epoch in EPOCHS:
        step(toy, whole, records, epoch)

    for epoch in EPOCHS:
        # a new process: nothing is left but the file
        parts = new_learner(toy, arm, settings)
        kept = checkpoint.load(tmp_path, "same", parts)
        assert kept.epochs == EPOCHS.index(epoch)
        step(toy, parts, kept, epoch)
        checkpoint.save(tmp_path, "same", parts, kept)

    assert torch.equal(parts.samples.labels, whole.samples.labels)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(parts.network.state_dict()[name], value), name
    assert kept.history == records.history
    again = checkpoint.load(tmp_path, "same", new_learner(toy, arm, settings))
    for name in ("changes", "logits", "states", "templates"):
        for one, other in zip(getattr(records, name), getattr(again, name), strict=True):
            pd.testing.assert_frame_equal(one, other, check_column_type=False, check_dtype=False)


def saved(toy: Toy, folder: Path) -> Learner:
    learner, records = toy.learner("baseline"), Records()
    step(toy, learner, records, 0)
    checkpoint.save(folder, "same", learner, records)
    return learner


@pytest.mark.parametrize("damage", ["cut", "noise", "empty", "code"])
def test_a_damaged_checkpoint_is_said_and_not_used(
    damage: str, toy: Toy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved(toy, tmp_path)
    path = tmp_path / "checkpoint.pt"
    if damage == "code":
        torch.save({"bound_to": "same", "network": np.array([print])}, path)  # a pickle that would import and call
    else:
        content = path.read_bytes()
        path.write_bytes({"cut": content[: len(content) // 2], "noise": b"\x00" * 1000, "empty": b""}[damage])
    learner = toy.learner("baseline")
    before = learner.network.classifier.weight.clone()
    assert checkpoint.load(tmp_path, "same", learner).epochs == 0
    assert torch.equal(learner.network.classifier.weight, before)
    assert "the run starts from the beginning" in capsys.readouterr().err


def test_a_checkpoint_of_other_settings_is_not_used(
    toy: Toy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved(toy, tmp_path)
    assert checkpoint.load(tmp_path, "other", toy.learner("baseline")).epochs == 0
    assert "other settings or inputs" in capsys.readouterr().err


def test_where_nothing_can_be_written_the_error_says_so_and_the_last_checkpoint_stands(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = saved(toy, tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = (tmp_path / "checkpoint.pt").read_bytes()
    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(InputError, match=r"No space left on device\n.*free disk space"):
        checkpoint.save(tmp_path, "same", learner, Records())
    assert (tmp_path / "checkpoint.pt").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]
