"""LDL-ALSG: Chen, Wang, Chen, Shi, Geng and Rui, Label Distribution Learning on Auxiliary Label Space Graphs for
Facial Expression Recognition, CVPR 2020.

A face should have a distribution of expressions like that of its neighbours in the space of auxiliary labels:

    a_ij = exp(-d_ij^2 / mean d^2) of the k nearest j, divided by their sum;  d: distance of measured action units
    L    = CE + lambda/N sum_i sum_j a_ij |p_i - p_j|^2

This is the idea of the paper and no copy of its experiment: no code of the authors was found. The square as a measure
of likeness, k, lambda and the width of the kernel are our choice.

Adapted: action units are the only auxiliary labels; the authors have landmarks, too. A batch hardly ever holds a
sample's neighbours, and all arms have the same batches. So p_j is what was said of j when it was last in a batch, and
at first its given label. A sample whose action units are unknown has no neighbours, and is nobody's.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.classes import CLASSES
from ulcag.learning import Batch, FirstLook, Method, Samples, Step
from ulcag.rivals.ldl_alsg_settings import LdlAlsgSettings

# Rows of the matrix of distances that are there at a time.
_ROWS = 1024


class Graph:
    """Who is near whom, and what was last said of them.

    Attributes:
        neighbours: (n, k) sample numbers.
        weights: (n, k) a_ij; zeros in the rows of samples that have no neighbours.
        p: (n, C) probabilities.
    """

    def __init__(self, neighbours: Tensor, weights: Tensor, p: Tensor) -> None:
        self.neighbours, self.weights, self.p = neighbours, weights, p


def nearest(points: Tensor, known: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The nearest other samples.

    Args:
        points: (n, P) where samples are.
        known: (n,) bool, of whom that is known.
        k: how many; fewer where there are not so many.

    Returns:
        (n, k) numbers, and (n, k) float32 weights, as `Graph` has them.
    """
    n, everyone = len(points), torch.nonzero(known).squeeze(1)
    k = min(k, max(len(everyone) - 1, 0))
    neighbours = torch.zeros(n, k, dtype=torch.int64, device=points.device)
    weights = torch.zeros(n, k, device=points.device)
    if k == 0:
        return neighbours, weights
    near = []
    for rows in torch.split(everyone, _ROWS):
        squares = torch.cdist(points[rows], points[everyone]).square()
        squares[rows[:, None] == everyone] = torch.inf
        near.append(squares.topk(k, largest=False))
    # less the nearest one's, which leaves the weights as they are: one who is far from all would have weights 0 / 0
    squares = torch.cat([found.values for found in near])
    kernel = torch.exp((squares[:, :1] - squares) / squares.mean().clamp(min=1e-12))
    neighbours[everyone] = everyone[torch.cat([found.indices for found in near])]
    weights[everyone] = (kernel / kernel.sum(dim=1, keepdim=True)).float()
    return neighbours, weights


def unlikeness(p: Tensor, others: Tensor, weights: Tensor) -> Tensor:
    """Mean over samples of the squared distances of probabilities to those of neighbours, weighted (a_ij).

    Args:
        p: (N, C).
        others: (N, k, C), of the neighbours.
        weights: (N, k) a_ij.

    Returns:
        Scalar.
    """
    return (weights * (p[:, None] - others).square().sum(dim=2)).sum(dim=1).mean()


class LdlAlsg(Method):
    """Cross entropy, and likeness to what was said of those whose action units are alike."""

    def __init__(self, settings: LdlAlsgSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings

    def start(self, samples: Samples, look: FirstLook | None = None) -> None:
        """Neighbours are found once."""
        assert look is not None
        neighbours, weights = nearest(look.points, samples.known, self.settings.neighbours)
        self.memory = {"graph": Graph(neighbours, weights, F.one_hot(samples.given, len(CLASSES)).float())}

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """Neighbours as they were before this batch."""
        graph: Graph = self.memory["graph"]
        logits = classifier(f)
        p, numbers = torch.softmax(logits, dim=1), batch.numbers
        classification = F.cross_entropy(logits, batch.labels)
        likeness = unlikeness(p, graph.p[graph.neighbours[numbers]], graph.weights[numbers])
        graph.p[numbers] = p.detach()
        return Step(loss=classification + self.settings.weight * likeness, classification=classification)
