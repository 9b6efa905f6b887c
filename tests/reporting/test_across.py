"""Trained here, tested there."""

from typing import Any

import pytest

from ulcag.reporting.across import across_markdown, across_table


def home(dataset: str, seed: int, accuracy: float, arm: str = "scn") -> dict[str, Any]:
    run = {"dataset": dataset, "noise": "none", "arm": arm, "seed": seed, "fold": "all"}
    return {"run": run, "held_out": {"last": {"accuracy": accuracy}}}


def there(dataset: str, seed: int, on: str, accuracy: float) -> dict[str, Any]:
    return {"run": home(dataset, seed, 0)["run"], "on": on, "accuracy": accuracy}


AT_HOME = [home("a", 0, 0.8), home("a", 1, 0.9), home("b", 0, 0.7), home("a", 0, 0.1, arm="baseline")]
ELSEWHERE = [there("a", 0, "b", 0.5), there("a", 1, "b", 0.6), there("b", 0, "a", 0.4)]


def test_means_over_seeds_home_on_the_diagonal() -> None:
    table = across_table(AT_HOME, ELSEWHERE)
    # an arm that was tried nowhere else has no row
    assert set(table["arm"]) == {"scn"}
    cells = {(r["trained_on"], r["tested_on"]): (r["mean"], r["n_seeds"]) for r in table.to_dict("records")}
    assert cells[("a", "a")] == (pytest.approx(0.85), 2)
    assert cells[("a", "b")] == (pytest.approx(0.55), 2)
    assert cells[("b", "a")] == (0.4, 1)
    text = across_markdown(table)
    assert "| trained on | tested on a | tested on b |" in text
    assert "| a | 85.00 ± 7.07 (2) | 55.00 ± 7.07 (2) |" in text
    assert "| b | 40.00 | 70.00 |" in text


def test_nothing_elsewhere() -> None:
    assert "No network was evaluated" in across_markdown(across_table(AT_HOME, []))
