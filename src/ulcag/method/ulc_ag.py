"""ULC-AG: Liu, Zhang, Kauttonen and Zhao, Uncertain Label Correction via Auxiliary Action Unit Graphs for Facial
Expression Recognition, ICPR 2022, doi 10.1109/ICPR56361.2022.9956650.

Who reads `UlcAg.step` and `Branches.losses` from top to bottom has read the algorithm, in the order of Section II.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.classes import CLASSES
from ulcag.learning import Batch, Epoch, FirstLook, Method, NewLabels, Samples, Step
from ulcag.method.au_graph import ActionUnitBranch, random_edges
from ulcag.method.centring import RunningMean
from ulcag.method.confidence import Confidence, class_weights
from ulcag.method.losses import action_unit_loss, rank_regularisation, total_loss, weighted_cross_entropy
from ulcag.method.ramps import lambda1, lambda2
from ulcag.method.relabelling import cosine_distances, high_confidence_group, nearest_template_labels
from ulcag.method.settings import BranchesSettings, UlcAgSettings
from ulcag.method.templates import Templates


class Branches(Method):
    """The target and the auxiliary branch, or one of them, and their losses; it changes no label."""

    def __init__(self, settings: BranchesSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings
        graph = settings.action_units
        self.confidence = Confidence(features, bias=settings.confidence.bias)
        self.theta: nn.Parameter | None = None
        if settings.confidence.learn_margin:
            self.theta = nn.Parameter(torch.tensor(settings.confidence.margin))
        self.action_units: ActionUnitBranch | None = None
        if settings.branches != "target":
            self.action_units = ActionUnitBranch(
                features,
                edges if graph.edges == "data" else random_edges(len(edges), seed),
                channels=graph.channels,
                semantic=graph.semantic,
                joint_classifier=graph.classifier == "joint",
            )
        self.predicts_units = self.action_units is not None
        self.weight_1 = self.weight_2 = 1.0
        self.gamma: Tensor | None = None
        self.with_action_units = True

    def start_epoch(self, epoch: Epoch, samples: Samples) -> None:
        """Eq. 12, 13, and Eq. 2 where it counts over the whole training set."""
        settings = self.settings
        if settings.ramp.kind == "paper":
            beta = epoch.stretch(settings.ramp.beta)
            self.weight_1, self.weight_2 = lambda1(epoch.number, beta), lambda2(epoch.number, beta)
        if settings.confidence.gamma_scope == "dataset":
            self.gamma = class_weights(samples.labels, len(CLASSES))
        elif settings.confidence.gamma_scope == "none":
            self.gamma = torch.ones(len(CLASSES), device=samples.labels.device)
        self.with_action_units = epoch.number >= round(epoch.stretch(settings.action_units.start_epoch))

    def losses(self, classifier: nn.Module, f: Tensor, batch: Batch) -> tuple[Step, Tensor, Tensor | None]:
        """Sections II.B and II.C: the step without relabelling, the logits (N, C), and the semantic feature (N, S)."""
        settings = self.settings
        logits = classifier(f)
        theta = self.theta if self.theta is not None else settings.confidence.margin

        # B. weighted regularisation
        gamma = self.gamma if self.gamma is not None else class_weights(batch.labels, len(CLASSES))
        if settings.branches == "auxiliary":
            # alpha is computed and not applied; it is learnt aside, or the two groups would be random
            classification = F.cross_entropy(logits, batch.labels)
            alpha = self.confidence(f.detach())
            high = high_confidence_group(alpha.detach(), settings.confidence.high_fraction, batch.numbers)
            aside = weighted_cross_entropy(logits.detach(), batch.labels, alpha, gamma)
            aside = aside + rank_regularisation(alpha, high, theta)
            rank = aside if settings.confidence.auxiliary_only == "side" else torch.zeros_like(aside)
        else:
            alpha = self.confidence(f)  # Eq. 1
            high = high_confidence_group(alpha.detach(), settings.confidence.high_fraction, batch.numbers)
            classification = weighted_cross_entropy(logits, batch.labels, alpha, gamma)  # Eq. 2, 3
            rank = rank_regularisation(alpha, high, theta)  # Eq. 4
        no_units = torch.zeros_like(rank)
        if self.action_units is None:
            loss = total_loss(classification, rank, no_units, self.weight_1, self.weight_2)
            step = Step(loss=loss, classification=classification, rank=rank, alpha=alpha.detach(), high=high)
            return step, logits, None

        # C. auxiliary action unit graph
        s, unit_logits = self.action_units(f)  # Eq. 6
        weight = alpha.detach() if settings.action_units.detach_confidence else alpha
        loss_units = action_unit_loss(
            unit_logits,
            batch.z,
            batch.known,
            None if settings.branches == "auxiliary" else weight,
            reduction=settings.action_units.reduction,
        )  # Eq. 7
        counted = loss_units if self.with_action_units else no_units
        step = Step(
            loss=total_loss(classification, rank, counted, self.weight_1, self.weight_2),  # Eq. 11
            classification=classification,
            rank=rank,
            action_units=loss_units,
            alpha=alpha.detach(),
            high=high,
        )
        return step, logits, s

    def history(self) -> dict[str, float | None]:
        """Eq. 12, 13, and theta where it is learnt."""
        theta = None if self.theta is None else self.theta.item()
        return {"lambda1": self.weight_1, "lambda2": self.weight_2, "theta": theta}

    def auxiliary_parameters(self) -> list[nn.Parameter]:
        """The auxiliary branch's: III-B gives it a learning rate of its own."""
        return [] if self.action_units is None else list(self.action_units.parameters())

    def alpha(self, f: Tensor) -> Tensor | None:
        """Eq. 1; None where it was never trained, and would be a random number."""
        untrained = self.settings.branches == "auxiliary" and self.settings.confidence.auxiliary_only == "none"
        return None if untrained else self.confidence(f)

    def unit_probabilities(self, f: Tensor) -> Tensor | None:
        """What the auxiliary branch says."""
        return None if self.action_units is None else torch.sigmoid(self.action_units(f)[1])


