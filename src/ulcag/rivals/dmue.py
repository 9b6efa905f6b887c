"""DMUE: She, Hu, Shi, Wang, Shen and Mei, Dive into Ambiguity: Latent Distribution Mining and Pairwise Uncertainty
Estimation for Facial Expression Recognition, CVPR 2021.

Beside the target branch, which is used in the end, each class k has an auxiliary one: a copy of the backbone's last
stage, and a classifier that learns to tell the other classes apart, from their samples alone. So what branch y says of
a sample labelled y is what the sample may be if not y, and the target branch learns that, too. How much a sample counts
is estimated from the samples of the batch that it looks like.

    q_i = softmax(logits_i of branch y_i / T), with 0 at y_i, taken as constant
    L_d = mean square of p_i, with 0 at y_i, less q_i
    L_s = mean over k of the mean square of G_k - G, of samples not labelled k: products of their logits in branch k,
          and of their features in the target branch, rows divided by their length
    s_i = sigmoid(linear(PReLU(linear(r_i, one-hot y_i)))), r_i: mean cosines to the samples of each class, as 0..1
    L   = up (CE(s_i W^T f_i) + w L_d + gamma L_s) + down (mean over k of the CE of branch k)

    up = exp(-5 (1 - e/a)^2) until epoch a, then 1;  down = 1 until a, then exp(-(1 - a/e)^2)

That G_k is of logits and G of features, and that the gradient flows into both, is as in the authors' code.

Adapted: all classifiers get the backbone's features as all arms have them, without the dropout and the batch
normalisation that the authors have in between. None of these features is negative, while theirs are centred. So rows of
G and of G_k are more alike here, and L_s is far smaller at the same gamma.

The authors draw all classes equally often, and skip a batch with fewer than two samples of a class. Here batches are
those of all arms, and where a class is rare nearly all would be skipped. A branch without samples is left out of means
over k. A class that is not in the batch has 0 in r_i, and the others are scaled among themselves.

A branch sees the whole batch at once, so statistics of batch normalisation are the batch's. In the authors' code it
sees the samples of its class apart. Their optimiser is not given the layers of s_i, which stay as they were drawn. Here
they learn. As s_i depends on the batch, it is no confidence of a single face; only the history of a run has its mean
and range.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.classes import CLASSES
from ulcag.learning import Batch, Epoch, Method, Samples, Step
from ulcag.method.ramps import lambda1, lambda2
from ulcag.rivals.dmue_settings import DmueSettings

# Only where all classes of a batch are equally near is the range of cosines smaller.
_LEAST_RANGE = 1e-6
# Of the auxiliary classifiers' first weights, as in the authors' code.
_STD = 0.001


def of_others(labels: Tensor, classes: int) -> Tensor:
    """(C, N) bool, whether sample i is labelled otherwise than k."""
    return torch.arange(classes, device=labels.device)[:, None] != labels


def mean_over_branches(values: Tensor, counted: Tensor) -> Tensor:
    """Mean over k of the means of values (C, ...) where counted (C, ...) bool. Scalar; a k with none is left out."""
    number = counted.flatten(1).sum(dim=1)
    means = (values * counted).flatten(1).sum(dim=1) / number.clamp(min=1)
    return means.sum() / (number > 0).sum()


def auxiliary_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of each branch on the samples of the other classes, its mean over branches. Scalar.

    Args:
        logits: (C, N, C - 1), of branch k for the classes but k.
        labels: (N,).
    """
    others = of_others(labels, len(logits))
    after_own = labels > torch.arange(len(logits), device=labels.device)[:, None]
    places = torch.where(others, labels - after_own.long(), 0)
    losses = F.cross_entropy(logits.flatten(0, 1), places.flatten(), reduction="none")
    return mean_over_branches(losses.view_as(places), others)


def latent_distributions(logits: Tensor, labels: Tensor, temperature: float) -> Tensor:
    """What the branch of a sample's label says of it: q (N, C), 0 at the label, from logits (C, N, C - 1)."""
    own = logits.detach()[labels, torch.arange(len(labels), device=labels.device)]
    # the authors' p^(1/T), divided by its sum
    q = torch.softmax(own / temperature, dim=1)
    places = torch.arange(q.shape[1], device=labels.device).expand_as(q)
    return q.new_zeros(len(q), len(logits)).scatter(1, places + (places >= labels[:, None]).long(), q)


