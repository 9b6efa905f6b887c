"""Pseudo labels z: when an action unit counts as present."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ulcag.action_units.table import INTENSITY_UNITS, OK, PRESENCE_UNITS
from ulcag.config import PresenceSettings
from ulcag.errors import InputError


def measured(table: pd.DataFrame, columns: Sequence[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The columns that the table's source measures: what it does not is unknown, and no 0.

    Args:
        table: n rows of the action units table.
        columns: of action units.

    Returns:
        Names of the M columns that have values, all of them where no row may be used; (n, M) float64, zeros in rows
        that may not be used; (n,) bool, whether the row may be used.

    Raises:
        InputError: a column has values in some of the usable rows, and none in others.
    """
    known = (table["status"] == OK).to_numpy()
    there = table.loc[known, list(columns)].notna()
    some = there.columns[there.any() & ~there.all()]
    if len(some):
        found = f"{some[0]} in {int(there[some[0]].sum())} of {len(there)}"
        do = "recreate the table from one source"
        raise InputError("action_units", expected="the same action units in all usable rows", found=found, do=do)
    names = [name for name in columns if there[name].all()]
    values = table[names].to_numpy(dtype=np.float64, na_value=np.nan)
    return names, np.where(known[:, None], values, 0.0), known


def measured_units(action_units: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Action units as points: presences, and square roots of intensities, which are skewed.

    Args:
        action_units: n rows of the action units table.

    Returns:
        (n, M) float64, zeros where unknown, and (n,) bool, whether they are known. M is 35, or less where the source
        does not measure all.

    Raises:
        InputError: a value is known in some of the usable rows alone.
    """
    columns = [f"{u}_c" for u in PRESENCE_UNITS] + [f"{u}_r" for u in INTENSITY_UNITS]
    names, points, known = measured(action_units, columns)
    intensities = [name.endswith("_r") for name in names]
    points[:, intensities] = np.sqrt(np.clip(points[:, intensities], 0, None))
    return points, known


def units_of(settings: PresenceSettings) -> tuple[str, ...]:
    """The action units that can have a presence, in the order of the graph's nodes."""
    return PRESENCE_UNITS if settings.presence == "presence" else INTENSITY_UNITS


def presence(table: pd.DataFrame, settings: PresenceSettings) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Presences by the source's own classifier (AUxx_c), or by intensity (AUxx_r >= threshold).

    The two disagree by design in OpenFace, which trains them apart.

    Args:
        table: n rows of the action units table.
        settings: which of the two, and the threshold.

    Returns:
        The M units that the source measures, all where no row may be used; (n, M) float32 of 0 and 1, zeros where
        unknown; (n,) bool, whether the row may be used.

    Raises:
        InputError: as `measured`, or there is no unit.
    """
    kind = "c" if settings.presence == "presence" else "r"
    names, values, known = measured(table, [f"{unit}_{kind}" for unit in units_of(settings)])
    if not names:
        found = f"none in any of {len(table)} rows (action_units.presence: {settings.presence})"
        do = "set action_units.presence to the other value: this source of action units has no such values"
        raise InputError("action_units", expected=f"columns AUxx_{kind} with values", found=found, do=do)
    z = values if kind == "c" else (values.astype(np.float32) >= settings.intensity_threshold) & known[:, None]
    return tuple(name.removesuffix(f"_{kind}") for name in names), z.astype(np.float32), known
