"""The co-occurrence table: a row for each pair of action units."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from ulcag.action_units.presence import units_of
from ulcag.config import PresenceSettings
from ulcag.errors import InputError
from ulcag.tables import Column, Schema, read_table, settings_of, write_table

COOCCURRENCE = Schema(
    "cooccurrence",
    (
        Column("unit", pa.string(), "p, a row of A"),
        Column("given", pa.string(), "q, a column of A: the condition"),
        Column("probability", pa.float64(), "A[p, q] = P(AU_p | AU_q), Eq. 5", "0..1"),
        Column("together", pa.int64(), "OCC of p and q", "samples"),
        Column("occurrences", pa.int64(), "OCC of q", "samples"),
        Column("n_samples", pa.int64(), "training samples that were counted", "samples"),
        Column("n_left_out", pa.int64(), "training samples without usable action units", "samples"),
    ),
    key=("unit", "given"),
)


@dataclass(frozen=True)
class CoOccurrence:
    """Eq. 5 with what it was counted from.

    Attributes:
        names: the M action units, in the order of the nodes.
        matrix: (M, M) A[p, q] = P(AU_p | AU_q).
        pairs: (M, M) OCC of p and q.
        occurrences: (M,) OCC of q.
        n_samples: training samples counted.
        n_left_out: training samples without usable action units.
        settings: how presence was read; training reads its pseudo labels the same way.
    """

    names: tuple[str, ...]
    matrix: np.ndarray
    pairs: np.ndarray
    occurrences: np.ndarray
    n_samples: int
    n_left_out: int
    settings: PresenceSettings


def write_cooccurrence(path: Path, graph: CoOccurrence, inputs: dict[str, str]) -> None:
    """Write the table, row by row of the matrix."""
    units = len(graph.names)
    frame = pd.DataFrame(
        {
            "unit": np.repeat(graph.names, units),
            "given": np.tile(graph.names, units),
            "probability": graph.matrix.ravel(),
            "together": graph.pairs.ravel(),
            "occurrences": np.tile(graph.occurrences, units),
            "n_samples": graph.n_samples,
            "n_left_out": graph.n_left_out,
        }
    )
    write_table(path, frame, COOCCURRENCE, settings=graph.settings.plain(), inputs=inputs)


def read_cooccurrence(path: Path) -> CoOccurrence:
    """Read the table back.

    Raises:
        InputError: it is not such a table.
    """
    frame = read_table(path, COOCCURRENCE)
    settings = PresenceSettings.read(settings_of(path), where=str(path))
    # A source of action units may not measure all of them.
    names = tuple(unit for unit in units_of(settings) if unit in set(frame["unit"]))
    pairs = pd.MultiIndex.from_product([names, names], names=["unit", "given"])
    by_pair = frame.set_index(["unit", "given"])
    if len(frame) != len(pairs) or not pairs.isin(by_pair.index).all():
        do = "run the stage `graph` again"
        expected = f"a row for each pair of the {len(names)} action units"
        raise InputError(path, expected=expected, found=f"{len(frame)} rows, not for all pairs", do=do)
    by_pair = by_pair.loc[pairs]
    shape = (len(names), len(names))
    return CoOccurrence(
        names=names,
        matrix=by_pair["probability"].to_numpy().reshape(shape),
        pairs=by_pair["together"].to_numpy().reshape(shape),
        occurrences=by_pair["occurrences"].to_numpy().reshape(shape)[0],
        n_samples=int(frame["n_samples"].iloc[0]),
        n_left_out=int(frame["n_left_out"].iloc[0]),
        settings=settings,
    )
