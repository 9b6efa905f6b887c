"""Evidence about a label that is gathered over epochs, and a rule that asks for agreement. Not in the paper.

What Eq. 10 does with one batch's templates and one look at a sample, this does with a running mean over epochs
(temporal ensembling: Laine and Aila, ICLR 2017, the paper's reference for its ramps), and it moves a label only where
classifier and template name the same class, both by a lead. The comparison is with the given label, as in Eq. 10,
and a label whose evidence fades returns to it: errors do not add up from epoch to epoch.
"""

import torch
from torch import Tensor


class Evidence:
    """Running means of class probabilities and template distances for each of n samples.

    Args:
        n: training samples.
        classes: C.
        momentum: kept part of what was known before, for each new look.
        device: where it lives.
    """

    def __init__(self, n: int, classes: int, momentum: float, device: torch.device | str = "cpu") -> None:
        self.momentum = momentum
        self._sums = torch.zeros(n, 2, classes, device=device)
        self._weights = torch.zeros(n, device=device)

    @torch.no_grad()
    def update(self, numbers: Tensor, probabilities: Tensor, distances: Tensor) -> None:
        """Take in one look at some samples.

        Args:
            numbers: (N,) which samples.
            probabilities: (N, C) of the classifier.
            distances: (N, C), Eq. 9; infinite ones count as 2, the greatest a cosine distance can be.
        """
        look = torch.stack([probabilities, distances.clamp(max=2)], dim=1)
        self._sums[numbers] = self.momentum * self._sums[numbers] + (1 - self.momentum) * look
        self._weights[numbers] = self.momentum * self._weights[numbers] + (1 - self.momentum)

    @property
    def probabilities(self) -> Tensor:
        """(n, C); zeros for a sample never seen."""
        return self._sums[:, 0] / self._weights.clamp(min=1e-12)[:, None]

    @property
    def distances(self) -> Tensor:
        """(n, C); zeros for a sample never seen."""
        return self._sums[:, 1] / self._weights.clamp(min=1e-12)[:, None]


def agreed_labels(
    probabilities: Tensor, distances: Tensor, given: Tensor, known: Tensor, *, lead: float, margin: float
) -> Tensor:
    """The class that classifier and nearest template agree on, if both prefer it clearly to the given one.

    Args:
        probabilities: (n, C).
        distances: (n, C), Eq. 9.
        given: (n,) labels as they were given.
        known: (n,) bool; a sample whose action units could not be read keeps its given label.
        lead: by how much its probability must exceed that of the given label.
        margin: by how much its template must be nearer than that of the given label.

    Returns:
        (n,) labels.
    """
    p_best, best = probabilities.max(dim=1)
    d_best, nearest = distances.min(dim=1)
    p_given = probabilities.gather(1, given[:, None]).squeeze(1)
    d_given = distances.gather(1, given[:, None]).squeeze(1)
    moves = known & (best == nearest) & (p_best - p_given > lead) & (d_given - d_best > margin)
    return torch.where(moves, best, given)