def distribution_loss(logits: Tensor, labels: Tensor, q: Tensor) -> Tensor:
    """Mean square of the probabilities of logits (N, C) without the label's, less q (N, C). Scalar."""
    return F.mse_loss(torch.softmax(logits, dim=1).scatter(1, labels[:, None], 0.0), q)


def similarity_loss(logits: Tensor, f: Tensor, labels: Tensor) -> Tensor:
    """How far similarities in the target branch are from those in each auxiliary one. Scalar.

    Args:
        logits: (C, N, C - 1) of the auxiliary branches.
        f: (N, D) features of the target branch.
        labels: (N,); a branch compares samples of the other classes.
    """
    others = of_others(labels, len(logits))
    pairs = others[:, :, None] & others[:, None, :]
    of_branches = F.normalize(logits @ logits.mT * pairs, dim=2)
    of_target = F.normalize(f @ f.T * pairs, dim=2)
    return mean_over_branches((of_branches - of_target).square(), pairs)


def relations(f: Tensor, labels: Tensor, classes: int) -> Tensor:
    """What the score is estimated from, (N, 2 C): r, and the labels as one-hot vectors.

    r[i, c] is the mean cosine of features (N, D) of sample i to those of class c in the batch, i itself among them;
    the least of a row becomes 0 and the greatest 1. It is 0 for a class that is not in the batch.
    """
    directions, one_hot = F.normalize(f, dim=1), F.one_hot(labels, classes).to(f.dtype)
    number = one_hot.sum(dim=0)
    absent = number == 0
    cosines = directions @ directions.T @ one_hot / number.clamp(min=1)
    least = cosines.masked_fill(absent, math.inf).amin(dim=1, keepdim=True)
    greatest = cosines.masked_fill(absent, -math.inf).amax(dim=1, keepdim=True)
    r = (cosines - least) / (greatest - least).clamp(min=_LEAST_RANGE)
    return torch.cat([r.masked_fill(absent, 0.0), one_hot], dim=1)


class Dmue(Method):
    """The target's classifier, one for each auxiliary branch, and two layers for the score."""

    def __init__(self, settings: DmueSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings
        classes = len(CLASSES)
        heads = [nn.Linear(features, classes - 1, bias=False) for _ in CLASSES]
        for head in heads:
            nn.init.normal_(head.weight, std=_STD)
        self.auxiliary = nn.ModuleList(heads)
        self.score = nn.Sequential(nn.Linear(2 * classes, classes), nn.PReLU(), nn.Linear(classes, 1), nn.Sigmoid())
        self.up, self.down = 0.0, 1.0

    def start_epoch(self, epoch: Epoch, samples: Samples) -> None:
        """The weights of the target branch and of the auxiliary ones."""
        end = epoch.stretch(self.settings.ramp_epoch)
        # our paper has these ramps from this one, without the 5
        self.up, self.down = lambda1(epoch.number, end) ** 5, lambda2(epoch.number, end)

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """All four losses, of features (8 N, D), the target branch's first."""
        settings, labels = self.settings, batch.labels
        target, *stages = f.chunk(settings.last_stages)
        logits = classifier(target)
        of_branches = torch.stack([head(g) for head, g in zip(self.auxiliary, stages, strict=True)])
        score = self.score(relations(target, labels, len(CLASSES)))

        classification = F.cross_entropy(score * logits, labels)
        q = latent_distributions(of_branches, labels, settings.temperature)
        distribution = distribution_loss(logits, labels, q)
        similarity = similarity_loss(of_branches, target, labels)
        of_target = (
            classification + settings.distribution_weight * distribution + settings.similarity_weight * similarity
        )
        loss = self.up * of_target + self.down * auxiliary_cross_entropy(of_branches, labels)
        return Step(loss=loss, classification=classification, alpha=score.detach().squeeze(1))

    def auxiliary_parameters(self) -> list[nn.Parameter]:
        """The auxiliary classifiers, of what the authors train at their second, higher rate; all arms share the other
        classifier."""
        return list(self.auxiliary.parameters())
