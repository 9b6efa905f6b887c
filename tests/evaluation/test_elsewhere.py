"""A network on another data set."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.training.test_saved import write_run
from ulcag.errors import InputError
from ulcag.evaluation.elsewhere import evaluate_elsewhere
from ulcag.faces.shard import Crops, encode_jpeg, new_shard, shard_of
from ulcag.files import read_json


@pytest.fixture
def other(tmp_path: Path) -> tuple[pd.DataFrame, pd.DataFrame, Crops]:
    """Four test pictures and one to train; one test picture has no crop, of one the truth is not known."""
    rows = []
    with new_shard(tmp_path / "crops.arrow") as add:
        for name in "abcde":
            picture = np.random.default_rng(ord(name)).integers(0, 256, (40, 40, 3), dtype=np.uint8)
            corners = dict(zip(("x0", "y0", "x1", "y1"), (0.0, 0.0, 40.0, 40.0), strict=True))
            row = add({"sample_id": name, "jpeg": encode_jpeg(picture, 95), **corners})
            rows.append({"sample_id": name, "shard": 0, "row": None if name == "b" else row})
    faces = pd.DataFrame(rows).astype({"row": "Int32"})
    samples = pd.DataFrame({"sample_id": list("abcde"), "split": ["train", "test", "test", "test", "test"]})
    samples["label"] = pd.array([0, 1, 2, 3, 4], dtype="int8")
    samples["clean_label"] = pd.array([None, 1, None, 3, 4], dtype="Int8")
    return samples, faces, Crops({0: shard_of(tmp_path / "crops.arrow")})


def test_only_test_samples_with_crop_and_known_class_are_judged(
    other: tuple[pd.DataFrame, pd.DataFrame, Crops], tmp_path: Path
) -> None:
    write_run(tmp_path / "run", "ulc-ag")
    found = evaluate_elsewhere(tmp_path / "run", "there", *other, tmp_path / "on-there.json")
    assert (found["on"], found["n"], found["left_out"]) == ("there", 2, 2)
    confusion = np.array(found["confusion"])
    assert confusion.sum(axis=1).tolist() == [0, 0, 0, 1, 1, 0, 0]
    assert read_json(tmp_path / "on-there.json")["accuracy"] == found["accuracy"] == confusion.trace() / 2


def test_a_data_set_without_test_split(other: tuple[pd.DataFrame, pd.DataFrame, Crops], tmp_path: Path) -> None:
    write_run(tmp_path / "run", "baseline")
    samples, faces, crops = other
    with pytest.raises(InputError, match="expected: test samples with a crop and a known class"):
        evaluate_elsewhere(tmp_path / "run", "there", samples.assign(split="train"), faces, crops, tmp_path / "x.json")
