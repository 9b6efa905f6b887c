"""The training loop: an epoch of any method. What a method does with a batch, its own `step` says."""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any, cast

import pandas as pd
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from ulcag.backbones import backbone_named
from ulcag.config import TrainSettings
from ulcag.learning import Batch, Epoch, FirstLook, NewLabels, Samples, Step
from ulcag.training.network import Network
from ulcag.training.processes import Processes
from ulcag.training.schedule import learning_rate_factor, relabelling_start


@dataclass
class Learner:
    """All that changes while a run trains."""

    settings: TrainSettings
    network: Network
    optimiser: torch.optim.Optimizer
    samples: Samples
    dtype: torch.dtype
    processes: Processes = field(default_factory=Processes)
    look: InitVar[FirstLook | None] = None
    # The network's, as the processes share it; no part of the network, whose state has the same names in either case.
    backbone: nn.Module = field(init=False)
    scaler: torch.amp.GradScaler = field(init=False)

    def __post_init__(self, look: FirstLook | None) -> None:
        device = self.samples.labels.device
        self.scaler = torch.amp.GradScaler(device.type, enabled=self.dtype == torch.float16)
        backbone = self.network.backbone
        if self.settings.settings.needs_maps:
            backbone = backbone_named(self.settings.training.backbone).maps(backbone)
        self.backbone = self.processes.backbone(backbone, device)
        if self.settings.training.compile:
            torch._dynamo.config.suppress_errors = True
            self.backbone = cast(nn.Module, torch.compile(self.backbone))
        self.network.method.start(self.samples, look)


def train_epoch(
    learner: Learner, batches: DataLoader | Sequence[tuple[Tensor, Tensor]], number: int
) -> tuple[dict[str, float | None], pd.DataFrame]:
    """Train for one epoch and correct labels.

    Args:
        learner: what is trained; changed in place.
        batches: images (N, 3, H, W) uint8 and sample numbers (N,).
        number: of the epoch, from 0.

    Returns:
        A row of the history table, and rows of the relabels table with `number` in place of `sample_id`.
    """
    settings, network, samples = learner.settings, learner.network, learner.samples
    method, device = network.method, samples.labels.device
    start = relabelling_start(settings)
    method.start_epoch(Epoch(number, settings.training.epoch, start is not None and number >= start), samples)
    next_labels = samples.labels.clone()
    done: list[tuple[Batch, Step]] = []

    network.train()
    heads = network.heads()
    for place, (images, numbers) in enumerate(batches):
        # In the middle of the step, so that neither the first nor the last has rate 0.
        factor = learning_rate_factor(settings, number, (place + 0.5) / len(batches))
        for group in learner.optimiser.param_groups:
            group["lr"] = group["initial_lr"] * factor
        images = images.to(device, non_blocking=True)
        numbers = numbers.to(device, non_blocking=True)
        pictures = method.pictures(images, numbers)
        f = network.features(pictures, dtype=learner.dtype, through=learner.backbone)
        # From here on every process works on the whole batch.
        f, numbers = learner.processes.gather(f, numbers)
        batch = samples.batch(numbers)

        step = method.step(network.classifier, f, batch)
        learner.optimiser.zero_grad(set_to_none=True)
        # The scaler does nothing but in fp16, whose gradients would vanish.
        learner.scaler.scale(step.loss).backward()  # type: ignore[no-untyped-call]
        learner.processes.agree(heads)
        learner.scaler.step(learner.optimiser)
        learner.scaler.update()

        if step.new_labels is not None:
            next_labels[numbers] = step.new_labels.labels
            if method.takes_effect_at_once:
                samples.labels[numbers] = step.new_labels.labels
        # Everything stays on the device until the epoch ends: no step waits for the host.
        done.append((batch, step.detached()))

    changes = [_changed(batch, step.new_labels, step.alpha) for batch, step in done if step.new_labels is not None]
    judged = method.end_epoch(samples)
    if judged is not None:
        next_labels = judged.labels
        everyone = samples.batch(torch.arange(len(next_labels), device=device))
        changes = [_changed(everyone, judged, judged.alpha)]
    samples.labels = learner.processes.as_the_first(next_labels)
    log = log_of_changes(changes, number)
    rate = settings.training.learning_rate * learning_rate_factor(settings, number)
    row = {"epoch": number, "learning_rate": rate, **_summary([step for _, step in done]), **method.history()}
    return row | {"relabelled": len(log)}, log


def _summary(steps: list[Step]) -> dict[str, float | None]:
    """The history's columns of losses and confidences."""

    def mean(name: str) -> float | None:
        values = [getattr(step, name) for step in steps]
        return None if values[0] is None else torch.stack(values).mean().item()

    row = {
        "loss": mean("loss"),
        "loss_classification": mean("classification"),
        "loss_rank": mean("rank"),
        "loss_action_units": mean("action_units"),
    }
    alphas = [step.alpha for step in steps if step.alpha is not None]
    if alphas:
        alpha = torch.cat(alphas)
        row |= {"alpha_mean": alpha.mean().item(), "alpha_min": alpha.min().item(), "alpha_max": alpha.max().item()}
    groups = [(step.alpha, step.high) for step in steps if step.alpha is not None and step.high is not None]
    if groups:
        row["alpha_high"] = torch.stack([a[high].mean() for a, high in groups]).mean().item()
        row["alpha_low"] = torch.stack([a[~high].mean() for a, high in groups]).mean().item()
    return row


def _changed(batch: Batch, new: NewLabels, alpha: Tensor | None) -> dict[str, Tensor]:
    """Those of a batch whose label changed, as columns of the log."""
    changed = new.labels != batch.labels
    columns = {
        "number": batch.numbers,
        "old_label": batch.labels,
        "new_label": new.labels,
        "alpha": torch.full_like(new.score_new, torch.nan) if alpha is None else alpha,
        "score_old": new.score_old,
        "score_new": new.score_new,
    }
    return {name: column[changed].cpu() for name, column in columns.items()}


def log_of_changes(changes: list[dict[str, Tensor]], epoch: int) -> pd.DataFrame:
    """Rows of the append-only log of label changes, in the order of the samples.

    Args:
        changes: from `_changed`, batch by batch.
        epoch: in which they happened.
    """
    names = ("number", "old_label", "new_label", "alpha", "score_old", "score_new")
    columns: dict[str, Any] = {
        name: torch.cat([part[name] for part in changes]).numpy() if changes else [] for name in names
    }
    frame = pd.DataFrame(columns)
    frame.insert(0, "epoch", epoch)
    return frame.sort_values("number", ignore_index=True)
