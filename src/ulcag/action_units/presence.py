"""Pseudo labels z: when an action unit counts as present."""

import numpy as np
import pandas as pd

from ulcag.action_units.table import INTENSITY_UNITS, OK, PRESENCE_UNITS
from ulcag.config import PresenceSettings


def units_of(settings: PresenceSettings) -> tuple[str, ...]:
    """The action units that have a presence, in the order of the graph's nodes."""
    return PRESENCE_UNITS if settings.presence == "presence" else INTENSITY_UNITS


def presence(table: pd.DataFrame, settings: PresenceSettings) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Presences by OpenFace's own classifier (AUxx_c), or by intensity (AUxx_r >= threshold).

    The two disagree by design in OpenFace, which trains them apart.

    Args:
        table: n rows of the action units table.
        settings: which of the two, and the threshold.

    Returns:
        The M units; (n, M) float32 of 0 and 1, zeros where unknown; (n,) bool, whether the row may be used.
    """
    known, names = (table["status"] == OK).to_numpy(), units_of(settings)
    if settings.presence == "presence":
        z = table[[f"{unit}_c" for unit in names]].to_numpy(dtype=np.float32, na_value=0)
    else:
        intensities = table[[f"{unit}_r" for unit in names]].to_numpy(dtype=np.float32, na_value=0)
        z = (intensities >= settings.intensity_threshold).astype(np.float32)
    return names, np.where(known[:, None], z, np.float32(0)), known
