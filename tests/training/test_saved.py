"""A network that was written can be read again, and only it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ulcag.config import ARMS, FacesSettings, TrainSettings
from ulcag.config.arms import merged
from ulcag.errors import InputError
from ulcag.files import read_json, sha256, write_json
from ulcag.training.network import Network
from ulcag.training.saved import load_run


def write_run(folder: Path, arm: str, **changes: Any) -> Network:
    of_method = merged(ARMS[arm].get("settings", {}), changes)
    settings = TrainSettings.read(ARMS[arm] | {"settings": of_method, "training": {"image_size": 32}})
    edges = np.random.default_rng(0).random((5, 5))
    network = Network(settings, edges, 3)
    folder.mkdir()
    torch.save(network.state_dict(), folder / "model.pt")
    record = {
        "settings": settings.plain(),
        "run": {"seed": 4},
        "faces": FacesSettings().plain(),
        "action_units": {"names": list("abcde")},
        "model_sha256": sha256(folder / "model.pt"),
    }
    write_json(folder / "run.json", record)
    return network


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_comes_back_as_it_was(arm: str, tmp_path: Path) -> None:
    learnt = {"confidence": {"learn_margin": True}} if ARMS[arm]["method"] == "ulc-ag" else {}
    network = write_run(tmp_path / "run", arm, **learnt)
    _, settings, again = load_run(tmp_path / "run")
    assert settings.method == ARMS[arm]["method"]
    before, after = network.state_dict(), again.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_another_model_is_refused(tmp_path: Path) -> None:
    write_run(tmp_path / "run", "baseline")
    with open(tmp_path / "run" / "model.pt", "ab") as file:
        file.write(b"more")
    with pytest.raises(InputError, match=r"the model of run\.json"):
        load_run(tmp_path / "run")


def test_a_model_of_another_arm_is_refused(tmp_path: Path) -> None:
    write_run(tmp_path / "run", "baseline")
    write_run(tmp_path / "other", "ulc-ag")
    record = read_json(tmp_path / "other" / "run.json")
    record["settings"] = read_json(tmp_path / "run" / "run.json")["settings"]
    write_json(tmp_path / "other" / "run.json", record)
    with pytest.raises(InputError, match=r"expected: the network that run\.json describes"):
        load_run(tmp_path / "other")


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a run's folder(.|\n)*no such folder"):
        load_run(tmp_path / "run")
    (tmp_path / "run").mkdir()
    with pytest.raises(InputError, match=r"a run's folder(.|\n)*no run\.json(.|\n)*ulcag train"):
        load_run(tmp_path / "run")


@pytest.mark.parametrize("record", [[], {"run": {}, "settings": {}, "action_units": {}}])
def test_a_record_of_something_else(record: object, tmp_path: Path) -> None:
    write_json(tmp_path / "run" / "run.json", record)
    with pytest.raises(InputError, match=r"a record written by `ulcag train`(.|\n)*no .*model_sha256"):
        load_run(tmp_path / "run")
