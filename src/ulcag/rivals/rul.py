"""RUL: Zhang, Wang and Deng, Relative Uncertainty Learning for Facial Expression Recognition, NeurIPS 2021.

Each sample i of a batch is mixed with another one j, and the more uncertain one counts more. To classify the mixture
as both, the network must call hard samples uncertain.

    u_i = mean of exp(log-variance of i)
    f   = (u_i f_i + u_j f_j) / (u_i + u_j)
    L   = 1/2 CE(W^T f, y_i) + 1/2 CE(W^T f, y_j)

Adapted: what is mixed are the backbone's features, and the network's own classifier judges them. The authors have 64
numbers in between (batch normalisation, dropout, linear, batch normalisation), but then the arm would start otherwise
than all others. The log-variance comes from such a layer of theirs, on the same features; theirs is on the map before
the average. Which samples are mixed, and what is dropped, is decided by seed and epoch, as everything random here.
Uncertainties are relative, so none is reported as a confidence.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.learning import Batch, Epoch, Method, Samples, Step
from ulcag.rivals.rul_settings import RulSettings

# Of the authors' batch normalisation.
_EPS = 2e-5


class Uncertainty(nn.Module):
    """Features (N, D) to u (N, 1), above 0."""

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.before = nn.BatchNorm1d(features, eps=_EPS, affine=False)
        self.linear = nn.Linear(features, width)
        self.after = nn.BatchNorm1d(width, eps=_EPS)

    def forward(self, f: Tensor, kept: Tensor) -> Tensor:
        """Features (N, D), and what they are multiplied with (N, D) in place of dropout."""
        log_variance = self.after(self.linear(self.before(f) * kept))
        return log_variance.exp().mean(dim=1, keepdim=True)


def mixed_features(f: Tensor, u: Tensor, partner: Tensor) -> Tensor:
    """Features (N, D), each mixed with those of its partner (N,), a place in the batch, by uncertainties (N, 1)."""
    return (u * f + u[partner] * f[partner]) / (u + u[partner])


def add_up_loss(logits: Tensor, labels: Tensor, partner: Tensor) -> Tensor:
    """Cross entropy of logits (N, C) of mixtures, half towards labels (N,) and half towards those of the partners."""
    return (F.cross_entropy(logits, labels) + F.cross_entropy(logits, labels[partner])) / 2


class Rul(Method):
    """The classifier of mixtures, and a head for uncertainty."""

    def __init__(self, settings: RulSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings
        self.seed = seed
        self.uncertainty = Uncertainty(features, settings.width)
        self.random = torch.Generator()

    def start_epoch(self, epoch: Epoch, samples: Samples) -> None:
        """Random numbers begin anew, for no checkpoint keeps where they are."""
        self.random.manual_seed(self.seed * 1_000_003 + epoch.number)

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """Mixtures, each of two samples of the batch."""
        dropout = self.settings.dropout
        # drawn on the CPU, so that they are the same on all devices
        partner = torch.randperm(len(f), generator=self.random).to(f.device)
        kept = (torch.rand(f.shape, generator=self.random) >= dropout).to(f.device, f.dtype) / (1 - dropout)
        u = self.uncertainty(f, kept)
        loss = add_up_loss(classifier(mixed_features(f, u, partner)), batch.labels, partner)
        return Step(loss=loss, classification=loss)
