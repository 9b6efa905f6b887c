"""What a method gives to the training loop, and what it is given.

A method has settings (`section.MethodSettings`), heads on a backbone's features, and a step from the features of a
batch to what is minimised. It may change labels, batch by batch or when an epoch ends. The loop knows nothing else.
Shapes: N batch, n training samples, C classes, D features, M action units.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from torch import Tensor, nn

from ulcag.section import MethodSettings


@dataclass(frozen=True)
class Batch:
    """N training samples without their images: numbers, current and given labels, pseudo action units."""

    numbers: Tensor
    labels: Tensor
    given: Tensor
    z: Tensor
    known: Tensor


@dataclass
class Samples:
    """All n training samples, as tensors indexed by sample number.

    Labels live here and not in the data set, of which loader processes hold copies.

    Attributes:
        given: (n,) labels as they were given; never written.
        z: (n, M) pseudo action units.
        known: (n,) bool, whether z may be used.
        labels: (n,) current labels; the given ones where none are handed in.
    """

    given: Tensor
    z: Tensor
    known: Tensor
    labels: Tensor

    def batch(self, numbers: Tensor) -> Batch:
        """Those with these numbers (N,)."""
        return Batch(numbers, self.labels[numbers], self.given[numbers], self.z[numbers], self.known[numbers])


@dataclass(frozen=True)
class FirstLook:
    """What is known of all n training samples before the first epoch, beside their labels.

    Attributes:
        f: (n, D) features that the backbone starts with.
        points: (n, P) float64, all that was measured of action units (`action_units.presence.measured_units`); rows
            where `Samples.known` is not true say nothing.
        folds: (n,) int64, parts of the samples; nobody's pictures are in two, and no label decides.
    """

    f: Tensor
    points: Tensor
    folds: Tensor


@dataclass(frozen=True)
class Epoch:
    """An epoch as it starts.

    Attributes:
        number: from 0.
        stretch: from an epoch of a schedule of 30, as settings have it, to the epoch of this run that stands for it.
        relabel: whether labels may change.
    """

    number: int
    stretch: Callable[[float], float]
    relabel: bool


@dataclass(frozen=True, kw_only=True)
class NewLabels:
    """What became of labels, of a batch or of all samples; those that did not change among them.

    Attributes:
        labels: what they are now.
        score_old, score_new: what speaks for the label before and for the new one; the table `relabels` says what.
        alpha: confidence in the sample; None: the batch's own (`Step.alpha`), or the method has none.
    """

    labels: Tensor
    score_old: Tensor
    score_new: Tensor
    alpha: Tensor | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a step gives. Parts that a method does not have are None.

    Attributes:
        loss: what is minimised.
        classification, rank, action_units: the losses that it is made of, before weights; for the history.
        alpha: (N,) confidences.
        high: (N,) bool, the high-confidence group.
        new_labels: of a method that judges batch by batch.
    """

    loss: Tensor
    classification: Tensor
    rank: Tensor | None = None
    action_units: Tensor | None = None
    alpha: Tensor | None = None
    high: Tensor | None = None
    new_labels: NewLabels | None = None

    def detached(self) -> "Step":
        """The same numbers without the graph that they came from."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        plain: dict[str, Any] = {name: part.detach() for name, part in parts.items() if isinstance(part, Tensor)}
        return replace(self, **plain)


class Method(nn.Module):
    """The heads of a method, and what it does with a batch. All but `step`, or `fit`, may be left as it is.

    Attributes:
        takes_effect_at_once: whether a new label acts in the same epoch; else from the next one on.
        predicts_units: whether `unit_probabilities` has any.
        heads_in_use: names of the heads that `joined` needs; an exported network keeps them.
        memory: what it remembers between batches beside its weights: objects whose tensors a checkpoint keeps.

    Args:
        settings: of the class that names this method.
        features: D.
        edges: (M, M) float64 co-occurrence matrix of Eq. 5, for methods that have a use for it.
        seed: the run's, for random numbers other than weights; torch's generator is seeded already.
    """

    takes_effect_at_once = False
    predicts_units = False
    heads_in_use: tuple[str, ...] = ()

    def __init__(self, settings: MethodSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__()
        self.memory: dict[str, Any] = {}

    def start(self, samples: Samples, look: FirstLook | None = None) -> None:
        """Before the first epoch: make what `memory` holds. Not called where a network only predicts.

        Args:
            samples: all of them.
            look: for a method with `MethodSettings.looks_first`.
        """

    def start_epoch(self, epoch: Epoch, samples: Samples) -> None:
        """Before the first batch of an epoch."""

    def pictures(self, images: Tensor, numbers: Tensor) -> Tensor:
        """What the backbone is shown of a batch, or of a process's part of it.

        Args:
            images: (N, 3, H, W) uint8.
            numbers: (N,) of the samples, for random numbers that do not depend on how batches are shared out.

        Returns:
            (V * N, 3, H, W) uint8, or float32 in 0..255, the batch V times in its order; V is the same for all batches.
        """
        return images

    def pictures_in_use(self, images: Tensor) -> Sequence[Tensor]:
        """What the backbone is shown whenever the network does not train: in evaluation, prediction and export.

        Args:
            images: (N, 3, H, W) uint8, or the same numbers as float32, which an exported network is given.

        Returns:
            V times (N, 3, H, W) uint8, or float32 in 0..255, in the order of the images.
        """
        return [images]

    def joined(self, f: Tensor) -> Tensor:
        """From the features (V * N, D) of `pictures_in_use` to those (N, D) that classifier and `alpha` are given."""
        return f

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """From the features f (N, D) of a batch to its losses.

        Args:
            classifier: features (N, D) to logits (N, C); the network's own, which all methods start with alike.
            f: (N, D) float32; (V * N, D) of a method that shows V `pictures` of each sample, or has V `networks` or
                `last_stages` (`MethodSettings`); and (V * N, D, H, W) with `MethodSettings.needs_maps`.
            batch: all else of the samples.
        """
        raise NotImplementedError

    def fit(self, classifier: nn.Linear, f: Tensor, samples: Samples) -> float:
        """All that is learnt, of a method with `MethodSettings.at_once`, in place of epochs.

        Args:
            classifier: fitted in place.
            f: (n, D) features of all training samples.
            samples: all else of them.

        Returns:
            The loss.
        """
        raise NotImplementedError

    def end_epoch(self, samples: Samples) -> NewLabels | None:
        """After the last batch: all n labels anew, from a method that judges then."""
        return None

    def history(self) -> dict[str, float | None]:
        """Columns of the history table that only this method fills, at the end of an epoch."""
        return {}

    def auxiliary_parameters(self) -> list[nn.Parameter]:
        """Those that learn at `training.auxiliary_learning_rate`."""
        return []

    def alpha(self, f: Tensor) -> Tensor | None:
        """Confidences (N,) in 0..1 of features (N, D); None where none were learnt."""
        return None

    def quality(self, numbers: Tensor) -> Tensor | None:
        """Confidences (N,) in 0..1 in the given labels of training samples with these numbers (N,), of a method that
        has judged them one by one; None: it has not, and `alpha` stands for it."""
        return None

    def unit_probabilities(self, f: Tensor) -> Tensor | None:
        """Probabilities (N, M) of action units; None where they are not predicted."""
        return None

    def distances(self, samples: Samples) -> Callable[[Tensor, Tensor], Tensor] | None:
        """A function of features (N, D) and numbers (N,): how far samples are from each class's template, (N, C)."""
        return None

    def template_distances(self, samples: Samples) -> Tensor | None:
        """How far the classes' templates are from each other, (C, C); infinite where there is none."""
        return None
