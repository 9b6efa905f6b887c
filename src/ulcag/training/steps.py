"""One training step of each arm: from a batch's features to what is minimised and what the labels become."""

from dataclasses import dataclass, fields
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ulcag.classes import CLASSES
from ulcag.config import ArmKind, MethodSettings
from ulcag.method import (
    RunningMean,
    Templates,
    action_unit_loss,
    class_weights,
    cosine_distances,
    high_confidence_group,
    nearest_template_labels,
    rank_regularisation,
    scn_cross_entropy,
    scn_labels,
    total_loss,
    weighted_cross_entropy,
)
from ulcag.training.network import Network


@dataclass(frozen=True)
class Batch:
    """N training samples without their images: numbers, current and given labels, pseudo action units."""

    numbers: Tensor
    labels: Tensor
    given: Tensor
    z: Tensor
    known: Tensor


@dataclass(frozen=True)
class EpochPlan:
    """What is the same for all batches of an epoch: lambda1, lambda2, whether L_au counts and labels may change.

    `gamma`: (C,) class weights over the whole training set, or None to weigh by batch.
    """

    weight_1: float
    weight_2: float
    action_units: bool
    relabel: bool
    gamma: Tensor | None


@dataclass(frozen=True)
class Step:
    """What a step gives. Parts that an arm does not have are None.

    `new_labels` with their scores (distances, or SCN's probabilities) come from rules that judge a batch;
    `probabilities` are evidence for the rule that judges at the end of the epoch.
    """

    loss: Tensor
    classification: Tensor
    rank: Tensor | None = None
    action_units: Tensor | None = None
    alpha: Tensor | None = None
    high: Tensor | None = None
    new_labels: Tensor | None = None
    score_old: Tensor | None = None
    score_new: Tensor | None = None
    probabilities: Tensor | None = None

    def detached(self) -> "Step":
        """The same numbers without the graph that they came from."""
        parts: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        plain: dict[str, Any] = {name: None if part is None else part.detach() for name, part in parts.items()}
        return Step(**plain)


def baseline_step(network: Network, f: Tensor, batch: Batch) -> Step:
    """Plain cross entropy."""
    loss = F.cross_entropy(network.classifier(f), batch.labels)
    return Step(loss, loss)


def scn_step(network: Network, f: Tensor, batch: Batch, method: MethodSettings, plan: EpochPlan) -> Step:
    """SCN: weighted cross entropy, rank regularisation, relabelling by the classifier."""
    assert network.confidence is not None
    logits = network.classifier(f)
    alpha = network.confidence(f)
    high = high_confidence_group(alpha.detach(), method.scn.high_fraction, batch.numbers)
    classification = scn_cross_entropy(logits, batch.labels, alpha)
    rank = rank_regularisation(alpha, high, method.scn.margin)
    alpha_now = alpha.detach()
    if not plan.relabel:
        return Step(classification + rank, classification, rank, alpha=alpha_now, high=high)
    doubted = ~high if method.scn.relabel_group == "low" else torch.ones_like(high)
    labels, p_label, p_max = scn_labels(
        logits.detach(), batch.labels, alpha_now, doubted, margin=method.scn.relabel_margin
    )
    return Step(classification + rank, classification, rank, None, alpha_now, high, labels, p_label, p_max)


def ulcag_step(
    network: Network,
    f: Tensor,
    batch: Batch,
    kind: ArmKind,
    method: MethodSettings,
    plan: EpochPlan,
    templates: Templates | None,
    mean: RunningMean,
) -> Step:
    """ULC-AG, or one of its branches alone, in the order of the paper's Section II. Updates `templates` and `mean`."""
    assert network.confidence is not None
    logits = network.classifier(f)
    theta = network.theta if network.theta is not None else method.confidence.margin

    # B. weighted regularisation
    gamma = plan.gamma if plan.gamma is not None else class_weights(batch.labels, len(CLASSES))
    if kind == "auxiliary":
        # alpha is computed and not applied; it is learnt aside, or the two groups would be random
        classification = F.cross_entropy(logits, batch.labels)
        alpha = network.confidence(f.detach())
        high = high_confidence_group(alpha.detach(), method.confidence.high_fraction, batch.numbers)
        aside = weighted_cross_entropy(logits.detach(), batch.labels, alpha, gamma)
        aside = aside + rank_regularisation(alpha, high, theta)
        learn = method.confidence.auxiliary_only == "side"
        rank = aside if learn else torch.zeros_like(aside)
    else:
        alpha = network.confidence(f)  # Eq. 1
        high = high_confidence_group(alpha.detach(), method.confidence.high_fraction, batch.numbers)
        classification = weighted_cross_entropy(logits, batch.labels, alpha, gamma)  # Eq. 2, 3
        rank = rank_regularisation(alpha, high, theta)  # Eq. 4
    alpha_now = alpha.detach()
    zero = torch.zeros_like(rank)
    if network.action_units is None:
        loss = total_loss(classification, rank, zero, plan.weight_1, plan.weight_2)
        return Step(loss, classification, rank, alpha=alpha_now, high=high)

    # C. auxiliary action unit graph
    s, au_logits = network.action_units(f)  # Eq. 6
    weight = None if kind == "auxiliary" else alpha_now if method.action_units.detach_confidence else alpha
    loss_au = action_unit_loss(
        au_logits, batch.z, batch.known, weight, reduction=method.action_units.reduction
    )  # Eq. 7
    loss = total_loss(classification, rank, loss_au if plan.action_units else zero, plan.weight_1, plan.weight_2)

    # D. relabelling with semantic preserving
    if templates is None:  # judged at the end of the epoch, by the posterior
        probabilities = torch.softmax(logits.detach(), dim=1)
        return Step(loss, classification, rank, loss_au, alpha_now, high, probabilities=probabilities)
    s = s.detach()
    if method.action_units.center_semantic:
        mean.update(s, batch.known)
        s = mean.centred(s)
    templates.update(s, batch.labels, alpha_now, high & batch.known)  # Eq. 8
    distances = cosine_distances(s, templates.values, templates.known)  # Eq. 9
    if not plan.relabel:
        return Step(loss, classification, rank, loss_au, alpha_now, high)
    reference = batch.given if method.relabelling.reference == "original" else batch.labels
    labels = nearest_template_labels(
        distances, batch.labels, reference, ~high & batch.known, margin=method.relabelling.margin
    )  # Eq. 10
    d_reference = distances.gather(1, reference[:, None]).squeeze(1)
    d_new = distances.gather(1, labels[:, None]).squeeze(1)
    return Step(loss, classification, rank, loss_au, alpha_now, high, labels, d_reference, d_new)
