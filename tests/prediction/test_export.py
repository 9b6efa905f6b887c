"""The network for others: the same numbers from ONNX and from safetensors, and a card that says what it is."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file

from tests.prediction.conftest import ARMS, WITH_BRANCH
from ulcag.cli import main
from ulcag.errors import InputError
from ulcag.files import read_json, sha256, write_json
from ulcag.prediction import export
from ulcag.prediction.export import export_run
from ulcag.training.saved import load_run


def card_code(folder: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def exported(
    request: pytest.FixtureRequest, runs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, float]:
    """An arm, its run exported with all it has, and the greatest difference: to look at only."""
    arm, folder = request.param, tmp_path_factory.mktemp("exported")
    return arm, folder, export_run(runs[arm], folder, with_units=arm in WITH_BRANCH)


@pytest.mark.parametrize("exported", list(ARMS), indirect=True)
def test_both_files_give_what_the_run_gives(exported: tuple[str, Path, float], runs: dict[str, Path]) -> None:
    arm, folder, difference = exported
    with_units = arm in WITH_BRANCH
    assert difference < 1e-3
    _, _, network = load_run(runs[arm])
    network.eval()
    images = torch.randint(0, 256, (3, 3, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        f = network.features(images)
        logits = network.classifier(f)
        units = network.method.unit_probabilities(f)

    session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
    outputs = {output.name: place for place, output in enumerate(session.get_outputs())}
    assert list(outputs) == ["logits", "probabilities", *(["action_units"] if with_units else [])]
    found = session.run(None, {"images": images.numpy().astype(np.float32) / 255})
    assert np.allclose(found[0], logits.numpy(), atol=1e-4)
    assert np.allclose(found[1], torch.softmax(logits, 1).numpy(), atol=1e-4)
    if units is not None:
        assert np.allclose(found[2], units.numpy(), atol=1e-4)
    about = session.get_modelmeta().custom_metadata_map
    assert about["classes"] == "angry,disgust,fear,happy,neutral,sad,surprise"
    assert about.get("action_units") == ("a,b,c,d,e" if with_units else None)

    saved, own = load_file(folder / "model.safetensors"), network.state_dict()
    assert all(torch.equal(saved[name], own[name]) for name in saved)
    of_units = {name for name in own if name.startswith("method.action_units.")}
    # of several networks or last stages the first
    rest = {name for name in own if not re.match(r"method\.|backbone\.(networks|ends)\.[1-9]", name)} | {
        f"method.{name}" for name in network.method.heads_in_use
    }
    assert set(saved) == (rest | of_units if with_units else rest)


@pytest.mark.parametrize(
    "exported", ["baseline", "scn", "both", "reading", "regions", "networks", "stages"], indirect=True
)
def test_the_code_on_the_card_runs(
    exported: tuple[str, Path, float], runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    arm, folder, _ = exported
    with_units = arm in WITH_BRANCH
    monkeypatch.chdir(folder)
    with_onnx, with_ulcag = card_code(folder)
    a: dict[str, Any] = {}
    b: dict[str, Any] = {}
    exec(with_onnx, a)
    exec(with_ulcag, b)
    # both judge a black picture
    assert np.allclose(a["logits"], b["logits"].numpy(), atol=1e-4)
    _, _, network = load_run(runs[arm])
    network.eval()
    with torch.no_grad():
        f = network.features(torch.zeros(1, 3, 32, 32, dtype=torch.uint8))
        assert torch.equal(b["logits"], network.classifier(f))
        if with_units:
            assert torch.equal(b["action_units"], network.method.unit_probabilities(f))
            assert np.allclose(a["action_units"], b["action_units"].numpy(), atol=1e-4)


def test_a_branch_that_is_left_out_is_told(
    runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(runs["both"]), "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().err
    assert (
        "the auxiliary branch and its action units are left out" in told
        and "greatest difference" in told
        and "alpha" in told
    )
    card = (tmp_path / "README.md").read_text()
    assert "branch of this run is left out: there is no output for action units" in card
    assert "(N, 5)" not in card


def test_units_of_a_run_without_branch(
    runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(runs["scn"]), "--out", str(tmp_path / "out"), "--with-aus"]) == 1
    told = capsys.readouterr().err
    assert "a run whose method predicts action units" in told and "method scn" in told and "drop --with-aus" in told
    assert not (tmp_path / "out").exists()


def metrics_of(run: Path) -> dict[str, Any]:
    confusion = np.diag([31, 2, 3, 4, 5, 6, 7])
    confusion[0, 6] = 42
    last = {"accuracy": 0.58, "mean_class_accuracy": 0.9178, "macro_f1": 0.8, "ece": 0.0625}
    held_out = {"n": 100, "truth_unknown": 0, "last": last | {"confusion": confusion.tolist()}}
    return {"run": read_json(run / "run.json")["run"], "held_out": held_out}


def test_the_card_has_the_facts(runs: dict[str, Path], tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "model.pt").write_bytes((runs["both"] / "model.pt").read_bytes())
    record = read_json(runs["both"] / "run.json")
    record["run"] = {"dataset": "mine", "noise": "uniform30", "arm": "ours", "seed": 4, "fold": "2of5"}
    record["faces"]["align"] = True
    record |= {
        "inputs": {"noise": "ab" * 32},
        "samples": {"train": 1500, "held_out": 100, "left_out": {"train": 3, "held_out": 0}},
        "versions": {"torch": "2.99.0", "git": "cafe" * 10},
    }
    write_json(run / "run.json", record)
    write_json(tmp_path / "metrics.json", metrics_of(run))
    out = tmp_path / "out"
    export_run(run, out, with_units=True, metrics=tmp_path / "metrics.json")
    card = (out / "README.md").read_text()
    for fact in (
        "| data set | mine |",
        "noise added: uniform30",
        "| arm | ours (method ulc-ag) |",
        "| seed, fold | 4, 2of5 |",
        "| epochs | 30 |",
        "| training samples | 1500 (3 left out, without a face) |",
        "| accuracy | 0.5800 |",
        "| mean of classes | 0.9178 |",
        "| macro F1 | 0.8000 |",
        "| ECE | 0.0625 |",
        "A face is turned upright by MTCNN's five landmarks",
        "| angry | 31 | 0 | 0 | 0 | 0 | 0 | 42 |",
        "`action_units` (N, 5), probabilities: a, b, c, d, e",
        f"| input noise | `{'ab' * 32}` |",
        f"| run's model.pt | `{sha256(run / 'model.pt')}` |",
        f"| model.onnx | `{sha256(out / 'model.onnx')}` |",
        f"| model.safetensors | `{sha256(out / 'model.safetensors')}` |",
        "| torch | 2.99.0 | 2.",
        "cafecafe",
        '"high_fraction": 0.8',
        "An expression is not an emotion",
        "Bias was not measured",
        "Do not use it for decisions about people",
    ):
        assert fact in card, fact


def test_a_card_without_metrics_says_so_and_how_faces_are_cut(runs: dict[str, Path], tmp_path: Path) -> None:
    export_run(runs["baseline"], tmp_path)
    card = (tmp_path / "README.md").read_text()
    assert "the quality of this network is unknown here" in card
    assert "A face is cut as a square around its box and scaled to 32 x 32 pixels" in card
    assert os.stat(tmp_path / "model.safetensors").st_mode == os.stat(tmp_path / "README.md").st_mode


def test_metrics_of_another_run(runs: dict[str, Path], tmp_path: Path) -> None:
    write_json(tmp_path / "metrics.json", metrics_of(runs["scn"]) | {"run": {"seed": 5}})
    with pytest.raises(InputError, match=r"metrics of the run \{'seed': 4\}\n.*metrics of \{'seed': 5\}"):
        export_run(runs["scn"], tmp_path / "out", metrics=tmp_path / "metrics.json")


def test_other_numbers_than_pytorchs_are_an_error(
    runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = export._write_onnx

    def write_another(path: Path, exported: export.Exported, size: int, about: dict[str, str]) -> None:
        write(path, exported, size, about)
        with torch.no_grad():
            exported.network.classifier.weight.mul_(1.01)

    monkeypatch.setattr(export, "_write_onnx", write_another)
    with pytest.raises(InputError, match=r"what PyTorch gives(.|\n)*a difference of"):
        export_run(runs["baseline"], tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("package", ["onnx", "onnxruntime", "safetensors"])
def test_a_package_that_is_missing(
    package: str, runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(InputError, match=rf"the package {package}(.|\n)*pip install 'ulcag\[export\]'"):
        export_run(runs["baseline"], tmp_path)
