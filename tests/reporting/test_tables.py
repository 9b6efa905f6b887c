"""Tables over runs."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ulcag.files import write_json
from ulcag.reporting.run import write_tables
from ulcag.reporting.tables import EMPTY, label_changes_by_class, paired_differences, summary, values_of_runs, wide

PUBLISHED = Path(__file__).parents[2] / "workflow" / "experiments" / "published.csv"


def metrics(arm: str, seed: int, accuracy: float, dataset: str = "d") -> dict[str, Any]:
    scalars = {"accuracy": accuracy, "mean_class_accuracy": accuracy - 0.1, "macro_f1": 0.5, "ece": 0.1}
    labels = {"agreement": 0.7, "macro_agreement": 0.6, "fixed_share": 0.5, "broken_share": None}
    by_class = {"angry": {"wrong_at_first": 4, "fixed": seed, "right_at_first": 6, "broken": 1, "samples_changed": 3}}
    return {
        "run": {"dataset": dataset, "noise": "n", "arm": arm, "seed": seed, "fold": "all"},
        "seconds": 1.0,
        "device": "cpu",
        "precision": "fp32",
        "held_out": {
            "last": scalars,
            "last_five": scalars,
            "oracle": scalars | {"accuracy": 1.0},
            "by_epoch": [{"epoch": 0} | scalars],
        },
        "labels": {"before": labels, "after": labels, "changes": {"right_share": 0.25}}
        | {
            "by_true_class": by_class,
            "by_given_class": by_class,
        },
    }


RUNS = [
    metrics("a", 0, 0.50),
    metrics("a", 1, 0.60),
    metrics("b", 0, 0.53),
    metrics("b", 1, 0.67),
    metrics("c", 1, 0.9),
]
WANTED = [one["run"] for one in RUNS] + [metrics("a", 0, 0, "later")["run"]]


def test_mean_and_standard_deviation_by_hand() -> None:
    table = summary(values_of_runs(RUNS)).set_index(["arm", "reading", "metric"])
    cell = table.loc[("a", "last", "accuracy")]
    assert (cell["mean"], cell["n_seeds"]) == (pytest.approx(0.55), 2)
    assert cell["sd"] == pytest.approx(0.0707107, abs=1e-6)  # n - 1
    assert pd.isna(table.loc[("c", "last", "accuracy"), "sd"])
    assert table.loc[("a", "oracle", "accuracy"), "mean"] == 1
    # a share that no run has is no row rather than a zero
    assert ("a", "labels_after", "broken_share") not in table.index


def test_one_seed_shows_no_spread_and_what_has_not_been_run_is_empty() -> None:
    header, rows = wide(WANTED, summary(values_of_runs(RUNS)), "last", "accuracy")
    assert header == ["arm", "d, n", "later, n"]
    assert rows == [["a", "55.00 ± 7.07 (2)", EMPTY], ["b", "60.00 ± 9.90 (2)", EMPTY], ["c", "90.00", EMPTY]]


def test_differences_are_paired_by_seed() -> None:
    table = paired_differences(values_of_runs(RUNS), "last", "accuracy").set_index(["arm", "less"])
    assert table.loc[("b", "a"), "mean"] == pytest.approx(5)
    assert table.loc[("b", "a"), "sd"] == pytest.approx(2.828427)
    # c has seed 1 only: one pair, no spread
    assert table.loc[("c", "a"), "mean"] == pytest.approx(30)
    assert table.loc[("c", "a"), "n_seeds"] == 1
    assert pd.isna(table.loc[("c", "a"), "sd"])


def test_files(tmp_path: Path) -> None:
    paths = []
    for i, one in enumerate(RUNS):
        paths.append(tmp_path / f"{i}.json")
        write_json(paths[-1], one)
    write_tables(WANTED, paths, PUBLISHED, [], tmp_path / "out")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "accuracy.md", "labels.md", "published.md", "across.md", "accuracy.csv", "runs.csv", "results.csv",
        "differences.csv", "labels_by_class.csv", "published.csv", "across.csv", "side_by_side.md", "side_by_side.csv",
    }  # fmt: skip
    assert "| b | 60.00 ± 9.90 (2) | — |" in (tmp_path / "out" / "accuracy.md").read_text()
    assert "oracle" in (tmp_path / "out" / "accuracy.md").read_text()
    assert pd.read_csv(tmp_path / "out" / "accuracy.csv").shape == (3, 3)
    each = pd.read_csv(tmp_path / "out" / "runs.csv").query("reading == 'last' and metric == 'accuracy' and arm == 'a'")
    assert each.set_index("seed")["value"].to_dict() == {0: 0.5, 1: 0.6}


def test_no_run_at_all(tmp_path: Path) -> None:
    write_tables(WANTED, [], PUBLISHED, [], tmp_path)
    assert f"| c | {EMPTY} | {EMPTY} |" in (tmp_path / "accuracy.md").read_text()


def test_changes_by_class_have_a_row_for_each_run_class_and_reading() -> None:
    table = label_changes_by_class(
        [metrics("a", 0, 0.5), metrics("a", 1, 0.5) | {"labels": None}, metrics("b", 2, 0.5)]
    )
    assert table["arm"].tolist() == ["a", "a", "b", "b"]
    assert table["by"].tolist() == ["true", "given"] * 2
    assert table["fixed"].tolist() == [0, 0, 2, 2]
    assert table.iloc[0][["wrong_at_first", "right_at_first", "broken"]].tolist() == [4, 6, 1]
