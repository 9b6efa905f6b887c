"""Injected label noise."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as few
from hypothesis import strategies as st

from ulcag.classes import CLASSES
from ulcag.config import NoiseSettings
from ulcag.errors import InputError
from ulcag.samples.noise import noise_notes, noisy_labels


def samples(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sample_id": [f"s{i:05d}" for i in range(n)],
            "split": ["test" if i % 5 == 0 else "train" for i in range(n)],
            "label": np.arange(n) % 7,
        }
    )


@given(st.floats(0, 1), st.integers(0, 5))
def test_replaced_rows_and_only_those_have_another_label(rate: float, seed: int) -> None:
    table = samples(200)
    noise = noisy_labels(table, NoiseSettings(kind="uniform", rate=rate), seed)
    truth = table.set_index("sample_id")["label"][noise["sample_id"]].to_numpy()
    assert ((noise["label"].to_numpy() != truth) == noise["replaced"]).all()
    assert noise["label"].between(0, 6).all()
    assert set(noise["sample_id"]) == set(table["sample_id"][table["split"] == "train"])


def test_the_rate_is_met_and_the_other_classes_are_equally_likely() -> None:
    table = samples(50_000)
    noise = noisy_labels(table, NoiseSettings(kind="uniform", rate=0.3), seed=0)
    assert noise["replaced"].mean() == pytest.approx(0.3, abs=0.01)
    truth = table.set_index("sample_id")["label"][noise["sample_id"]].to_numpy()
    steps = (noise["label"].to_numpy() - truth)[noise["replaced"]] % 7
    assert np.bincount(steps, minlength=7)[1:] / len(steps) == pytest.approx([1 / 6] * 6, abs=0.01)


def test_exact_count() -> None:
    assert noisy_labels(samples(1000), NoiseSettings(kind="uniform", rate=0.25, exact=True), 3)["replaced"].sum() == 200


def test_seeds_differ_and_repeat() -> None:
    settings = NoiseSettings(kind="uniform", rate=0.3)
    first = noisy_labels(samples(500), settings, 0)
    assert first.equals(noisy_labels(samples(500).sample(frac=1, random_state=1), settings, 0))
    assert not first.equals(noisy_labels(samples(500), settings, 1))


def test_more_noise_keeps_the_noise_there_was() -> None:
    low, high = (noisy_labels(samples(500), NoiseSettings(kind="uniform", rate=r), 0) for r in (0.1, 0.3))
    assert high["replaced"][low["replaced"]].all()
    assert (high["label"] == low["label"])[low["replaced"]].all()


def test_no_noise() -> None:
    assert not noisy_labels(samples(50), NoiseSettings(), 0)["replaced"].any()


def test_a_confusion_matrix_decides_what_a_class_is_taken_for() -> None:
    matrix = {"fear": {"surprise": 0.5, "sad": 0.5}, "happy": {"neutral": 0.25}}
    noise = noisy_labels(samples(7000), NoiseSettings(kind="confusion", matrix=matrix), 0)
    table = samples(7000).set_index("sample_id")["label"][noise["sample_id"]].to_numpy()
    fear, happy, sad, surprise, neutral = (CLASSES.index(n) for n in ("fear", "happy", "sad", "surprise", "neutral"))
    labels = noise["label"].to_numpy()
    assert set(labels[table == fear]) == {sad, surprise}
    assert set(labels[table == happy]) == {happy, neutral}
    assert (labels[table == happy] == neutral).mean() == pytest.approx(0.25, abs=0.05)
    others = ~np.isin(table, [fear, happy])
    assert (labels[others] == table[others]).all()
    assert (noise["replaced"] == (labels != table)).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "confusion", "matrix": {"fear": {"sad": 0.7, "angry": 0.7}}}, "matrix.fear: probabilities"),
        ({"kind": "confusion"}, "needs a matrix"),
        ({"kind": "confusion", "matrix": {"feer": {"sad": 0.7}}}, "'feer' is not one of"),
        ({"kind": "rafdb_file"}, "needs a path"),
    ],
)
def test_settings_that_cannot_be_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        NoiseSettings.read(values)


def rafdb(n: int = 3) -> pd.DataFrame:
    ids = [f"train_{i:05d}.jpg" for i in range(n)] + ["test_00000.jpg"]
    return pd.DataFrame({"sample_id": ids, "split": ["train"] * n + ["test"], "label": [3] * (n + 1)})


@pytest.mark.parametrize(("first_code", "happy", "neutral"), [(1, 4, 7), (0, 3, 6)])
def test_labels_of_a_file_and_never_those_of_the_test_split(
    first_code: Literal[0, 1], happy: int, neutral: int, tmp_path: Path
) -> None:
    path = tmp_path / "noise.txt"
    rows = [("/x/train_00002_aligned.jpg", happy), ("train_00000.jpg", neutral), ("train_00001.jpg", happy)]
    path.write_text("\n".join(f"{name} {code}" for name, code in [*rows, ("test_00000.jpg", neutral)]) + "\n")
    noise = noisy_labels(rafdb(), NoiseSettings(kind="rafdb_file", path=str(path), first_code=first_code), 0)
    assert noise["sample_id"].tolist() == ["train_00000.jpg", "train_00001.jpg", "train_00002.jpg"]
    assert [CLASSES[c] for c in noise["label"]] == ["neutral", "happy", "happy"]
    assert noise["replaced"].tolist() == [True, False, False]


def test_a_file_that_lacks_a_sample_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise.txt"
    path.write_text("train_00000.jpg 4\n")
    with pytest.raises(InputError, match=r"none for 2 of 3, such as train_00001\.jpg"):
        noisy_labels(rafdb(), NoiseSettings(kind="rafdb_file", path=str(path)), 0)


@given(
    settings=st.sampled_from(
        [
            NoiseSettings(kind="uniform", rate=0.4),
            NoiseSettings(kind="uniform", rate=0.4, exact=True),
            NoiseSettings(kind="confusion", matrix={"fear": {"sad": 0.5}}),
        ]
    ),
    order=st.permutations(range(20)),
    index=st.lists(st.integers(0, 5), min_size=20, max_size=20),
)
@few(max_examples=30)
def test_noise_goes_by_the_names_of_samples(settings: NoiseSettings, order: list[int], index: list[int]) -> None:
    table = samples(20)
    other = table.iloc[order].set_index(pd.Index(index)).assign(more=1)
    assert noisy_labels(other, settings, 0).equals(noisy_labels(table, settings, 0))


def test_a_sample_that_occurs_twice_is_refused() -> None:
    twice = pd.concat([samples(10), samples(10)[3:4]])
    with pytest.raises(InputError, match="s00003 more than once"):
        noisy_labels(twice, NoiseSettings(kind="uniform", rate=0.1), 0)


@given(
    codes=st.permutations([1, 4, 7]),
    order=st.permutations(range(5)),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@few(max_examples=30)
def test_a_file_in_any_order_and_encoding_is_the_same_noise(
    codes: list[int], order: list[int], encoding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("noise") / "noise.txt"
    # A row twice, and one of the test split with two labels, do no harm.
    rows = [*[f"train_{n:05d}.jpg {code}" for n, code in enumerate(codes)], "test_00000.jpg 1", "test_00000.jpg 2"]
    path.write_bytes("\r\n".join([*[rows[n] for n in order], rows[0]]).encode(encoding))
    noise = noisy_labels(rafdb(), NoiseSettings(kind="rafdb_file", path=str(path)), 0)
    assert noise["sample_id"].tolist() == [f"train_{n:05d}.jpg" for n in range(3)]
    assert [{1: "surprise", 4: "happy", 7: "neutral"}[code] for code in codes] == [CLASSES[c] for c in noise["label"]]


def test_two_labels_for_a_picture_are_refused_with_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "noise.txt"
    path.write_text("train_00000.jpg 4\ntrain_00001.jpg 4\n/x/train_00000_aligned.jpg 5\n")
    with pytest.raises(InputError, match=r"line 3\n.*\n.*train_00000\.jpg labelled sad, but happy in line 1"):
        noisy_labels(rafdb(2), NoiseSettings(kind="rafdb_file", path=str(path)), 0)


def test_labels_that_nobody_takes_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "noise.txt"
    path.write_text("train_00000.jpg 4\ntrain_00007.jpg 4\ntest_00000.jpg 5\ntrain_00000.jpg 4\n")
    assert noise_notes(rafdb(1), NoiseSettings(kind="rafdb_file", path=str(path))) == (
        f"left out: 1 training pictures repeated with the same label in {path}: train_00000.jpg",
        f"left out: 1 labels of pictures that are not training samples in {path}: train_00007.jpg",
        f"left out: 1 labels of test pictures in {path}: test_00000.jpg",
    )
    assert noise_notes(rafdb(1), NoiseSettings()) == ()
