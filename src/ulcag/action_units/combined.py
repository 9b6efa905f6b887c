"""OpenFace's action units and our own reader's, as one table: each knows something that the other does not."""

from collections.abc import Collection

import pandas as pd

from ulcag.action_units.csv_programs import C_COLUMNS, R_COLUMNS
from ulcag.action_units.table import OK
from ulcag.tables import rows_of


def combined(openface: pd.DataFrame, reader: pd.DataFrame, units: Collection[str]) -> pd.DataFrame:
    """The mean of both intensities, and OpenFace's presence, which has a classifier of its own.

    Where one of them may not be used, the other's values stand alone; where neither may, OpenFace's row stays as it is.
    Units that the reader does not read are unknown in all rows that may be used, whatever there is in this shard, so
    that all of a data set have the same units.

    Args:
        openface: rows of the action units table.
        reader: those of the same samples, in any order.
        units: names of those that the reader reads.

    Raises:
        InputError: the reader has no row for a sample, or several.
    """
    openface = openface.reset_index(drop=True)
    reader = rows_of(reader, openface["sample_id"], "the reader's action units")
    first, second = openface["status"] == OK, reader["status"] == OK
    both, alone = first & second, second & ~first
    rows = openface.copy()
    for name in rows.columns:
        rows[name] = openface[name].mask(alone, reader[name])
        if name in R_COLUMNS:
            rows[name] = rows[name].mask(both, (openface[name] + reader[name]) / 2)
        if name in (*R_COLUMNS, *C_COLUMNS) and name[:-2] not in units:
            rows[name] = rows[name].mask(first | second)
    made_by = openface["openface"].fillna("") + ", " + reader["openface"].fillna("")
    rows["openface"] = rows["openface"].mask(both, made_by)
    return rows
