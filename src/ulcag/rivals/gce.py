"""Generalised cross entropy: Zhang and Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural Networks with
Noisy Labels, NeurIPS 2018.

    L = 1/N sum_i (1 - p_i[y_i]^q) / q

Nothing had to be adapted. This is their L_q; the truncated form, which leaves samples out by a second loop, is not
here.
"""

import torch
from torch import Tensor, nn

from ulcag.learning import Batch, Method, Step
from ulcag.rivals.gce_settings import GceSettings


def generalised_cross_entropy(logits: Tensor, labels: Tensor, q: float) -> Tensor:
    """L_q of logits (N, C) and labels (N,). Scalar."""
    log_p = torch.log_softmax(logits, dim=1).gather(1, labels[:, None])
    # p^q by its logarithm: the gradient of a power has no value at p = 0
    return (-torch.expm1(q * log_p) / q).mean()


class Gce(Method):
    """The classifier alone, with a loss that doubts labels it cannot fit."""

    def __init__(self, settings: GceSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """L_q."""
        loss = generalised_cross_entropy(classifier(f), batch.labels, self.settings.q)
        return Step(loss=loss, classification=loss)