class UlcAg(Branches):
    """The paper's method: both branches, and labels that move to the nearest semantic template."""

    settings: UlcAgSettings

    def __init__(self, settings: UlcAgSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.takes_effect_at_once = settings.relabelling.takes_effect == "at_once"
        self.relabel = False

    def start(self, samples: Samples, look: FirstLook | None = None) -> None:
        """No template is known, and no mean."""
        if self.action_units is not None:
            of = self.settings.templates
            self.memory = {
                "templates": Templates(
                    len(CLASSES),
                    self.action_units.semantic_width,
                    update=of.update,
                    momentum=of.momentum,
                    device=samples.given.device,
                ),
                "mean": RunningMean(),
            }

    def start_epoch(self, epoch: Epoch, samples: Samples) -> None:
        """As the branches do; and whether labels may change yet."""
        super().start_epoch(epoch, samples)
        self.relabel = epoch.relabel

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """Section II for one batch."""
        step, _, s = self.losses(classifier, f, batch)
        if s is None:
            return step
        assert step.alpha is not None
        assert step.high is not None

        # D. relabelling with semantic preserving
        templates: Templates = self.memory["templates"]
        mean: RunningMean = self.memory["mean"]
        s = s.detach()
        if self.settings.action_units.center_semantic:
            mean.update(s, batch.known)
            s = mean.centred(s)
        templates.update(s, batch.labels, step.alpha, step.high & batch.known)  # Eq. 8
        if not self.relabel:
            return step
        distances = cosine_distances(s, templates.values, templates.known)  # Eq. 9
        rule = self.settings.relabelling
        reference = batch.given if rule.reference == "original" else batch.labels
        labels = nearest_template_labels(
            distances, batch.labels, reference, ~step.high & batch.known, margin=rule.margin
        )  # Eq. 10
        old, new = (distances.gather(1, y[:, None]).squeeze(1) for y in (reference, labels))
        return replace(step, new_labels=NewLabels(labels=labels, score_old=old, score_new=new))

    def end_epoch(self, samples: Samples) -> NewLabels | None:
        """Templates of a whole epoch take over, where they are so made."""
        if self.memory:
            self.memory["templates"].end_epoch()
        return None

    def distances(self, samples: Samples) -> Callable[[Tensor, Tensor], Tensor] | None:
        """Eq. 9."""
        branch = self.action_units
        if branch is None:
            return None
        templates: Templates = self.memory["templates"]
        mean: RunningMean = self.memory["mean"]
        return lambda f, _: cosine_distances(mean.centred(branch(f)[0]), templates.values, templates.known)

    def template_distances(self, samples: Samples) -> Tensor | None:
        """Eq. 9 between templates."""
        if not self.memory:
            return None
        templates: Templates = self.memory["templates"]
        return cosine_distances(templates.values, templates.values, templates.known)
