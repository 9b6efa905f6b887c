"""What was judged, as rows of the audit table, with reasons in words."""

import numpy as np
import pandas as pd

from ulcag.audit.table import OUT_OF_FOLD, POSTERIOR, TEMPLATE_DISTANCES
from ulcag.classes import CLASSES
from ulcag.correction.judge import Judgement
from ulcag.correction.label_errors import KEEP, RELABEL, decisions


def audit_rows(
    p: np.ndarray, distances: np.ndarray, given: np.ndarray, alpha: np.ndarray, fold: np.ndarray, found: Judgement
) -> pd.DataFrame:
    """Rows of the audit table, without the sample ids; arguments as in `judge`, with alpha and fold (n,).

    A label is kept where no other class is suggested, relabelled where the suggestion is clear, else to be reviewed.
    """
    frame = decisions(found, given).assign(alpha=alpha, fold=fold).astype({"given": np.int8, "suggested": np.int8})
    frame[OUT_OF_FOLD] = p
    frame[POSTERIOR] = found.posterior
    frame[TEMPLATE_DISTANCES] = np.where(np.isfinite(distances), distances, np.nan)
    trusted = found.joint.diagonal() / np.maximum(found.joint.sum(axis=0), 1e-12)
    nearest = np.where(np.isnan(distances).all(axis=1), -1, np.nan_to_num(distances, nan=np.inf).argmin(axis=1))
    columns = (frame["decision"], given, found.suggested, p, nearest)
    frame["reason"] = [
        _reason(decision, y, new, probabilities, near, trusted[y])
        for decision, y, new, probabilities, near in zip(*columns, strict=True)
    ]
    return frame


def _reason(decision: str, given: int, suggested: int, p: np.ndarray, nearest: int, trusted: float) -> str:
    """Why, in words; the numbers beside it are in the row."""
    y, new = CLASSES[given], CLASSES[suggested]
    units = "action units unknown" if nearest < 0 else f"action units nearest to {CLASSES[nearest]}"
    if decision == KEEP:
        return f"classifier: {y} {100 * p[given]:.0f} %; {units}"
    text = f"classifier: {new} {100 * p[suggested]:.0f} %, {y} {100 * p[given]:.0f} %; {units}"
    text += f"; {100 * trusted:.0f} % of the labels {y} are trusted"
    return text if decision == RELABEL else f"{text}; not clear enough to relabel"
