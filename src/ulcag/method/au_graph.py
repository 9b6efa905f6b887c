"""The auxiliary branch: action units as the nodes of a graph.

Eq. 5:  A[p, q] = P(AU_p | AU_q) = OCC(p and q) / OCC(q)
Eq. 6:  X' = LeakyReLU(Abar X W), with the rows of Abar summing to one
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def cooccurrence(z: Tensor) -> Tensor:
    """Eq. 5. The condition is the column: column q tells what comes along when AU q is there.

    Args:
        z: (n, M) presences, 0 or 1, of the samples whose action units are known.

    Returns:
        (M, M) float64. The diagonal is 1; a unit that never occurs has a column of zeros elsewhere.
    """
    z = z.to(torch.float64)
    pairs = z.T @ z
    occurrences = pairs.diagonal()
    a = pairs / occurrences.clamp(min=1)
    return a.fill_diagonal_(1.0)


def random_edges(units: int, seed: int) -> Tensor:
    """Edges of Table II's comparison: fixed U(0, 1), not learned. (M, M) float64."""
    return torch.rand(units, units, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def normalise_rows(a: Tensor) -> Tensor:
    """Abar of Eq. 6: every row of A divided by its sum. (M, M) to (M, M)."""
    return a / a.sum(dim=1, keepdim=True)


class GraphLayer(nn.Module):
    """Eq. 6: one graph convolution."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels_in, channels_out))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x: Tensor, a_bar: Tensor) -> Tensor:
        """Nodes (N, M, in) and normalised edges (M, M) to nodes (N, M, out)."""
        return F.leaky_relu(a_bar @ x @ self.weight)


class UnitClassifiers(nn.Module):
    """One Linear(B, 1) for each of M action units: each judges its own node alone."""

    def __init__(self, units: int, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(units, channels))
        self.bias = nn.Parameter(torch.zeros(units))
        nn.init.kaiming_uniform_(self.weight, a=5**0.5)  # as nn.Linear does

    def forward(self, x: Tensor) -> Tensor:
        """Flattened nodes (N, M B) to scores (N, M)."""
        return (x.reshape(-1, *self.weight.shape) * self.weight).sum(2) + self.bias


class ActionUnitBranch(nn.Module):
    """Backbone features to action unit scores and to the semantic feature s.

    How the paper gets M node features from one backbone is not said: here a linear layer of M B outputs.

    Args:
        features: D.
        edges: (M, M) matrix A, not normalised.
        channels: B, features of a node and channels of both graph layers.
        semantic: what s is: `logit` the M scores before the sigmoid, `node_mean` the mean over a node's channels
            (M numbers), `flatten` all M B node features.
        joint_classifier: one Linear(M B, M) in place of one Linear(B, 1) a unit.
    """

    def __init__(
        self,
        features: int,
        edges: Tensor,
        *,
        channels: int = 64,
        semantic: str = "logit",
        joint_classifier: bool = False,
    ) -> None:
        super().__init__()
        if semantic not in ("logit", "node_mean", "flatten"):
            raise ValueError(f"semantic must be logit, node_mean or flatten, got {semantic!r}")
        units = edges.shape[0]
        self.semantic = semantic
        self.channels = channels
        self.semantic_width = units * channels if semantic == "flatten" else units
        self.a_bar: Tensor
        self.register_buffer("a_bar", normalise_rows(edges).to(torch.float32))
        self.nodes = nn.Linear(features, units * channels)
        self.layer1 = GraphLayer(channels, channels)
        self.layer2 = GraphLayer(channels, channels)
        self.classifier = nn.Linear(units * channels, units) if joint_classifier else UnitClassifiers(units, channels)

    def forward(self, f: Tensor) -> tuple[Tensor, Tensor]:
        """Features (N, D) to the semantic feature s (N, `semantic_width`) and the scores (N, M)."""
        x = self.nodes(f).unflatten(1, (-1, self.channels))
        x = self.layer1(x, self.a_bar)
        x = self.layer2(x, self.a_bar)
        logits = self.classifier(x.flatten(1))
        if self.semantic == "logit":
            return logits, logits
        return (x.mean(2) if self.semantic == "node_mean" else x.flatten(1)), logits
