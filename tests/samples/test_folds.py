"""Folds."""

import numpy as np
import pandas as pd

from ulcag.samples.folds import split_fold

N = 1000
SAMPLES = pd.DataFrame(
    {
        "sample_id": [f"s{i}" for i in range(N)],
        "split": ["test" if i < 200 else "train" for i in range(N)],
        "identity": [f"person{i // 4}" if i % 2 else None for i in range(N)],
    }
)


def test_all_holds_out_the_test_split() -> None:
    train, held_out = split_fold(SAMPLES, "all")
    assert (held_out == np.arange(200)).all()
    assert (train == np.arange(200, N)).all()


def test_folds_part_the_training_split() -> None:
    parts = [split_fold(SAMPLES, f"{k}of5") for k in range(1, 6)]
    assert sorted(np.concatenate([held_out for _, held_out in parts])) == list(range(200, N))
    for train, held_out in parts:
        assert sorted([*train, *held_out]) == list(range(200, N))
        assert 100 < len(held_out) < 220


def test_nobody_is_on_both_sides() -> None:
    train, held_out = split_fold(SAMPLES, "2of5")
    who = SAMPLES["identity"]
    assert not set(who[train].dropna()) & set(who[held_out].dropna())


def test_a_sample_keeps_its_fold_when_others_go() -> None:
    fewer = SAMPLES[SAMPLES.index % 3 != 0].reset_index(drop=True)
    whole = set(SAMPLES["sample_id"][split_fold(SAMPLES, "1of10")[1]])
    assert set(fewer["sample_id"][split_fold(fewer, "1of10")[1]]) <= whole
