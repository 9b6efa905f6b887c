"""What is said of each sample by those who have not seen its label: logistic regressions on features, fold by fold."""

import torch
from torch import Tensor

from ulcag.softmax_regression import chosen_penalty, fit_softmax


def cross_fitted(f: Tensor, labels: Tensor, folds: Tensor, classes: int, seed: int) -> Tensor:
    """Class probabilities of each sample by a classifier that was fitted to the samples of all other folds.

    Args:
        f: (n, D) features.
        labels: (n,) labels.
        folds: (n,) which fold each sample is in.
        classes: C.
        seed: decides which samples the penalty is chosen by.

    Returns:
        (n, C); all classes alike where there is one fold alone.
    """
    p = torch.full((len(f), classes), 1 / classes, device=f.device)
    penalty = chosen_penalty(f, labels, classes, seed)
    for fold in sorted(set(folds.tolist())):
        here = folds == fold
        if here.all():
            break
        weights = torch.zeros(classes, f.shape[1], device=f.device)
        fit_softmax(f[~here], labels[~here], weights, penalty)
        p[here] = torch.softmax(f[here] @ weights.T, dim=1)
    return p
