"""`au-posterior`: trained as ULC-AG is (Eq. 1 to 7, 11 to 13), with a rule of our own in place of Eq. 8 to 10.

When an epoch ends every sample is judged by the posterior of two witnesses: the classifier over epochs, and the action
units that were measured in its picture (posterior.py).
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ulcag.classes import CLASSES
from ulcag.correction.au_posterior_settings import AuPosteriorSettings
from ulcag.correction.posterior import (
    RunningProbabilities,
    label_posterior,
    posterior_labels,
    whitened_distances,
    whitened_templates,
)
from ulcag.learning import Batch, Epoch, FirstLook, NewLabels, Samples, Step
from ulcag.method.ulc_ag import Branches


class AuPosterior(Branches):
    """The branches of ULC-AG; labels are judged when an epoch ends."""

    settings: AuPosteriorSettings

    def __init__(self, settings: AuPosteriorSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.relabel = False
        self.epoch_alpha = torch.zeros(0)

    def start(self, samples: Samples, look: FirstLook | None = None) -> None:
        """Nothing has been heard of any sample."""
        if self.action_units is not None:
            n, device = len(samples.given), samples.given.device
            momentum = self.settings.posterior.momentum
            self.memory = {"opinion": RunningProbabilities(n, len(CLASSES), momentum, device)}

    def start_epoch(self, epoch: Epoch, samples: Samples) -> None:
        """As the branches do; and whether labels may change yet."""
        super().start_epoch(epoch, samples)
        self.relabel = epoch.relabel
        # 0 for samples that no batch of this epoch holds
        self.epoch_alpha = torch.zeros(len(samples.given), device=samples.given.device)

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """The losses; and the classifier is heard."""
        step, logits, _ = self.losses(classifier, f, batch)
        if self.memory:
            assert step.alpha is not None
            self.memory["opinion"].update(batch.numbers, torch.softmax(logits.detach(), dim=1))
            self.epoch_alpha[batch.numbers] = step.alpha
        return step

    def end_epoch(self, samples: Samples) -> NewLabels | None:
        """The posterior of every sample, once labels may change."""
        if not self.memory or not self.relabel:
            return None
        rule = self.settings.posterior
        distances, _ = self._measured(samples)
        posterior = label_posterior(self.memory["opinion"].values, distances, samples.known, rule.weight)
        labels = posterior_labels(posterior, samples.labels, samples.given, samples.known, lead=rule.lead)
        old, new = (posterior.gather(1, y[:, None]).squeeze(1) for y in (samples.labels, labels))
        return NewLabels(labels=labels, score_old=old, score_new=new, alpha=self.epoch_alpha)

    def distances(self, samples: Samples) -> Callable[[Tensor, Tensor], Tensor] | None:
        """Half the squared whitened distance of measured action units."""
        if self.action_units is None:
            return None
        of_all, _ = self._measured(samples)
        return lambda _, numbers: of_all[numbers]

    def template_distances(self, samples: Samples) -> Tensor | None:
        """The same between templates."""
        return None if self.action_units is None else self._measured(samples)[1]

    def _measured(self, samples: Samples) -> tuple[Tensor, Tensor]:
        """How far the measured action units (n, C), and the templates themselves (C, C), are from the templates."""
        points, templates, known = whitened_templates(samples.z, samples.labels, samples.known, len(CLASSES))
        return whitened_distances(points, templates, known), whitened_distances(templates, templates, known)
