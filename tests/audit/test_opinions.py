"""Opinions that are asked of regressions on frozen features; those of networks: test_run.py."""

import numpy as np
import pandas as pd
import pytest
import torch

from tests.audit.test_run import GIVEN, IDS, LOST, TRUE, C, N, tables
from ulcag.audit import opinions
from ulcag.audit.opinions import Heard, of_regressions
from ulcag.config import Audit, TrainingSettings
from ulcag.errors import InputError
from ulcag.faces.shard import Crops
from ulcag.training.data import Part

AUDIT = Audit(dataset="d", noise="n", arm="linear", seed=0, folds=4, cleanlab=False)


@pytest.fixture(autouse=True)
def features(monkeypatch: pytest.MonkeyPatch) -> None:
    """Features by name: the true class, and some noise."""
    noise = dict(zip(IDS, 0.1 * torch.randn(N, C, generator=torch.Generator().manual_seed(0)), strict=True))

    def of(training: TrainingSettings, crops: Crops, part: Part, seed: int, what: str) -> torch.Tensor:
        return torch.stack([torch.eye(C)[TRUE[IDS.index(name)]] + noise[name] for name in part.sample_ids])

    monkeypatch.setattr(opinions, "frozen_features", of)


def hear(**changes: pd.DataFrame) -> Heard:
    data = tables()
    data["samples"]["identity"] = None
    data["faces"]["row"] = pd.array([None if name == LOST else 0 for name in IDS], dtype="Int32")
    data["faces"]["shard"] = 0
    return of_regressions(
        AUDIT, TrainingSettings(), *(data | changes).values(), crops=Crops({}), inputs={"samples": "s"}
    )


def test_every_sample_with_a_face_is_judged_by_those_of_other_folds() -> None:
    heard = hear()
    assert heard.sample_ids.tolist() == IDS[:-1]
    assert set(heard.fold) == {"1of4", "2of4", "3of4", "4of4"}
    assert heard.given.tolist() == GIVEN[:-1].tolist()
    judgement = heard.opinions.judgement
    assert judgement.trusted
    assert (judgement.suggested == TRUE[:-1]).mean() > 0.98
    assert heard.run == {"dataset": "d", "noise": "n", "arm": "linear", "seed": 0}


def test_the_order_of_the_tables_changes_nothing() -> None:
    one, data = hear(), tables()
    data["samples"]["identity"] = None
    order = np.random.default_rng(0).permutation(N)
    shuffled = {name: data[name].iloc[order] for name in ("samples", "noise", "action_units")}
    other = hear(**shuffled)
    assert one.sample_ids.tolist() == other.sample_ids.tolist()
    assert np.array_equal(one.opinions.judgement.posterior, other.opinions.judgement.posterior)


def test_labels_of_one_class_cannot_be_audited() -> None:
    with pytest.raises(InputError, match=r"at least two classes(.|\n)*139 labels, all happy"):
        hear(noise=tables()["noise"].assign(label=np.int8(3)))
