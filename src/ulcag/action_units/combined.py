"""OpenFace's action units and our own reader's, as one table: each knows something that the other does not."""

import pandas as pd

from ulcag.action_units.csv_programs import C_COLUMNS, R_COLUMNS
from ulcag.action_units.table import OK


def combined(openface: pd.DataFrame, reader: pd.DataFrame) -> pd.DataFrame:
    """The mean of both intensities, and OpenFace's presence, which has a classifier of its own.

    Where one of them may not be used, the other's values stand alone; where neither may, OpenFace's row stays as it is.
    Units that the reader does not read are unknown in all rows, so that all that may be used have the same units.

    Args:
        openface, reader: rows of the action units table, of the same samples in the same order.
    """
    openface, reader = openface.reset_index(drop=True), reader.reset_index(drop=True)
    first, second = openface["status"] == OK, reader["status"] == OK
    both, alone = first & second, second & ~first
    rows = openface.copy()
    for name in rows.columns:
        rows[name] = openface[name].mask(alone, reader[name])
        if name in R_COLUMNS:
            rows[name] = rows[name].mask(both, (openface[name] + reader[name]) / 2)
        # Else a few rows would have a unit that the others lack.
        if second.any() and name in (*R_COLUMNS, *C_COLUMNS) and reader.loc[second, name].isna().any():
            rows[name] = rows[name].mask(first | second)
    made_by = openface["openface"].fillna("") + ", " + reader["openface"].fillna("")
    rows["openface"] = rows["openface"].mask(both, made_by)
    return rows
