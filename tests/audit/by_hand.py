"""A small audit by hand."""

import numpy as np
import pandas as pd

from ulcag.audit.table import AUDIT, OUT_OF_FOLD, POSTERIOR, TEMPLATE_DISTANCES, UNJUDGED


def audit_of(rows: list[tuple[str, int, int, str]]) -> pd.DataFrame:
    """Rows of the audit table from sample id, given, suggested, decision. Quality is 0.01 for the first row, and so on.

    The suggested class has 0.8 of all probability, the others share the rest; unjudged samples have no evidence.
    """
    n = len(rows)
    ids, given, suggested, decisions = zip(*rows, strict=True) if rows else ((), (), (), ())
    judged = np.array([decision != UNJUDGED for decision in decisions], dtype=bool)
    suggested_column = np.array(suggested, dtype=np.int8)
    probabilities = np.where(np.arange(7) == suggested_column[:, None], 0.8, 0.2 / 6)
    numbers = {
        "quality": (np.arange(n) + 1) / 100,
        "certainty": np.full(n, 0.8),
        "alpha": np.full(n, 0.25),
        "cleanlab": np.full(n, np.nan),
        **dict(zip(OUT_OF_FOLD, probabilities.T, strict=True)),
        **dict(zip(POSTERIOR, probabilities.T, strict=True)),
        **{name: np.full(n, 1.5 + place) for place, name in enumerate(TEMPLATE_DISTANCES)},
    }
    frame = pd.DataFrame(
        {
            "sample_id": list(ids),
            "given": np.array(given, dtype=np.int8),
            "suggested": suggested_column,
            "decision": list(decisions),
            "reason": [f"reason {place}" for place in range(n)],
            **{name: np.where(judged, values, np.nan).astype(np.float32) for name, values in numbers.items()},
            "fold": [f"{place % 5}of5" if known else None for place, known in enumerate(judged)],
        }
    )
    return frame[AUDIT.names]
