"""The training loop: who reads `train_epoch` from top to bottom has read the algorithm."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

import pandas as pd
import torch
from torch import Tensor, nn

from ulcag.classes import CLASSES
from ulcag.config import TrainSettings
from ulcag.method import (
    RunningMean,
    RunningProbabilities,
    Templates,
    class_weights,
    label_posterior,
    lambda1,
    lambda2,
    posterior_labels,
    whitened_distances,
    whitened_templates,
)
from ulcag.training.network import Network
from ulcag.training.processes import Processes
from ulcag.training.schedule import learning_rate_factor, relabelling_start
from ulcag.training.steps import Batch, EpochPlan, Step, baseline_step, scn_step, ulcag_step


@dataclass
class Learner:
    """All that changes while a run trains.

    Labels live here, as tensors indexed by sample number, and not in the data set, of which loader processes
    hold copies. `given` is never written. An arm with an auxiliary branch has either `templates` (Eq. 8, judged
    batch by batch) or `opinion`, the classifier's over epochs (judged by the posterior when an epoch ends).
    """

    settings: TrainSettings
    network: Network
    optimiser: torch.optim.Optimizer
    given: Tensor
    z: Tensor
    known: Tensor
    dtype: torch.dtype
    labels: Tensor = field(init=False)
    templates: Templates | None = field(init=False)
    mean: RunningMean = field(default_factory=RunningMean)
    opinion: RunningProbabilities | None = field(init=False)
    processes: Processes = field(default_factory=Processes)
    # The network's, as the processes share it; no part of the network, whose state has the same names in either case.
    backbone: nn.Module = field(init=False)
    scaler: torch.amp.GradScaler = field(init=False)

    def __post_init__(self) -> None:
        self.scaler = torch.amp.GradScaler(self.given.device.type, enabled=self.dtype == torch.float16)
        self.backbone = self.processes.backbone(self.network.backbone, self.given.device)
        if self.settings.training.compile:
            torch._dynamo.config.suppress_errors = True
            self.backbone = cast(nn.Module, torch.compile(self.backbone))
        self.labels = self.given.clone()
        self.templates = self.opinion = None
        if self.network.action_units is None:
            return
        how, of, device = self.settings.method.relabelling, self.settings.method.templates, self.given.device
        if how.evidence == "posterior":
            self.opinion = RunningProbabilities(len(self.given), len(CLASSES), how.momentum, device)
            return
        width = self.network.action_units.semantic_width
        self.templates = Templates(len(CLASSES), width, update=of.update, momentum=of.momentum, device=device)

    def distances_to_templates(self) -> tuple[Tensor, Tensor]:
        """How far the measured action units (n, C), and the templates themselves (C, C), are from the templates."""
        points, templates, known = whitened_templates(self.z, self.labels, self.known, len(CLASSES))
        return whitened_distances(points, templates, known), whitened_distances(templates, templates, known)


def plan_epoch(learner: Learner, epoch: int) -> EpochPlan:
    """Eq. 12, 13 and the two starting epochs. Epochs count from 0."""
    settings, method = learner.settings, learner.settings.method
    weight_1 = weight_2 = 1.0
    if method.ramp.kind == "paper":
        beta = settings.training.epoch(method.ramp.beta)
        weight_1, weight_2 = lambda1(epoch, beta), lambda2(epoch, beta)
    gamma = None
    if method.confidence.gamma_scope == "dataset":
        gamma = class_weights(learner.labels, len(CLASSES))
    elif method.confidence.gamma_scope == "none":
        gamma = torch.ones(len(CLASSES), device=learner.labels.device)
    start = relabelling_start(settings)
    return EpochPlan(
        weight_1=weight_1,
        weight_2=weight_2,
        action_units=epoch >= round(settings.training.epoch(method.action_units.start_epoch)),
        relabel=start is not None and epoch >= start,
        gamma=gamma,
    )


def train_epoch(
    learner: Learner, batches: Iterable[tuple[Tensor, Tensor]], epoch: int
) -> tuple[dict[str, float | None], pd.DataFrame]:
    """Train for one epoch and correct labels.

    Args:
        learner: what is trained; changed in place.
        batches: images (N, 3, H, W) uint8 and sample numbers (N,).
        epoch: from 0.

    Returns:
        A row of the history table, and rows of the relabels table with `number` in place of `sample_id`.
    """
    settings, network = learner.settings, learner.network
    factor = learning_rate_factor(settings, epoch)
    for group in learner.optimiser.param_groups:
        group["lr"] = group["initial_lr"] * factor
    plan = plan_epoch(learner, epoch)
    next_labels = learner.labels.clone()
    done: list[tuple[Batch, Step]] = []

    network.train()
    heads = network.heads()
    for images, numbers in batches:
        images = images.to(learner.labels.device, non_blocking=True)
        numbers = numbers.to(learner.labels.device, non_blocking=True)
        f = network.features(images, dtype=learner.dtype, through=learner.backbone)
        # From here on every process works on the whole batch.
        f, numbers = learner.processes.gather(f, numbers)
        labels = learner.labels[numbers]
        batch = Batch(numbers, labels, learner.given[numbers], learner.z[numbers], learner.known[numbers])

        if settings.kind == "baseline":
            step = baseline_step(network, f, batch)
        elif settings.kind == "scn":
            step = scn_step(network, f, batch, settings.method, plan)
        else:
            step = ulcag_step(network, f, batch, settings.kind, settings.method, plan, learner.templates, learner.mean)
        learner.optimiser.zero_grad(set_to_none=True)
        # The scaler does nothing but in fp16, whose gradients would vanish.
        learner.scaler.scale(step.loss).backward()  # type: ignore[no-untyped-call]
        learner.processes.agree(heads)
        learner.scaler.step(learner.optimiser)
        learner.scaler.update()

        if step.new_labels is not None:
            next_labels[numbers] = step.new_labels
            if settings.method.relabelling.takes_effect == "at_once" and settings.kind != "scn":
                learner.labels[numbers] = step.new_labels
        # Everything stays on the device until the epoch ends: no step waits for the host.
        done.append((batch, step.detached()))

    if learner.templates is not None:
        learner.templates.end_epoch()
    changes = _changes(done, epoch)
    if learner.opinion is not None:
        next_labels, changes = _judge_epoch(learner, learner.opinion, done, plan, epoch)
    learner.labels = learner.processes.as_the_first(next_labels)
    rates = {"learning_rate": float(learner.optimiser.param_groups[0]["lr"])}
    weights: dict[str, float | None] = {"lambda1": plan.weight_1, "lambda2": plan.weight_2}
    return {"epoch": epoch, **rates, **weights, **_summary(learner, done), "relabelled": len(changes)}, changes


def _judge_epoch(
    learner: Learner, opinion: RunningProbabilities, done: list[tuple[Batch, Step]], plan: EpochPlan, epoch: int
) -> tuple[Tensor, pd.DataFrame]:
    """Hear the classifier once more and, once labels may change, judge every sample by the posterior."""
    alpha = torch.zeros(len(learner.given), device=learner.given.device)
    for batch, step in done:
        assert step.probabilities is not None
        assert step.alpha is not None
        opinion.update(batch.numbers, step.probabilities)
        alpha[batch.numbers] = step.alpha
    if not plan.relabel:
        return learner.labels, _changes([], epoch)
    how = learner.settings.method.relabelling
    posterior = label_posterior(opinion.values, learner.distances_to_templates()[0], learner.known, how.weight)
    labels = posterior_labels(posterior, learner.labels, learner.given, learner.known, lead=how.lead)
    numbers = torch.arange(len(labels), device=labels.device)
    everyone = Batch(numbers, learner.labels, learner.given, learner.z, learner.known)
    old, new = (posterior.gather(1, y[:, None]).squeeze(1) for y in (learner.labels, labels))
    judged = Step(alpha.sum(), alpha.sum(), alpha=alpha, new_labels=labels, score_old=old, score_new=new)
    return labels, _changes([(everyone, judged)], epoch)


def _summary(learner: Learner, done: list[tuple[Batch, Step]]) -> dict[str, float | None]:
    def mean(name: str) -> float | None:
        values = [getattr(step, name) for _, step in done]
        return None if values[0] is None else torch.stack(values).mean().item()

    row = {
        "loss": mean("loss"),
        "loss_classification": mean("classification"),
        "loss_rank": mean("rank"),
        "loss_action_units": mean("action_units"),
        "theta": None if learner.network.theta is None else learner.network.theta.item(),
    }
    confidences = [(step.alpha, step.high) for _, step in done if step.alpha is not None and step.high is not None]
    if not confidences:
        return row | dict.fromkeys(("alpha_mean", "alpha_min", "alpha_max", "alpha_high", "alpha_low"))
    alpha = torch.cat([a for a, _ in confidences])
    return row | {
        "alpha_mean": alpha.mean().item(),
        "alpha_min": alpha.min().item(),
        "alpha_max": alpha.max().item(),
        "alpha_high": torch.stack([a[high].mean() for a, high in confidences]).mean().item(),
        "alpha_low": torch.stack([a[~high].mean() for a, high in confidences]).mean().item(),
    }


def _changes(done: list[tuple[Batch, Step]], epoch: int) -> pd.DataFrame:
    """Rows of the append-only log of label changes, in the order of the samples."""
    columns: dict[str, list[Tensor]] = {
        name: [] for name in ("number", "old_label", "new_label", "alpha", "score_old", "score_new")
    }
    for batch, step in done:
        if step.new_labels is None:
            continue
        changed = step.new_labels != batch.labels
        parts = (batch.numbers, batch.labels, step.new_labels, step.alpha, step.score_old, step.score_new)
        for name, part in zip(columns, parts, strict=True):
            assert part is not None
            columns[name].append(part[changed].cpu())
    frame = pd.DataFrame({name: torch.cat(parts).numpy() if parts else [] for name, parts in columns.items()})
    frame.insert(0, "epoch", epoch)
    return frame.sort_values("number", ignore_index=True)
