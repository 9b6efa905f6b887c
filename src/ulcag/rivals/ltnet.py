"""LTNet, of the framework IPA2LT: Zeng, Shan and Chen, Facial Expression Recognition with Inconsistently Annotated
Datasets, ECCV 2018.

Every sample has labels by several annotators, people or networks. The classifier predicts the latent truth, and each
annotator a has a matrix T_a, learnt with it, of what a calls each class:

    L = -sum_a w_a 1/N sum_i log sum_t p_it T_a[t, y_ia]

As in the authors' code, matrices start as the identity, and are made probabilities before each step: entries below
1e-5 are raised to it (in theirs, only negative ones), and rows divided by their sums.

Adapted: matrices learn at `training.auxiliary_learning_rate`. The authors have one rate for all, and up to 300,000
steps; at the classifier's rate, in the few hundred steps of a run here, no entry could move further than 0.05.

The authors join data sets and let a network trained on each label the other. Here there is one data set, so the
annotators are the given label, and the most probable class by logistic regressions on first features, out of fold
(out_of_fold.py). The network starts as all arms do, not from one that was trained on all labels before. Both annotators
count alike, as in the paper's equation; in the authors' file for faces people have 3, networks 0.5 and 0.1. Their code
takes a softmax of what annotators say, which is probabilities already; here the equation is followed.
"""

import torch
from torch import Tensor, nn

from ulcag.classes import CLASSES
from ulcag.learning import Batch, FirstLook, Method, Samples, Step
from ulcag.rivals.forward import observed_cross_entropy
from ulcag.rivals.ltnet_settings import LtnetSettings
from ulcag.rivals.out_of_fold import out_of_fold_probabilities

_LEAST = 1e-5


class Annotator:
    """`labels` (n,): what an annotator beside the given labels says."""

    def __init__(self, labels: Tensor) -> None:
        self.labels = labels


class Ltnet(Method):
    """The classifier of the latent truth, and what two annotators make of it."""

    def __init__(self, settings: LtnetSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings
        self.seed = seed
        self.of_given = nn.Parameter(torch.eye(len(CLASSES)))
        self.of_predicted = nn.Parameter(torch.eye(len(CLASSES)))

    def start(self, samples: Samples, look: FirstLook | None = None) -> None:
        """The second annotator labels all samples."""
        assert look is not None
        p = out_of_fold_probabilities(look, samples.given, self.seed)
        self.memory = {"predicted": Annotator(p.argmax(dim=1))}

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """Cross entropy of the labels of both."""
        for matrix in (self.of_given, self.of_predicted):
            make_probabilities(matrix)
        logits, predicted = classifier(f), self.memory["predicted"].labels[batch.numbers]
        classification = observed_cross_entropy(logits, batch.labels, self.of_given)
        other = observed_cross_entropy(logits, predicted, self.of_predicted)
        return Step(loss=classification + self.settings.prediction_weight * other, classification=classification)

    def auxiliary_parameters(self) -> list[nn.Parameter]:
        """Both matrices."""
        return [self.of_given, self.of_predicted]


@torch.no_grad()
def make_probabilities(matrix: Tensor) -> None:
    """Make rows of a matrix (C, C) sum to 1, without an entry below 1e-5, in place."""
    matrix.clamp_(min=_LEAST)
    matrix.div_(matrix.sum(dim=1, keepdim=True))
