"""Templates of classes in the space of measured action units: Eq. 8 and 9 where no wrong label has been. Not in the
paper.

t_j is the mean of z over the samples labelled j, and S the covariance within classes:

    D_j = (z - t_j)^T S^-1 (z - t_j) / 2        in place of Eq. 9

S whitens: units that always come together count once, as linear discriminant analysis does it.
"""

import torch
from torch import Tensor

# Part of the covariance that is replaced by its diagonal: few samples of many units make it nearly singular.
_SHRINKAGE = 0.1


def whitened_templates(z: Tensor, labels: Tensor, use: Tensor, classes: int) -> tuple[Tensor, Tensor, Tensor]:
    """Samples and templates in the space where the covariance within classes is the identity.

    Args:
        z: (n, M) measured action units.
        labels: (n,) current labels.
        use: (n,) bool: samples that make the templates; their action units are known.
        classes: C.

    Returns:
        (n, M) samples and (C, M) templates, whitened, float64; and (C,) bool, which classes have one.
    """
    z = z.to(torch.float64)
    member = torch.nn.functional.one_hot(labels, classes).to(z.dtype) * use[:, None]
    counts = member.sum(0)
    templates = member.T @ z / counts.clamp(min=1)[:, None]
    within = (z - templates[labels]) * use[:, None]
    covariance = within.T @ within / counts.sum().clamp(min=1)
    # The small number is for units that never occur.
    own = torch.diag(_SHRINKAGE * covariance.diagonal() + 1e-6)
    whiten = torch.linalg.cholesky(torch.linalg.inv((1 - _SHRINKAGE) * covariance + own))
    return z @ whiten, templates @ whiten, counts > 0


def whitened_distances(points: Tensor, templates: Tensor, known: Tensor) -> Tensor:
    """D: half the squared distance of each point to each template.

    Args:
        points: (n, M), whitened.
        templates: (C, M), whitened.
        known: (C,) bool; a class without template is infinitely far.

    Returns:
        (n, C) float32.
    """
    distances = torch.cdist(points, templates, compute_mode="donot_use_mm_for_euclid_dist").square() / 2
    return distances.masked_fill(~known, torch.inf).to(torch.float32)
