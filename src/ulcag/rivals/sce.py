"""Symmetric cross entropy: Wang, Ma, Chen, Luo, Yi and Bailey, Symmetric Cross Entropy for Robust Learning with Noisy
Labels, ICCV 2019.

    CE  = -1/N sum_i log p_i[y_i]
    RCE = -1/N sum_i sum_c p_ic log [c = y_i],  with A for log 0:  -A/N sum_i (1 - p_i[y_i])
    L   = alpha CE + beta RCE

Nothing had to be adapted: it changes the loss alone.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.learning import Batch, Method, Step
from ulcag.rivals.sce_settings import SceSettings


def reverse_cross_entropy(logits: Tensor, labels: Tensor, log_zero: float) -> Tensor:
    """RCE of logits (N, C) and labels (N,). Scalar."""
    p = torch.softmax(logits, dim=1).gather(1, labels[:, None])
    return -log_zero * (1 - p).mean()


class Sce(Method):
    """The classifier alone, with cross entropy in both directions."""

    def __init__(self, settings: SceSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """Both, weighted."""
        settings, logits = self.settings, classifier(f)
        classification = F.cross_entropy(logits, batch.labels)
        reverse = reverse_cross_entropy(logits, batch.labels, settings.log_zero)
        loss = settings.forward_weight * classification + settings.reverse_weight * reverse
        return Step(loss=loss, classification=classification)
