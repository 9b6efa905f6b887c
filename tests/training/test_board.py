"""Events for TensorBoard."""

import sys
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from ulcag.errors import InputError
from ulcag.training.board import Board


def test_every_number_of_an_epoch_can_be_read_again_and_a_killed_run_takes_back(tmp_path: Path) -> None:
    board = Board(tmp_path)
    for epoch, loss in enumerate((3.0, 2.0, 1.0)):
        board.add({"epoch": epoch, "loss": loss, "alpha_mean": None})
    # killed: nobody closes it, and epoch 2 is done again
    again = Board(tmp_path, first_epoch=2)
    again.add({"epoch": 2, "loss": 1.5, "alpha_mean": 0.5})
    again.close()
    events = EventAccumulator(str(tmp_path)).Reload()
    assert [(event.step, event.value) for event in events.Scalars("loss")] == [(0, 3.0), (1, 2.0), (2, 1.5)]
    assert [event.value for event in events.Scalars("alpha_mean")] == [0.5]


def test_without_a_folder_nothing_happens() -> None:
    board = Board(None)
    board.add({"epoch": 0, "loss": 1.0})
    board.close()


def test_without_the_package_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(InputError, match=r"pip install 'ulcag\[tensorboard\]'"):
        Board(tmp_path)
