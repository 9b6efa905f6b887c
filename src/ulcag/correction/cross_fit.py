"""What is said of each sample by those who were not fitted to it, and what they find. Not in the paper.

A logistic regression on features is fitted for each fold, to the samples of all other folds. First it learns the given
labels; all of them are judged (judge.py), and it learns the most probable classes instead, each sample as much as that
is certain; and so on, for REFITS times. So it learns, bit by bit, what a class looks like, and not who was labelled so.

The first fits know nothing of a sample's own label. Later ones may, a little and by a detour: it has a part in what is
found of samples in other folds.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ulcag.correction.evidence import held_out_distances, views_of
from ulcag.correction.judge import Judgement, judge, weigh
from ulcag.softmax_regression import chosen_penalty, fit_softmax

# Chosen with ROUNDS of judge.py. More of them empty the rarest classes.
REFITS = 4


@dataclass(frozen=True)
class Opinions:
    """What was found of n samples.

    Attributes:
        p: (n, C) out-of-fold probabilities, of the last fit.
        distances: (n, C) of measured action units to the templates of other folds; as `held_out_distances` has them.
        judgement: of the labels.
    """

    p: np.ndarray
    distances: np.ndarray
    judgement: Judgement


def cross_fitted_opinions(
    f: Tensor, points: np.ndarray, known: np.ndarray, given: Tensor, folds: np.ndarray, classes: int, seed: int
) -> Opinions:
    """Judge the labels of all samples by regressions, each of which was fitted to other samples.

    Args:
        f: (n, D) features.
        points: (n, M) measured action units.
        known: (n,) bool, whether `points` may be used.
        given: (n,) labels.
        folds: (n,) which fold each sample is in.
        classes: C.
        seed: decides which samples the penalty is chosen by.
    """
    labels = given.cpu().numpy()
    distances = held_out_distances(points, labels, known, folds, classes)
    regressions = CrossFitted(f, folds, classes, chosen_penalty(f, given, classes, seed))
    p = regressions.fit(given)
    for _ in range(REFITS):
        posterior = torch.from_numpy(weigh(views_of(p, distances), labels)[0]).to(f.device, f.dtype)
        certainty, found = posterior.max(dim=1)
        p = regressions.fit(found, certainty)
    return Opinions(p, distances, judge(p, distances, labels))


class CrossFitted:
    """A logistic regression for each fold. Each fit starts from the weights of the one before.

    Args:
        f: (n, D) features.
        folds: (n,) which fold each sample is in.
        classes: C.
        penalty: of squared weights.
    """

    def __init__(self, f: Tensor, folds: np.ndarray, classes: int, penalty: float) -> None:
        self.f, self.classes, self.penalty = f, classes, penalty
        self.folds = [torch.from_numpy(folds == fold).to(f.device) for fold in np.unique(folds)]
        self.weights = torch.zeros(len(self.folds), classes, f.shape[1], device=f.device, dtype=f.dtype)

    def fit(self, labels: Tensor, counts: Tensor | None = None) -> np.ndarray:
        """Class probabilities of each sample by the regression that was fitted to the samples of all other folds.

        Args:
            labels: (n,).
            counts: (n,) how much each sample counts; None: all alike.

        Returns:
            (n, C) float64; all classes alike where there is one fold alone.
        """
        p = torch.full((len(self.f), self.classes), 1 / self.classes, device=self.f.device, dtype=torch.float64)
        for here, weights in zip(self.folds, self.weights, strict=True):
            if here.all():
                break
            others = None if counts is None else counts[~here]
            fit_softmax(self.f[~here], labels[~here], weights, self.penalty, others)
            p[here] = torch.softmax((self.f[here] @ weights.T).double(), dim=1)
        return p.cpu().numpy()
