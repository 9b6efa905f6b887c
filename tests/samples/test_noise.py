"""Injected label noise."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ulcag.config import NoiseSettings
from ulcag.samples.noise import noisy_labels


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
