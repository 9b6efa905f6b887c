"""How well an audit finds wrong labels and names right ones, where the truth is known; beside cleanlab.

cleanlab (Northcutt et al., JAIR 2021) is the standard tool. It is given the same out-of-fold probabilities.
"""

from typing import Any

import numpy as np
import pandas as pd

from ulcag.audit.apply import final_labels
from ulcag.audit.table import OUT_OF_FOLD, UNJUDGED
from ulcag.errors import InputError
from ulcag.evaluation.labels import quality
from ulcag.evaluation.metrics import area_under_curve, average_precision, reliability


def scores(audit: pd.DataFrame, truth: pd.Series) -> dict[str, Any] | None:
    """An audit against the truth, as far as it is known.

    Args:
        audit: rows of the audit table.
        truth: nullable true labels by sample id.

    Returns:
        `judged` (samples with a known truth), `wrong`, `audit`, `all_suggestions` (if every suggestion were taken),
        and `cleanlab` where the table has its scores; None where no truth is known. Of each: `auc` and
        `average_precision` of finding the wrong labels, and what the new labels are (`evaluation.labels.quality`).
        Of `audit` also whether its quality is a probability (`evaluation.metrics.reliability`): `calibration_error`
        and, in `reliability`, its parts.
    """
    judged = audit[audit["decision"] != UNJUDGED]
    true = truth.reindex(judged["sample_id"])
    known = true.notna().to_numpy()
    if not known.any():
        return None
    judged, true_codes = judged[known], true[known].to_numpy(dtype=np.int64)
    given, suggested = (judged[name].to_numpy(dtype=np.int64) for name in ("given", "suggested"))
    stated = judged["quality"].to_numpy(dtype=np.float64)
    calibration = reliability(stated, given == true_codes)
    of_audit = score(1 - stated, final_labels(judged).to_numpy(dtype=np.int64), given, true_codes)
    of_audit |= {"calibration_error": calibration["calibration_error"], "reliability": calibration["parts"]}
    result = {
        "judged": len(judged),
        "wrong": int((given != true_codes).sum()),
        "audit": of_audit,
        "all_suggestions": score(1 - stated, suggested, given, true_codes),
    }
    if judged["cleanlab"].notna().all():
        doubt = -judged["cleanlab"].to_numpy(dtype=np.float64)
        new = labels_by_cleanlab(judged[OUT_OF_FOLD].to_numpy(dtype=np.float64), given)
        result["cleanlab"] = score(doubt, new, given, true_codes)
    return result


def score(doubt: np.ndarray, new: np.ndarray, given: np.ndarray, true: np.ndarray) -> dict[str, Any]:
    """One way to find wrong labels.

    Args:
        doubt: (n,) high for a label that is thought wrong.
        new: (n,) labels that are put in place of the given ones.
        given, true: (n,) labels.

    Returns:
        `auc` and `average_precision` (None where no label, or every label, is wrong), `found_precision` and
        `found_recall` of the changed labels as wrong ones, `suggestions_right` (share of the new labels that are the
        true ones), and `labels`.
    """
    wrong, changed = given != true, new != given
    both = bool(wrong.any() and not wrong.all())
    return {
        "auc": area_under_curve(doubt, wrong) if both else None,
        "average_precision": average_precision(doubt, wrong) if both else None,
        "found_precision": float(wrong[changed].mean()) if changed.any() else None,
        "found_recall": float(changed[wrong].mean()) if wrong.any() else None,
        "suggestions_right": float((new == true)[changed].mean()) if changed.any() else None,
        "labels": quality(given, new, true),
    }


def quality_by_cleanlab(p: np.ndarray, given: np.ndarray) -> np.ndarray:
    """(n,) cleanlab's label quality by normalized margin, its best score here, of (n, C) probabilities.

    Raises:
        InputError: cleanlab is not installed.
    """
    need_cleanlab()
    from cleanlab.rank import get_label_quality_scores

    return np.asarray(get_label_quality_scores(given, p, method="normalized_margin"))


def labels_by_cleanlab(p: np.ndarray, given: np.ndarray) -> np.ndarray:
    """(n,) labels where every issue that cleanlab finds takes the most probable class.

    Raises:
        InputError: cleanlab is not installed.
    """
    need_cleanlab()
    from cleanlab.filter import find_label_issues

    return np.where(find_label_issues(given, p, n_jobs=1), p.argmax(axis=1), given)


def need_cleanlab() -> None:
    """Nothing, if cleanlab is installed.

    Raises:
        InputError: it is not.
    """
    try:
        import cleanlab  # noqa: F401
    except ImportError:
        do = "pip install 'ulcag[cleanlab]', or drop --cleanlab (`cleanlab: false`)"
        raise InputError("audit", expected="the package cleanlab", found="not installed", do=do) from None
