"""All arms in one table, against values worked out by hand."""

from typing import Any

import pandas as pd
import pytest

from ulcag.reporting.side_by_side import side_by_side, side_by_side_markdown


def metrics(arm: str, seed: int, accuracy: float, after: float | None = None, noise: str = "n") -> dict[str, Any]:
    changes = {"right_share": None if after is None else 0.5}
    return {
        "run": {"dataset": "d", "noise": noise, "arm": arm, "seed": seed, "fold": "all"},
        "seconds": 30.0,
        "device": "a processor",
        "precision": "fp32",
        "held_out": {"last": {"accuracy": accuracy, "macro_f1": accuracy - 0.1, "ece": 0.02}, "by_epoch": [{}] * 5},
        "labels": {"before": {"agreement": 0.7}, "after": {"agreement": after or 0.7}, "changes": changes},
    }


RUNS = [
    metrics("baseline", 0, 0.50),
    metrics("baseline", 1, 0.60),
    metrics("ours", 0, 0.52, after=0.8),
    metrics("ours", 1, 0.66, after=0.9),
    metrics("other", 0, 0.55),
    metrics("other", 1, 0.60),
]


def test_by_hand() -> None:
    table = side_by_side(RUNS).set_index("arm")
    # seed 0: other, ours, baseline; seed 1: ours, and the other two share places 2 and 3
    assert table["rank"].to_dict() == {"ours": 1.5, "other": 1.75, "baseline": 2.75}
    assert list(table.index) == ["ours", "other", "baseline"]
    assert table.loc["other", ["rank_best", "rank_worst"]].tolist() == [1, 2.5]
    assert table.loc["ours", "minus_baseline"] == pytest.approx(0.04)
    assert table.loc["ours", "minus_baseline_sd"] == pytest.approx(0.0282843, abs=1e-6)
    assert table.loc["ours", "macro_f1"] == pytest.approx(0.49)
    assert table.loc["ours", "labels_after"] == pytest.approx(0.85)
    assert pd.isna(table.loc["baseline", "labels_after"])
    assert (table["seconds_an_epoch"] == 6).all() and (table["n_seeds"] == 2).all()


def test_the_order_of_runs_changes_nothing() -> None:
    equal = [metrics(arm, 0, 0.5, noise="equal") for arm in ("b", "a", "c")]
    for runs in (RUNS, equal):
        pd.testing.assert_frame_equal(side_by_side(runs[::-1]), side_by_side(runs))


def test_places_are_of_the_seeds_that_all_arms_have() -> None:
    table = side_by_side([*RUNS, metrics("baseline", 2, 0.99)]).set_index("arm")
    assert table.loc["baseline", "rank"] == 2.75
    assert table.loc["baseline", "n_seeds"] == 3


def test_each_noise_has_its_own_places_and_a_table_without_a_baseline_no_difference() -> None:
    table = side_by_side([*RUNS, metrics("other", 0, 0.3, noise="m")])
    alone = table[table["noise"] == "m"].iloc[0]
    assert alone["rank"] == 1 and pd.isna(alone["minus_baseline"]) and pd.isna(alone["accuracy_sd"])


def test_a_data_set_whose_truth_is_unknown_has_no_labels() -> None:
    runs = [one | {"labels": None} for one in RUNS]
    assert side_by_side(runs)["labels_before"].isna().all()


def test_what_is_read() -> None:
    text = side_by_side_markdown(side_by_side(RUNS))
    ours = (
        "| ours | 2 | 1.5 (1 to 2) | 59.0 ± 9.9 | +4.0 ± 2.8 | 49.0 ± 9.9 | 2.0 ± 0.0 | 70.0 ± 0.0 → 85.0 ± 7.1 | 6.0 |"
    )
    assert ours in text.splitlines()
    assert text.startswith("**d, noise n**")
    assert side_by_side_markdown(side_by_side([])) == "No run has finished.\n"


def test_several_noises_are_first_shown_together_the_best_mean_difference_first() -> None:
    more = [metrics("baseline", 0, 0.70, noise="m"), metrics("ours", 0, 0.60, noise="m")]
    more += [
        metrics("other", 0, 0.71, noise="m"),
        metrics("rare", 0, 0.9, noise="m"),
        metrics("ours", 0, 0.9, noise="x"),
    ]
    told = side_by_side_markdown(side_by_side([*RUNS, *more])).splitlines()
    # of noise x there is no baseline; `rare` did not run on n, so it has no mean
    assert told[:7] == [
        "**Accuracy minus baseline, everywhere**",
        "",
        "| arm | d, noise n | d, noise m | mean |",
        "|---|---|---|---|",
        "| other | +2.5 ± 3.5 | +1.0 | +1.8 |",
        "| ours | +4.0 ± 2.8 | -10.0 | -3.0 |",
        "| rare | — | +20.0 | — |",
    ]


def test_arms_that_were_computed_otherwise_than_others_are_named() -> None:
    assert "\nComputed in fp32 on a processor.\n" in side_by_side_markdown(side_by_side(RUNS))
    mixed = [*RUNS, metrics("half", 0, 0.5) | {"precision": "bf16"}, metrics("both", 0, 0.5)]
    mixed.append(metrics("both", 1, 0.5) | {"device": "a card"})
    told = side_by_side_markdown(side_by_side(mixed)).splitlines()
    at = told.index("**Not all computed alike**; part of a difference may come from that:")
    assert told[at + 2 : at + 5] == [
        "- bf16 on a processor: half",
        "- fp32 on a card; fp32 on a processor: both",
        "- fp32 on a processor: baseline, other, ours",
    ]
