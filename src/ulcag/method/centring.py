"""Running mean of the semantic features.

Rare action units give all logits one common negative part, so that all cosines are near 1; without the mean
Eq. 9 compares what differs between samples.
"""

import torch
from torch import Tensor


class RunningMean:
    """Exponential mean over batches; starts at the first batch's own mean."""

    def __init__(self, momentum: float = 0.9) -> None:
        self.momentum = momentum
        self.value: Tensor | None = None

    @torch.no_grad()
    def update(self, s: Tensor, known: Tensor) -> None:
        """Take in a batch: s (N, S), of which the `known` (N,) bool count."""
        weight = known.to(s.dtype)
        mean = (weight[:, None] * s).sum(0) / weight.sum().clamp(min=1)
        self.value = mean if self.value is None else self.momentum * self.value + (1 - self.momentum) * mean

    def centred(self, s: Tensor) -> Tensor:
        """s (N, S) less the mean; s itself before the first batch."""
        return s if self.value is None else s - self.value
