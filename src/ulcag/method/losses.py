"""The losses.

Eq. 3:   L_wce = -1/N sum_i log softmax(alpha_i gamma_{y_i} W^T f_i)[y_i]
Eq. 4:   L_rr = max(0, theta - (Avg_h - Avg_l))
Eq. 7:   L_au = -sum_m alpha (z_m log p_m + (1 - z_m) log(1 - p_m))
Eq. 11:  L = lambda1 / 2 (L_wce + L_rr) + lambda2 L_au
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def weighted_cross_entropy(logits: Tensor, labels: Tensor, alpha: Tensor, gamma: Tensor) -> Tensor:
    """Eq. 3. One scalar multiplies a sample's whole logit vector, so its argmax does not change.

    Args:
        logits: (N, C), W^T f.
        labels: (N,) current labels.
        alpha: (N,) confidences.
        gamma: (C,) class weights, Eq. 2.

    Returns:
        Scalar.
    """
    weight = alpha * gamma[labels]
    return F.cross_entropy(weight[:, None] * logits, labels)


def rank_regularisation(alpha: Tensor, high: Tensor, theta: Tensor | float) -> Tensor:
    """Eq. 4: the high-confidence group's mean must lead the low group's by theta.

    Args:
        alpha: (N,) confidences.
        high: (N,) bool, the high-confidence group.
        theta: margin.

    Returns:
        Scalar; 0 where one of the groups is empty, which a very small batch can bring about.
    """
    h = high.to(alpha.dtype)
    # Sums over masks instead of indexing: no copy to the host, whatever the device.
    n_high, n_low = h.sum(), (1 - h).sum()
    mean_high = (alpha * h).sum() / n_high.clamp(min=1)
    mean_low = (alpha * (1 - h)).sum() / n_low.clamp(min=1)
    loss = torch.clamp(theta - (mean_high - mean_low), min=0)
    return loss * ((n_high > 0) & (n_low > 0))


def action_unit_loss(
    logits: Tensor, z: Tensor, known: Tensor, alpha: Tensor | None = None, *, reduction: str = "sum"
) -> Tensor:
    """Eq. 7, averaged over the batch.

    Args:
        logits: (N, M) scores before the sigmoid.
        z: (N, M) pseudo labels, 0 or 1.
        known: (N,) bool; a sample whose action units could not be read contributes nothing.
        alpha: (N,) confidences; None weighs every sample by 1.
        reduction: over the M action units, `sum` as in the paper, or `mean`.

    Returns:
        Scalar: the sum over known samples, divided by N.

    Raises:
        ValueError: `reduction` is something else.
    """
    if reduction not in ("sum", "mean"):
        raise ValueError(f"reduction must be sum or mean, got {reduction!r}")
    per_unit = F.binary_cross_entropy_with_logits(logits, z, reduction="none")
    per_sample = per_unit.sum(1) if reduction == "sum" else per_unit.mean(1)
    weight = known.to(logits.dtype)
    if alpha is not None:
        weight = weight * alpha
    return (weight * per_sample).mean()


def total_loss(classification: Tensor, rank: Tensor, action_units: Tensor, weight_1: float, weight_2: float) -> Tensor:
    """Eq. 11, with the weights of Eq. 12 and 13."""
    return weight_1 / 2 * (classification + rank) + weight_2 * action_units
