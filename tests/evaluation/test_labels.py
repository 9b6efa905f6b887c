"""Quality of labels, by hand."""

import pandas as pd
import pytest

from ulcag.evaluation.labels import label_quality, replay

IDS = list("abcdef")
GIVEN = pd.Series([0, 0, 1, 1, 2, 2], index=IDS)
TRUTH = pd.Series([0, 1, 1, 1, 0, None], index=IDS, dtype="Int8")
# b is fixed; c is broken in epoch 1 and back in epoch 3; e moves from wrong to wrong; f's truth is unknown
LOG = pd.DataFrame(
    [(1, "b", 0, 1), (1, "c", 1, 2), (2, "e", 2, 1), (2, "f", 2, 0), (3, "c", 2, 1)],
    columns=["epoch", "sample_id", "old_label", "new_label"],
)


def test_replay() -> None:
    after = replay(GIVEN, LOG, 4)
    assert [labels.tolist() for labels in after] == [
        [0, 0, 1, 1, 2, 2],
        [0, 1, 2, 1, 2, 2],
        [0, 1, 2, 1, 1, 0],
        [0, 1, 1, 1, 1, 0],
    ]
    assert GIVEN.tolist() == [0, 0, 1, 1, 2, 2]


def test_quality_by_hand() -> None:
    quality = label_quality(GIVEN, LOG, TRUTH, 4)
    assert quality is not None
    assert (quality["n"], quality["known"]) == (6, 5)
    assert quality["before"]["agreement"] == 3 / 5
    # true class 0: a right, e wrong; true class 1: b wrong, c and d right
    assert quality["before"]["macro_agreement"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert quality["after"]["agreement"] == 4 / 5
    assert (quality["after"]["fixed"], quality["after"]["wrong_at_first"]) == (1, 2)
    assert (quality["after"]["broken"], quality["after"]["samples_changed"]) == (0, 2)
    assert quality["by_epoch"][1]["broken"] == 1
    assert quality["by_epoch"][1]["broken_share"] == pytest.approx(1 / 3)
    # b -> 1 and c -> 1 are right; c -> 2 and e -> 1 are not; f does not count
    assert quality["changes"] == {"n": 4, "right": 2, "right_share": 0.5}
    assert quality["by_given_class"]["angry"]["fixed"] == 1
    assert quality["by_true_class"]["disgust"]["fixed_share"] == 1.0
    assert quality["by_true_class"]["sad"]["fixed_share"] is None


def test_no_truth_no_quality() -> None:
    assert label_quality(GIVEN, LOG, TRUTH.mask(TRUTH.notna()), 4) is None


def test_no_changes() -> None:
    quality = label_quality(GIVEN, LOG.iloc[:0], TRUTH, 2)
    assert quality is not None
    assert quality["after"] == quality["before"]
    assert quality["changes"]["right_share"] is None
