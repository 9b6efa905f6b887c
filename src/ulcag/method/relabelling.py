"""Who is doubted, and what the label becomes.

Eq. 9:   SP_j = 1 - t_j . s / (|t_j| |s|)
Eq. 10:  y' = j if SP_org - min_j SP_j > 0, else y
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def high_confidence_group(alpha: Tensor, fraction: float, order: Tensor) -> Tensor:
    """The top K = int(fraction N) of a batch by confidence.

    Args:
        alpha: (N,) confidences.
        fraction: phi.
        order: (N,) sample numbers; they break ties, so that the place in the batch does not.

    Returns:
        (N,) bool.
    """
    by_number = torch.argsort(order)
    by_alpha = by_number[torch.argsort(alpha[by_number], descending=True, stable=True)]
    # 1e-9: 0.7 * 10 is 6.999... in binary, and K must be 7
    k = int(fraction * alpha.numel() + 1e-9)
    high = torch.zeros_like(alpha, dtype=torch.bool)
    high[by_alpha[:k]] = True
    return high


def cosine_distances(s: Tensor, templates: Tensor, known: Tensor) -> Tensor:
    """Eq. 9.

    Args:
        s: (N, S) semantic features.
        templates: (C, S).
        known: (C,) bool; a class without template is infinitely far.

    Returns:
        (N, C), 0 (same direction) to 2 (opposite).
    """
    distances = 1 - F.normalize(s, dim=1) @ F.normalize(templates, dim=1).T
    return distances.masked_fill(~known, torch.inf)


def nearest_template_labels(
    distances: Tensor, labels: Tensor, reference: Tensor, doubted: Tensor, *, margin: float = 0.0
) -> Tensor:
    """Eq. 10: a doubted sample takes the class of the nearest template, if that is strictly nearer.

    Args:
        distances: (N, C), Eq. 9.
        labels: (N,) current labels.
        reference: (N,) the class compared with: the originally given one (Eq. 10), or the current one.
        doubted: (N,) bool: in the low-confidence group, and its action units are known.
        margin: by how much nearer it must be; 0 in the paper.

    Returns:
        (N,) labels. A sample whose reference class has no template keeps its label.
    """
    nearest_distance, nearest = distances.min(dim=1)
    reference_distance = distances.gather(1, reference[:, None]).squeeze(1)
    gain = reference_distance - nearest_distance
    moves = doubted & torch.isfinite(reference_distance) & (gain > margin)
    return torch.where(moves, nearest, labels)
