"""Confidence of a sample and weight of a class.

Eq. 1:  alpha_i = sigmoid(W_a^T f_i)
Eq. 2:  gamma_j = 1 - N_j / N
"""

import torch
from torch import Tensor, nn


class Confidence(nn.Module):
    """Eq. 1. The paper writes no bias; SCN, where the layer comes from, has one."""

    def __init__(self, features: int, *, bias: bool = True) -> None:
        super().__init__()
        self.linear = nn.Linear(features, 1, bias=bias)

    def forward(self, f: Tensor) -> Tensor:
        """Features (N, D) to confidences (N,), each in 0..1."""
        return torch.sigmoid(self.linear(f)).squeeze(1)


def class_weights(labels: Tensor, classes: int) -> Tensor:
    """Eq. 2: a class weighs the more, the fewer of the samples are of it.

    A batch of a single class would get weight 0 for it and with that no gradient at all: its weight is 1 instead.

    Args:
        labels: (N,) current labels; of the batch, or of the whole training set.
        classes: C.

    Returns:
        (C,) weights in 0..1; 1 for a class that has no sample.
    """
    counts = torch.bincount(labels, minlength=classes).to(torch.float32)
    gamma = 1 - counts / labels.numel()
    return torch.where(counts == labels.numel(), torch.ones_like(gamma), gamma)
