"""`second-opinion`: every label is judged before training, and the network learns what was found. Our own method.

A network that trains on a wrong label soon agrees with it. So labels are judged before, by two witnesses that have not
seen them: logistic regressions on the backbone's first features, each fitted to the other samples (cross_fit.py), and
the measured action units (evidence.py). Both are weighed with how each class tends to be mislabelled (judge.py), which
gives a posterior q of the true class. The network is trained towards it:

    L = -1/N sum_i sum_c q_ic log softmax(W^T f_i)_c

A label that is beyond doubt counts as it does in cross entropy, one that is certainly wrong as its right class, and
one that nobody can tell as what it may be. Where few labels are wrong q is nearly the given labels; where the witnesses
know too little to judge by, the given labels take its place.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from ulcag.classes import CLASSES
from ulcag.correction.cross_fit import cross_fitted_opinions
from ulcag.correction.second_opinion_settings import SecondOpinionSettings
from ulcag.learning import Batch, Epoch, FirstLook, Method, NewLabels, Samples, Step


class Opinion:
    """What was found of n samples.

    Attributes:
        targets: (n, C) float32, what the network learns.
        quality: (n,) float32, how probable it is that a given label is right.
        labels: (n,) given ones, or new ones where the posterior is clear.
        distances: (n, C) float32 of measured action units to the templates of other folds; infinite where not known.
    """

    def __init__(self, targets: Tensor, quality: Tensor, labels: Tensor, distances: Tensor) -> None:
        self.targets, self.quality, self.labels, self.distances = targets, quality, labels, distances


def soft_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross entropy of logits (N, C) towards probabilities (N, C). Scalar."""
    return -(targets * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()


class SecondOpinion(Method):
    """The classifier alone, trained towards the posterior."""

    def __init__(self, settings: SecondOpinionSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.seed = seed
        self.relabel = False

    def start(self, samples: Samples, look: FirstLook | None = None) -> None:
        """All labels are judged."""
        assert look is not None
        given, device = samples.given, samples.given.device
        points, known, folds = (part.cpu().numpy() for part in (look.points, samples.known, look.folds))
        found = cross_fitted_opinions(look.f, points, known, given, folds, len(CLASSES), self.seed)
        judgement = found.judgement
        suggested, relabel = (torch.from_numpy(part).to(device) for part in (judgement.suggested, judgement.relabel))

        def here(values: np.ndarray) -> Tensor:
            return torch.as_tensor(values, dtype=torch.float32, device=device)

        rows, labels = np.arange(len(given)), given.cpu().numpy()
        opinion = Opinion(
            here(judgement.targets(labels)),
            here(judgement.posterior[rows, labels]),
            torch.where(relabel, suggested, given),
            here(found.distances).nan_to_num(nan=torch.inf, posinf=torch.inf),
        )
        self.memory = {"opinion": opinion}

    def start_epoch(self, epoch: Epoch, samples: Samples) -> None:
        """Labels change once, with the first epoch."""
        self.relabel = epoch.number == 0

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """Cross entropy towards the posterior."""
        loss = soft_cross_entropy(classifier(f), self.memory["opinion"].targets[batch.numbers])
        return Step(loss=loss, classification=loss)

    def end_epoch(self, samples: Samples) -> NewLabels | None:
        """What was judged, for the log."""
        if not self.relabel:
            return None
        opinion: Opinion = self.memory["opinion"]
        old, new = (opinion.targets.gather(1, y[:, None]).squeeze(1) for y in (samples.given, opinion.labels))
        return NewLabels(labels=opinion.labels, score_old=old, score_new=new, alpha=opinion.quality)

    def quality(self, numbers: Tensor) -> Tensor | None:
        """As it was judged before training."""
        quality: Tensor = self.memory["opinion"].quality[numbers]
        return quality

    def distances(self, samples: Samples) -> Callable[[Tensor, Tensor], Tensor] | None:
        """Half the squared whitened distance of measured action units."""
        return lambda _, numbers: self.memory["opinion"].distances[numbers]
