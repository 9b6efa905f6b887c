"""What a label is, judged by two witnesses over epochs. Not in the paper; `au-posterior` relabels by it.

Eq. 9 and 10 ask one witness, the network's own semantic feature, once, in one batch. Here the first witness is the
classifier: the running mean of its probabilities over epochs (temporal ensembling: Laine and Aila, ICLR 2017, the
paper's reference for its ramps). The second is what OpenFace measured: action units that no wrong label has touched.
With Eq. 8's templates in their space, t_j the mean of z over the samples labelled j, and S the covariance within
classes,

    D_j = (z - t_j)^T S^-1 (z - t_j) / 2        in place of Eq. 9
    q_j ~ p_j exp(-w D_j)
    y' = argmax_j q_j where it leads the given label by more than `lead`, else the given label

S whitens: units that always come together count once, as linear discriminant analysis does it. A label must be led
twice, by q and by q with every class equally frequent: q alone prefers frequent classes, and would move a rare one's
samples to them until the class is empty. The comparison is with the given label, as in Eq. 10: a label whose evidence
fades returns to it, and errors do not add up over epochs.
"""

import torch
from torch import Tensor

# Part of the covariance that is replaced by its diagonal: few samples of many units make it nearly singular.
_SHRINKAGE = 0.1


class RunningProbabilities:
    """Running mean of class probabilities for each of n samples.

    Args:
        n: training samples.
        classes: C.
        momentum: kept part of what was known before, for each new look.
        device: where it lives.
    """

    def __init__(self, n: int, classes: int, momentum: float, device: torch.device | str = "cpu") -> None:
        self.momentum = momentum
        self._sums = torch.zeros(n, classes, device=device)
        self._weights = torch.zeros(n, device=device)

    @torch.no_grad()
    def update(self, numbers: Tensor, probabilities: Tensor) -> None:
        """Take in one look at some samples: their numbers (N,) and probabilities (N, C)."""
        self._sums[numbers] = self.momentum * self._sums[numbers] + (1 - self.momentum) * probabilities
        self._weights[numbers] = self.momentum * self._weights[numbers] + (1 - self.momentum)

    @property
    def values(self) -> Tensor:
        """(n, C); zeros for a sample never seen."""
        return self._sums / self._weights.clamp(min=1e-12)[:, None]


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


def label_posterior(probabilities: Tensor, distances: Tensor, known: Tensor, weight: float) -> Tensor:
    """q: both witnesses together.

    Args:
        probabilities: (n, C) of the classifier; a row of zeros stays one.
        distances: (n, C) from `whitened_distances`.
        known: (n,) bool; where action units are not known the classifier speaks alone.
        weight: w, of the second witness.

    Returns:
        (n, C), rows summing to 1 where the classifier has spoken.
    """
    nearer = torch.exp(-weight * (distances - distances.min(dim=1, keepdim=True).values))
    q = probabilities * torch.where(known[:, None], nearer, torch.ones_like(nearer))
    return q / q.sum(dim=1, keepdim=True).clamp(min=1e-12)


def posterior_labels(posterior: Tensor, current: Tensor, given: Tensor, known: Tensor, *, lead: float) -> Tensor:
    """The most probable class, where it leads the given label clearly, also with all classes equally frequent.

    Args:
        posterior: (n, C), q.
        current: (n,) current labels; they say how frequent a class is.
        given: (n,) labels as they were given.
        known: (n,) bool; a sample whose action units could not be read keeps its given label.
        lead: by how much q of the new label must exceed that of the given one.

    Returns:
        (n,) labels.
    """
    frequency = torch.bincount(current, minlength=posterior.shape[1]) / len(current)
    best = posterior.argmax(dim=1)
    moves = known & (class_balanced_lead(posterior, best, given, frequency) > lead)
    return torch.where(moves, best, given)


def class_balanced_lead(posterior: Tensor, new: Tensor, given: Tensor, frequency: Tensor) -> Tensor:
    """By how much one label is more probable than another: the smaller lead of q, and of q with all classes equally
    frequent, or rare classes would lose their samples to frequent ones.

    Args:
        posterior: (n, C), q.
        new, given: (n,) labels to compare.
        frequency: (C,) parts of the samples that are of each class.

    Returns:
        (n,), negative where the given label is the more probable one.
    """
    balanced = posterior / frequency.clamp(min=1 / len(posterior))
    balanced = balanced / balanced.sum(dim=1, keepdim=True).clamp(min=1e-12)
    leads = [(q.gather(1, new[:, None]) - q.gather(1, given[:, None])).squeeze(1) for q in (posterior, balanced)]
    return torch.minimum(*leads)
