"""`ulcag.find_label_errors` beside cleanlab, on the same out-of-fold probabilities of somebody's model.

    python benchmarks/label_errors.py                                     # handwritten digits of scikit-learn
    python benchmarks/label_errors.py --dataset ferplus --results R       # faces of a finished run, and their labels

Digits: 1,797 pictures, 10 classes, judged by a logistic regression on pixels, 5 folds; labels are changed at random, or
by class: 40 % of each even digit are called the next odd one. Faces: the regression on a face network's frozen features
that `second-opinion` begins with, without its refits. Mean and standard deviation over seeds, which draw the wrong
labels and the folds. cleanlab's label qualities are three: its best is taken, by the truth.
"""

import argparse
from collections.abc import Iterator

import numpy as np
import pandas as pd
from labelled_faces import add_options, given_labels, read_faces
from second_opinion import Seed, most_probable
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import ulcag
from ulcag.audit.score import labels_by_cleanlab
from ulcag.correction.label_errors import RELABEL
from ulcag.evaluation.metrics import average_precision

# What cleanlab can rank by, without and with thresholds for each class where it has them.
METHODS = (
    ("self_confidence", False),
    ("self_confidence", True),
    ("normalized_margin", False),
    ("normalized_margin", True),
)
NOISES = {
    "no label": (0.0, False),
    "10 % at random": (0.1, False),
    "30 % at random": (0.3, False),
    "by class": (0.4, True),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.set_defaults(dataset=None)
    for action in parser._actions:
        action.required = False
    options = parser.parse_args()
    rows = list(digits(options.seeds) if options.dataset is None else faces(options))
    table = pd.DataFrame(rows).groupby(["labels changed", "way"], sort=False).agg(["mean", "std"])
    columns = list(table.columns.get_level_values(0).unique())
    print("| " + " | ".join(["labels changed", "way", *columns]) + " |\n|" + "---|" * (len(columns) + 2))
    for (changed, way), row in table.iterrows():
        cells = [f"{row[(c, 'mean')]:.{d}f} ± {row[(c, 'std')]:.{d}f}" for c, d in zip(columns, (3, 1, 1), strict=True)]
        print(f"| {changed} | {way} | " + " | ".join(cells).replace("nan ± nan", "–") + " |")


def digits(seeds: list[int]) -> Iterator[dict[str, object]]:
    x, true = load_digits(return_X_y=True)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=500))
    for changed, (rate, by_class) in NOISES.items():
        for seed in seeds:
            random = np.random.default_rng(seed)
            wrong = random.random(len(true)) < rate
            if by_class:
                given = np.where(wrong & (true % 2 == 0), true + 1, true)
            else:
                given = np.where(wrong, (true + random.integers(1, 10, len(true))) % 10, true)
            folds = StratifiedKFold(5, shuffle=True, random_state=seed)
            p = cross_val_predict(model, x, given, cv=folds, method="predict_proba")
            everybody = np.ones(len(true), dtype=bool)
            for way, (doubt, new) in ways(p, given, true, everybody).items():
                yield scored(changed, way, doubt, new, given, true, everybody)


def faces(options: argparse.Namespace) -> Iterator[dict[str, object]]:
    found = read_faces(options)
    for seed in options.seeds:
        given = given_labels(options, found, seed)
        of_seed = Seed(found, given, seed)
        p = next(of_seed.fits(of_seed.nothing, most_probable))
        true = np.nan_to_num(found.true).astype(np.int64)
        both = ways(p, given, true, found.chosen)
        units = np.where(found.known[:, None], found.points, np.nan)
        both["ulcag, with action units"] = by_ulcag(given, p, units, found.folds)
        for way, (doubt, new) in both.items():
            yield scored(f"{options.dataset}, noise {options.noise}", way, doubt, new, given, true, found.chosen)


def ways(
    p: np.ndarray, given: np.ndarray, true: np.ndarray, judged: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """How much each way doubts a label, and the labels that it makes; the truth chooses among cleanlab's ways."""
    from cleanlab.rank import get_label_quality_scores

    wrong = given != true
    tried = [-get_label_quality_scores(given, p, method=m, adjust_pred_probs=a) for m, a in METHODS]
    best = max(tried, key=lambda doubt: average_precision(doubt[judged], wrong[judged]) if wrong[judged].any() else 0.0)
    return {
        "model: 1 - p of the label; its class": (1 - p[np.arange(len(given)), given], p.argmax(axis=1)),
        "cleanlab: best of its qualities; its issues": (best, labels_by_cleanlab(p, given)),
        "**ulcag**": by_ulcag(given, p),
    }


def by_ulcag(given: np.ndarray, *evidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = ulcag.find_label_errors(given, *evidence)
    return 1 - found["quality"].to_numpy(), found["suggested"].where(
        found["decision"] == RELABEL, found["given"]
    ).to_numpy()


def scored(
    changed: str,
    way: str,
    doubt: np.ndarray,
    new: np.ndarray,
    given: np.ndarray,
    true: np.ndarray,
    judged: np.ndarray,
) -> dict[str, object]:
    wrong = (given != true)[judged]
    return {
        "labels changed": changed,
        "way": way,
        "average precision": average_precision(doubt[judged], wrong) if wrong.any() else np.nan,
        "labels right before, %": 100 * (1 - wrong.mean()),
        "after, %": 100 * (new == true)[judged].mean(),
    }


if __name__ == "__main__":
    main()
