"""What a run is given."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ulcag.action_units.table import ACTION_UNITS, PRESENCE_UNITS
from ulcag.config import PresenceSettings, TrainingSettings
from ulcag.errors import InputError
from ulcag.faces.shard import Crops
from ulcag.graph.table import CoOccurrence
from ulcag.training.data import EpochBatches, FaceImages, Part, RunData, gather_run_data, make_loader

GRAPH = CoOccurrence(PRESENCE_UNITS, np.eye(18), np.eye(18), np.ones(18), 4, 0, PresenceSettings())


def gather(**changes: object) -> RunData:
    ids = list("abcdef")
    samples = pd.DataFrame({"sample_id": ids, "split": ["train"] * 4 + ["test"] * 2, "identity": None})
    noise = pd.DataFrame({"sample_id": list("dcba"), "label": [3, 2, 1, 0]})
    faces = pd.DataFrame({"sample_id": ids, "shard": 0, "row": pd.array([0, None, 1, 2, 3, 4], "Int32")})
    units = pd.DataFrame({"sample_id": ids, "status": ["ok", "ok", "no_face", "ok", "ok", "ok"]})
    for name in ACTION_UNITS.names:
        if name not in units:
            units[name] = 1
    graph = changes.pop("graph", GRAPH)
    tables = {"samples": samples, "noise": noise, "faces": faces, "action_units": units} | changes
    return gather_run_data(*tables.values(), graph, "all", Crops({}), {})  # type: ignore[arg-type]


def test_a_graph_of_fewer_units_wants_a_table_of_as_few() -> None:
    fewer = CoOccurrence(PRESENCE_UNITS[:-1], np.eye(17), np.eye(17), np.ones(17), 4, 0, PresenceSettings())
    with pytest.raises(InputError, match=r"cooccurrence\n.*AU45\n"):
        gather(graph=fewer)
    units = pd.DataFrame({"sample_id": list("abcdef"), "status": "ok"} | dict.fromkeys(ACTION_UNITS.names[2:], 1))
    for status, known in (("ok", 3), ("no_face", 0)):
        data = gather(graph=fewer, action_units=units.assign(status=status, AU45_c=None))
        assert (data.z.shape, int(data.known.sum()), data.units) == ((3, 17), known, PRESENCE_UNITS[:-1])


def test_tables_are_joined_by_sample_and_those_without_a_face_are_left_out() -> None:
    data = gather()
    assert data.train.sample_ids == ["a", "c", "d"]
    assert data.train.places.tolist() == [[0, 0], [0, 1], [0, 2]]
    assert data.labels.tolist() == [0, 2, 3]
    assert data.known.tolist() == [True, False, True]
    assert data.z.sum(1).tolist() == [18, 0, 18]
    assert data.held_out.sample_ids == ["e", "f"]
    assert data.left_out == {"train": 1, "held_out": 0}


def test_a_sample_without_noisy_label_is_an_error() -> None:
    with pytest.raises(InputError, match="noise\n  expected: a row for each sample"):
        gather(noise=pd.DataFrame({"sample_id": ["a"], "label": [0]}))


@given(st.integers(1, 100), st.integers(1, 40), st.integers(0, 3))
def test_training_batches_are_full_and_reshuffled_and_the_others_complete(n: int, size: int, epoch: int) -> None:
    shuffled = EpochBatches(n, size, shuffle_seed=1)
    shuffled.epoch = epoch
    batches = list(shuffled)
    assert [len(batch) for batch in batches] == [size] * (n // size)
    assert batches == list(shuffled)
    numbers = [number for batch in batches for _, number in batch]
    assert len(set(numbers)) == len(numbers)
    assert {e for batch in batches for e, _ in batch} <= {epoch}
    in_order = EpochBatches(n, size)
    assert [number for batch in in_order for _, number in batch] == list(range(n))
    assert len(list(in_order)) == len(in_order)


def test_any_number_of_workers_loads_the_same_images(images: tuple[Crops, Part]) -> None:
    settings = TrainingSettings(image_size=32)
    loaded = []
    for workers in (0, 2):
        batches = EpochBatches(6, 2, shuffle_seed=0)
        batches.epoch = 3
        faces = FaceImages(images[0], images[1], settings, augment_seed=0)
        loaded.append(list(make_loader(faces, batches, workers, torch.device("cpu"))))
    for (one, numbers), (other, others) in zip(*loaded, strict=True):
        assert torch.equal(one, other)
        assert torch.equal(numbers, others)
    assert loaded[0][0][0].shape == (2, 3, 32, 32)


def test_another_samples_crop_ends_a_training_with_the_reason(images: tuple[Crops, Part]) -> None:
    others = Part(["s0", "s2", "s1"], images[1].places[:3])
    faces = FaceImages(images[0], others, TrainingSettings(image_size=32), augment_seed=0)
    with pytest.raises(InputError, match=r"the crop of 's2'\n.*the crop of 's1'"):
        list(make_loader(faces, EpochBatches(3, 3), 0, torch.device("cpu")))


def test_only_training_images_are_augmented(images: tuple[Crops, Part]) -> None:
    settings = TrainingSettings.read({"image_size": 32, "augmentation": {"flip": 1.0, "erase": 0.0}})
    plain = FaceImages(images[0], images[1], settings, augment_seed=None)
    flipped = FaceImages(images[0], images[1], settings, augment_seed=0)
    assert torch.equal(plain[(0, 1)][0], plain[(5, 1)][0])
    assert torch.equal(flipped[(0, 1)][0], plain[(0, 1)][0].flip(1))


ORPHAN = """
import multiprocessing, os, sys, time
from pathlib import Path
from ulcag.training.data import _end_with_parent

def child(place):
    _end_with_parent(0)
    Path(place).write_text(str(os.getpid()))
    time.sleep(600)

if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=child, args=(sys.argv[1],)).start()
    time.sleep(600)
"""


def test_a_loader_process_ends_when_its_training_is_killed(tmp_path: Path) -> None:
    script, place = tmp_path / "orphan.py", tmp_path / "pid"
    script.write_text(ORPHAN)
    training = subprocess.Popen([sys.executable, script, place])
    wait_until(lambda: place.exists() and place.read_text() != "")
    training.kill()
    training.wait()
    wait_until(lambda: has_ended(int(place.read_text())))


def has_ended(pid: int) -> bool:
    """Whether a process has ended, even if nobody has asked for its exit code yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)
