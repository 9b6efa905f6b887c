"""What only a GPU can show: `make test-gpu`. Without one, nothing is tested, and that is said.

Beside pytest these tests need what training needs: torch, torchvision, numpy, pandas, pyarrow, OpenCV, pydantic,
Pillow, tqdm and PyYAML. The same command with any other Python that has them:
`PYTHONPATH=src python -m pytest -m gpu tests/training/test_gpu.py`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from tests.training.conftest import UNITS, Toy
from ulcag.config import ARMS, Run, TrainSettings
from ulcag.config.arms import merged
from ulcag.faces.shard import Crops, encode_jpeg, new_shard, shard_of
from ulcag.training import checkpoint
from ulcag.training.data import Part, RunData
from ulcag.training.device import name_of, ready_device
from ulcag.training.epoch import Learner, log_of_changes, train_epoch
from ulcag.training.predict import examine, examine_templates, held_out_logits
from ulcag.training.records import Records
from ulcag.training.run import train_run
from ulcag.training.saved import load_run

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")]

# All but `linear`, which has no epochs.
BY_EPOCH = [name for name in ARMS if name != "linear"]
# One before labels change, and three in which they may.
EPOCHS = (0, 10, 11, 12)


@pytest.fixture(autouse=True, scope="module")
def _repeatable() -> Iterator[None]:
    ready_device("cuda", threads=1)
    yield
    torch.use_deterministic_algorithms(False)


def noisy(toy: Toy) -> torch.Tensor:
    return (toy.truth + (torch.arange(len(toy.truth)) % 4 == 0).long()) % 7


def learner(toy: Toy, arm: str, device: str = "cuda", **changes: Any) -> Learner:
    return toy.learner(arm, noisy(toy), device=device, **changes)


def trained(toy: Toy, arm: str, device: str = "cuda", **changes: Any) -> tuple[Learner, list[pd.DataFrame]]:
    one = learner(toy, arm, device, **changes)
    return one, [train_epoch(one, toy.batches(), epoch)[1] for epoch in EPOCHS]


def weights(one: Learner) -> torch.Tensor:
    """All that was learnt, in one vector."""
    return torch.cat([value.detach().double().cpu().flatten() for value in one.network.parameters()])


def apart(start: Learner, ends: list[Learner]) -> float:
    """How far apart two ends are, as a part of the way to them."""
    one, other = (weights(end) - weights(start) for end in ends)
    return float((one - other).norm() / one.norm())


def step(toy: Toy, one: Learner, epoch: int) -> dict[str, float | None]:
    """An epoch of one batch. Over several steps a network that has just been born magnifies every rounding."""
    return train_epoch(one, toy.batches(len(toy.truth)), epoch)[0]


def same(one: dict[str, float | None], other: dict[str, float | None]) -> bool:
    """Whether two rows of the history differ by rounding alone."""
    return all(
        other[name] is None if value is None else other[name] == pytest.approx(value, rel=1e-3, abs=1e-5)
        for name, value in one.items()
    )


@pytest.mark.parametrize("arm", BY_EPOCH)
def test_a_step_on_a_gpu_is_that_on_a_cpu(arm: str, toy: Toy) -> None:
    ends = [learner(toy, arm, device) for device in ("cpu", "cuda")]
    assert same(*(step(toy, end, 10) for end in ends))
    assert apart(learner(toy, arm, "cpu"), ends) < 0.01


@pytest.mark.parametrize("arm", BY_EPOCH)
def test_twice_on_a_gpu_is_the_same_to_the_last_bit(arm: str, toy: Toy) -> None:
    (one, changes), (other, again) = (trained(toy, arm) for _ in range(2))
    assert torch.equal(one.samples.labels, other.samples.labels)
    assert all(left.equals(right) for left, right in zip(changes, again, strict=True))
    for name, value in one.network.state_dict().items():
        assert torch.equal(other.network.state_dict()[name], value), name


def saved(toy: Toy, folder: Path, one: Learner, records: Records, epoch: int) -> Records:
    """A step and all that a run looks at after it, and a checkpoint."""
    row = step(toy, one, epoch)
    examine(one, toy.batches())
    examine_templates(one)
    logits = held_out_logits(one.network, toy.batches(), one.samples.labels.device)
    records.add_epoch(row, log_of_changes([], epoch), logits)
    checkpoint.save(folder, "same", one, records)
    return records


@pytest.mark.parametrize("arm", BY_EPOCH)
def test_a_checkpoint_goes_on_on_the_other_device_and_back(arm: str, toy: Toy, tmp_path: Path) -> None:
    saved(toy, tmp_path, learner(toy, arm, "cpu"), Records(), 10)
    ends = {device: learner(toy, arm, device) for device in ("cpu", "cuda")}
    records = {device: checkpoint.load(tmp_path, "same", end) for device, end in ends.items()}
    start = learner(toy, arm, "cpu")
    checkpoint.load(tmp_path, "same", start)
    assert weights(start).equal(weights(ends["cuda"]))
    assert records["cuda"].epochs == 1
    rows = [saved(toy, tmp_path, ends[device], records[device], 11).history[-1] for device in ("cpu", "cuda")]
    assert same(*rows)
    assert apart(start, list(ends.values())) < 0.01
    back = learner(toy, arm, "cpu")
    assert checkpoint.load(tmp_path, "same", back).epochs == 2
    assert weights(back).equal(weights(ends["cuda"]))
    step(toy, back, 12)


@pytest.mark.parametrize("arm", ["baseline", "eac", "ulc-ag", "second-opinion"])
@pytest.mark.parametrize("how", ["bf16", "fp16", "compile"])
def test_half_precision_and_compiling_change_the_loss_little(how: str, arm: str, toy: Toy) -> None:
    def loss(dtype: torch.dtype, **training: Any) -> float:
        training = {"epochs": 30, "image_size": 32} | training
        # one batch: in fp16 the first steps are left out, until the scaler has found its scale
        row, _ = train_epoch(learner(toy, arm, dtype=dtype, training=training), toy.batches(len(toy.truth)), 0)
        assert row["loss"] is not None
        return row["loss"]

    plain = loss(torch.float32)
    if how == "compile":
        assert loss(torch.float32, compile=True) == pytest.approx(plain, rel=1e-3)
    else:
        assert loss({"bf16": torch.bfloat16, "fp16": torch.float16}[how]) == pytest.approx(plain, rel=0.05)


SIDE, BATCH = 48, 16


def run_data(folder: Path, n: int = 64) -> RunData:
    """Pictures whose brightness is the class; a quarter of the labels is wrong."""
    truth, parts = np.arange(n) % 7, {}
    for shard, name in enumerate(("train", "held_out")):
        with new_shard(folder / f"{name}.arrow") as add:
            for i in range(n):
                random = np.random.default_rng((shard, i))
                picture = (truth[i] * 35 + random.integers(0, 25, (SIDE, SIDE, 3))).astype(np.uint8)
                corners = {"x0": 2.0, "y0": 2.0, "x1": 46.0, "y1": 46.0}
                add({"sample_id": f"{name}-{i:03d}", "jpeg": encode_jpeg(picture, 95), **corners})
        places = np.stack([np.full(n, shard), np.arange(n)], axis=1)
        parts[name] = Part([f"{name}-{i:03d}" for i in range(n)], places)
    random = np.random.default_rng(0)
    z = random.integers(0, 2, (n, UNITS))
    return RunData(
        **parts,
        labels=torch.from_numpy((truth + (np.arange(n) % 4 == 0)) % 7),
        z=torch.from_numpy(z.astype(np.float32)),
        known=torch.ones(n, dtype=torch.bool),
        points=torch.from_numpy(z.astype(np.float64)),
        folds=torch.arange(n) % 4,
        left_out={"train": 0, "held_out": 0},
        units=tuple(f"AU{unit:02d}" for unit in range(UNITS)),
        edges=np.eye(UNITS),
        crops=Crops({shard: shard_of(folder / f"{name}.arrow") for shard, name in enumerate(parts)}),
        inputs={},
    )


def settings_of(arm: str, **training: Any) -> TrainSettings:
    values = {"method": ARMS[arm]["method"], "settings": merged(ARMS[arm].get("settings", {}), {})}
    common = {"image_size": SIDE, "batch_size": BATCH, "epochs": 4, "precision": "fp32"}
    return TrainSettings.read(values | {"training": common | training})


def run_of(arm: str) -> Run:
    return Run(dataset="toy", noise="none", arm=arm, seed=0, fold="all")


@pytest.mark.parametrize("arm", list(ARMS))
def test_a_whole_run_says_where_it_was_computed(arm: str, tmp_path: Path) -> None:
    data = run_data(tmp_path)
    for name in ("one", "other"):
        train_run(run_of(arm), settings_of(arm), data, tmp_path / name, state=tmp_path / "state")
    record = json.loads((tmp_path / "one" / "run.json").read_text())
    assert record["device"] == f"cuda ({torch.cuda.get_device_name()})"
    for file in ("model.pt", "held_out_logits.parquet", "train_state.parquet", "relabels.parquet"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes(), file


@pytest.mark.parametrize("training", [{"loader_workers": 2}, {"precision": "auto"}, {"classifier_start": "linear"}])
def test_a_whole_run_with_settings_of_the_loader_and_arithmetic(training: dict[str, Any], tmp_path: Path) -> None:
    train_run(run_of("ulc-ag"), settings_of("ulc-ag", **training), run_data(tmp_path), tmp_path / "run")
    assert (tmp_path / "run" / "run.json").is_file()


def test_a_run_killed_on_a_cpu_ends_on_a_gpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, save = run_data(tmp_path), checkpoint.save

    def save_and_die(*args: Any) -> None:
        save(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "save", save_and_die)
        patch.setattr(torch.cuda, "is_available", lambda: False)
        with pytest.raises(KeyboardInterrupt):
            train_run(run_of("scn"), settings_of("scn"), data, tmp_path / "run", state=tmp_path / "state")
    train_run(run_of("scn"), settings_of("scn"), data, tmp_path / "run", state=tmp_path / "state")
    cpu, device = name_of(torch.device("cpu")), f"cuda ({torch.cuda.get_device_name()})"
    assert f"resuming after epoch 0, from {tmp_path / 'state' / 'checkpoint.pt'}" in (told := capsys.readouterr().err)
    assert f"device changed from {cpu} to {device}: results are the same up to rounding" in told
    assert json.loads((tmp_path / "run" / "run.json").read_text())["device"] == f"{cpu}, then {device}"


def test_a_network_from_a_gpu_is_read_on_a_cpu(tmp_path: Path) -> None:
    train_run(run_of("ulc-ag"), settings_of("ulc-ag"), run_data(tmp_path), tmp_path / "run")
    _, _, network = load_run(tmp_path / "run")
    assert {value.device.type for value in network.state_dict().values()} == {"cpu"}
