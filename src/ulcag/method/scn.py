"""The baseline SCN: Wang et al., Suppressing Uncertainties for Large-Scale Facial Expression Recognition, CVPR 2020.

Its rank regularisation is Eq. 4 (`losses.rank_regularisation`) with ratio 0.7.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def scn_cross_entropy(logits: Tensor, labels: Tensor, alpha: Tensor) -> Tensor:
    """Cross entropy of logits (N, C) that are multiplied by the confidence (N,). Scalar."""
    return F.cross_entropy(alpha[:, None] * logits, labels)


def scn_labels(
    logits: Tensor, labels: Tensor, alpha: Tensor, doubted: Tensor, *, margin: float = 0.2
) -> tuple[Tensor, Tensor, Tensor]:
    """A doubted sample takes the most probable class, if that leads the current one by more than `margin`.

    Probabilities are those of the weighted logits, as in SCN's code.

    Args:
        logits: (N, C).
        labels: (N,) current labels.
        alpha: (N,) confidences.
        doubted: (N,) bool; the low-confidence group.
        margin: lead in probability.

    Returns:
        (N,) labels, (N,) probability of the current label, (N,) the greatest probability.
    """
    p = torch.softmax(alpha[:, None] * logits, dim=1)
    p_max, best = p.max(dim=1)
    p_label = p.gather(1, labels[:, None]).squeeze(1)
    moves = doubted & (p_max - p_label > margin)
    return torch.where(moves, best, labels), p_label, p_max
