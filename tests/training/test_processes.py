"""Two processes do what one does with the whole batch: fp32 on CPUs, statistics of batch normalisation fixed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.training.conftest import Toy
from ulcag.training.epoch import train_epoch
from ulcag.training.processes import Processes

ROOT = Path(__file__).parents[2]
EPOCHS = (0, 9, 10, 11, 12)
ARMS: dict[str, tuple[str, dict[str, Any]]] = {
    "baseline": ("baseline", {}),
    "scn": ("scn", {"relabel_margin": 0.0, "relabel_group": "all"}),
    "paper": ("ulc-ag", {"action_units": {"detach_confidence": False}}),
    "templates": ("ulc-ag", {"action_units": {"center_semantic": True}, "templates": {"update": "ema"}}),
    "margin": ("ulc-ag", {"confidence": {"learn_margin": True}}),
    "auxiliary": ("ulc-ag", {"branches": "auxiliary"}),
    "opinion": ("second-opinion", {}),
    "elr": ("elr", {}),
    "networks": ("co-teaching", {}),
    "mixtures": ("rul", {}),
    "pairs": ("eac", {}),
    "regions": ("ran", {}),
    # at its full weight similarity is too much for a network without batch normalisation
    "stages": ("dmue", {"similarity_weight": 10.0}),
}
# Those that change no label.
KEEP_LABELS = {"baseline", "elr", "networks", "mixtures", "pairs", "regions", "stages"}


def train(arm: str, processes: Processes) -> dict[str, Any]:
    """A few epochs, the first and those over the change of labels, from the same start for any number of processes."""
    torch.set_num_threads(1)
    toy, (built_in, settings) = Toy(), ARMS[arm]
    wrong = (toy.truth + (torch.arange(len(toy.truth)) % 4 == 0).long()) % 7
    learner = toy.learner(built_in, wrong, processes, settings=settings)
    freeze(learner.network)
    start = {name: value.clone() for name, value in learner.network.state_dict().items()}
    rows, changes = [], []
    for epoch in EPOCHS:
        batches = [(images[mine], numbers[mine]) for images, numbers, mine in parts(toy, processes)]
        row, changed = train_epoch(learner, batches, epoch)
        rows.append(row)
        changes.append(changed.to_dict("list"))
    memory = learner.network.method.memory
    templates = memory["templates"].values if "templates" in memory else None
    return {
        "start": start,
        "rows": rows,
        "changes": changes,
        "labels": learner.samples.labels,
        "network": learner.network.state_dict(),
        "templates": templates,
    }


def parts(toy: Toy, processes: Processes) -> Any:
    for images, numbers in toy.batches():
        yield images, numbers, list(processes.part(range(len(numbers))))


def freeze(network: nn.Module) -> None:
    """Batch normalisation with fixed statistics, which two halves of a batch cannot share on CPUs."""
    train = network.train

    def train_but_statistics(mode: bool = True) -> nn.Module:
        train(mode)
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return network

    network.train = train_but_statistics  # type: ignore[method-assign]


def main(out: Path) -> None:
    processes = Processes.started()
    processes.join(torch.device("cpu"))
    for arm in ARMS:
        torch.save(train(arm, processes), out / f"{arm}-{processes.rank}.pt")
    processes.leave()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every arm ends with in each of two processes."""
    out = tmp_path_factory.mktemp("two")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", __file__, str(out)]
    paths = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    environment = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.parametrize("arm", ARMS)
def test_two_processes_are_one(arm: str, two: Path) -> None:
    first, second = (torch.load(two / f"{arm}-{rank}.pt", weights_only=False) for rank in (0, 1))
    whole = train(arm, Processes())

    assert torch.equal(first["labels"], second["labels"])
    assert torch.equal(first["labels"], whole["labels"])
    assert any(changed["number"] for changed in whole["changes"]) == (arm not in KEEP_LABELS)
    for name, value in first["network"].items():
        assert torch.equal(second["network"][name], value), name
    # Of the way that the network has come: single weights round otherwise on another processor.
    assert distance(first["network"], whole["network"]) < 0.02 * distance(whole["start"], whole["network"])
    if whole["templates"] is not None:
        torch.testing.assert_close(first["templates"], whole["templates"], rtol=1e-3, atol=1e-5)
    for mine, theirs in zip(whole["rows"], first["rows"], strict=True):
        numbers = {name: value for name, value in mine.items() if value is not None}
        assert {name: theirs[name] for name in numbers} == pytest.approx(numbers, rel=1e-3, abs=1e-5)
    for mine, theirs in zip(whole["changes"], first["changes"], strict=True):
        assert mine["number"] == theirs["number"]
        assert mine["new_label"] == theirs["new_label"]


def distance(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    return sum(float((value - other[name]).double().square().sum()) for name, value in one.items()) ** 0.5


def test_the_parts_in_order_are_the_batch() -> None:
    batch = list(range(12))
    assert [n for rank in range(3) for n in Processes(rank, 3).part(batch)] == batch
    assert list(Processes().part(batch)) == batch


if __name__ == "__main__":
    main(Path(sys.argv[1]))
