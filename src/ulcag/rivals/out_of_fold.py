"""What regressions say of samples that they were not fitted to, for rivals that ask a first network."""

import torch
from torch import Tensor

from ulcag.classes import CLASSES
from ulcag.correction.cross_fit import CrossFitted
from ulcag.learning import FirstLook
from ulcag.softmax_regression import chosen_penalty


def out_of_fold_probabilities(look: FirstLook, given: Tensor, seed: int) -> Tensor:
    """Class probabilities (n, C) float64, by logistic regressions on first features, each fitted to the other folds.

    Args:
        look: features and folds of n samples.
        given: (n,) labels that are learnt.
        seed: decides what the penalty is chosen by.
    """
    classes = len(CLASSES)
    penalty = chosen_penalty(look.f, given, classes, seed)
    regressions = CrossFitted(look.f, look.folds.cpu().numpy(), classes, penalty)
    return torch.from_numpy(regressions.fit(given)).to(given.device)
