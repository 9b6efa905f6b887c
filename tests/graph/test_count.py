"""Counting co-occurrence."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ulcag.action_units.table import ACTION_UNITS, PRESENCE_UNITS
from ulcag.config import PresenceSettings
from ulcag.errors import InputError
from ulcag.graph.count import count_cooccurrence
from ulcag.graph.table import read_cooccurrence, write_cooccurrence

SAMPLES = pd.DataFrame({"sample_id": list("abcde"), "split": ["train"] * 4 + ["test"], "identity": None})


def action_units() -> pd.DataFrame:
    table = pd.DataFrame({"sample_id": list("abcde"), "status": ["ok", "ok", "ok", "low_confidence", "ok"]})
    for name in ACTION_UNITS.names:
        if name not in table:
            table[name] = 0
    table["AU06_c"] = [1, 0, 0, 1, 1]
    table["AU12_c"] = [1, 1, 0, 0, 0]
    return table


def test_only_usable_training_samples_count(tmp_path: Path) -> None:
    graph = count_cooccurrence(SAMPLES, action_units(), "all", PresenceSettings())
    i, j = PRESENCE_UNITS.index("AU06"), PRESENCE_UNITS.index("AU12")
    assert (graph.n_samples, graph.n_left_out) == (3, 1)
    assert (graph.occurrences[i], graph.occurrences[j], graph.pairs[i, j]) == (1, 2, 1)
    assert (graph.matrix[i, j], graph.matrix[j, i]) == (0.5, 1.0)
    assert not np.isnan(graph.matrix).any()

    write_cooccurrence(tmp_path / "g.parquet", graph, {})
    back = read_cooccurrence(tmp_path / "g.parquet")
    assert back.names == graph.names
    assert np.array_equal(back.matrix, graph.matrix)
    assert np.array_equal(back.occurrences, graph.occurrences)
    assert back.settings == graph.settings


def test_no_usable_sample_is_an_error() -> None:
    with pytest.raises(InputError, match="training samples with usable action units"):
        count_cooccurrence(SAMPLES, action_units().assign(status="no_face"), "all", PresenceSettings())


def test_a_sample_without_row_is_an_error() -> None:
    with pytest.raises(InputError, match="none for 1, such as 'b'"):
        count_cooccurrence(SAMPLES, action_units().drop(index=1), "all", PresenceSettings())


def test_where_nobody_asked_for_action_units_there_are_no_edges() -> None:
    graph = count_cooccurrence(SAMPLES, action_units().assign(status="not_read"), "all", PresenceSettings())
    assert np.array_equal(graph.matrix, np.eye(len(PRESENCE_UNITS)))
    assert (graph.n_samples, graph.n_left_out) == (0, 4)
