"""Forward loss correction: Patrini, Rozza, Menon, Nock and Qu, Making Deep Neural Networks Robust to Label Noise: a
Loss Correction Approach, CVPR 2017.

    T[j] = p(x_j),  x_j the anchor of class j: of those below the 97th percentile of p_j the one where it is greatest
    L    = -1/N sum_i log sum_t p_it T[t, y_i]

Adapted: the p that T is read from comes of logistic regressions on the backbone's first features, out of fold
(out_of_fold.py), in place of a first network that is trained as long as the second. So all arms train alike. T stays as
it is after.
"""

import numpy as np
import torch
from torch import Tensor, nn

from ulcag.learning import Batch, FirstLook, Method, Samples, Step
from ulcag.rivals.forward_settings import ForwardSettings
from ulcag.rivals.out_of_fold import out_of_fold_probabilities


def anchor_matrix(p: np.ndarray, percentile: float) -> np.ndarray:
    """T (C, C) of probabilities (n, C): of each class what is said of its anchor. Rows sum to 1 as those of p do."""
    anchors = []
    for column in p.T:
        outlier = column >= np.percentile(column, percentile, method="higher")
        anchors.append(int(np.where(outlier, -1, column).argmax()))
    return p[anchors]


def observed_cross_entropy(logits: Tensor, labels: Tensor, confusion: Tensor) -> Tensor:
    """Cross entropy of labels (N,) that were drawn from true classes by a matrix.

    Args:
        logits: (N, C) of the true classes.
        labels: (N,).
        confusion: (C, C), true class to label; rows sum to 1.

    Returns:
        Scalar.
    """
    log_p = torch.log_softmax(logits, dim=1) + confusion.log()[:, labels].T
    return -torch.logsumexp(log_p, dim=1).mean()


class Confusion:
    """`matrix` (C, C): true class to given label."""

    def __init__(self, matrix: Tensor) -> None:
        self.matrix = matrix


class Forward(Method):
    """The classifier alone, of true classes; labels are what T makes of them."""

    def __init__(self, settings: ForwardSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings
        self.seed = seed

    def start(self, samples: Samples, look: FirstLook | None = None) -> None:
        """T is read off the anchors."""
        assert look is not None
        p = out_of_fold_probabilities(look, samples.given, self.seed).cpu().numpy()
        matrix = torch.from_numpy(anchor_matrix(p, self.settings.percentile)).float().to(samples.given.device)
        self.memory = {"confusion": Confusion(matrix)}

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """Cross entropy after T."""
        loss = observed_cross_entropy(classifier(f), batch.labels, self.memory["confusion"].matrix)
        return Step(loss=loss, classification=loss)
