"""What several tests of figures make, and read off figures."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ulcag.training.tables import DISTANCES


def texts(figure: Figure) -> list[str]:
    found = [text.get_text() for axes in figure.axes for text in axes.texts]
    return found + [axes.get_title() for axes in figure.axes]


def legend(figure: Figure) -> list[str]:
    return [label for axes in figure.axes for label in axes.get_legend_handles_labels()[1]]


def run_metrics(arm: str, seed: int, labels: bool = True) -> dict[str, object]:
    epochs = [{"epoch": e, "accuracy": 0.1 * e + 0.01 * seed, "mean_class_accuracy": 0.1 * e} for e in range(3)]
    agreement = [{"epoch": e, "agreement": 0.7, "macro_agreement": 0.6} for e in range(3)]
    return {
        "run": {"dataset": "d", "noise": "n", "arm": arm, "seed": seed, "fold": "all"},
        "replaced": 0.3,
        "held_out": {"by_epoch": epochs, "last": epochs[-1] | {"macro_f1": 0.5}},
        "labels": {"before": {"agreement": 0.7}, "after": agreement[-1], "by_epoch": agreement} if labels else None,
    }


def state_of(alpha: list[float], labels: list[int]) -> pd.DataFrame:
    """Both moments of samples s0, s1, ..., each as far from its label's template as 0.1 and from the others as 0.9."""
    rows = pd.DataFrame({"sample_id": [f"s{i}" for i in range(len(alpha))], "alpha": alpha, "label": labels})
    rows[DISTANCES] = 0.9 - 0.8 * np.eye(7)[labels]
    return pd.concat([rows.assign(moment="start"), rows.assign(moment="end")], ignore_index=True)
