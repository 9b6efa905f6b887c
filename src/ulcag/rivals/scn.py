"""SCN: Wang et al., Suppressing Uncertainties for Large-Scale Facial Expression Recognition, CVPR 2020.

    alpha_i = sigmoid(v^T f_i)                     confidence
    L       = CE(alpha_i W^T f_i, y_i) + max(0, margin - (mean alpha of the high group - mean alpha of the low one))
    y_i     becomes argmax_c p_ic where p_ic leads p_i[y_i] by more than 0.2, for samples of the low group

The high group are the 70 % of a batch with the greatest alpha; p is of the weighted logits. As in the authors' code, a
new label takes effect in the next epoch. ULC-AG took confidence, groups and rank regularisation from it (its Eq. 1 and
4).
"""

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.learning import Batch, Epoch, Method, NewLabels, Samples, Step
from ulcag.method.confidence import Confidence
from ulcag.method.losses import rank_regularisation
from ulcag.method.relabelling import high_confidence_group
from ulcag.rivals.scn_settings import ScnSettings


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


class Scn(Method):
    """Weighted cross entropy, rank regularisation, relabelling by the classifier."""

    def __init__(self, settings: ScnSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings
        self.confidence = Confidence(features)
        self.relabel = False

    def start_epoch(self, epoch: Epoch, samples: Samples) -> None:
        """Whether labels may change yet."""
        self.relabel = epoch.relabel

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """The three in the order of the paper."""
        settings = self.settings
        logits = classifier(f)
        alpha = self.confidence(f)
        high = high_confidence_group(alpha.detach(), settings.high_fraction, batch.numbers)
        classification = scn_cross_entropy(logits, batch.labels, alpha)
        rank = rank_regularisation(alpha, high, settings.margin)
        step = Step(
            loss=classification + rank, classification=classification, rank=rank, alpha=alpha.detach(), high=high
        )
        if not self.relabel:
            return step
        doubted = ~high if settings.relabel_group == "low" else torch.ones_like(high)
        labels, p_label, p_max = scn_labels(
            logits.detach(), batch.labels, alpha.detach(), doubted, margin=settings.relabel_margin
        )
        return replace(step, new_labels=NewLabels(labels=labels, score_old=p_label, score_new=p_max))

    def alpha(self, f: Tensor) -> Tensor | None:
        """The confidence that weighs a sample."""
        return self.confidence(f)
