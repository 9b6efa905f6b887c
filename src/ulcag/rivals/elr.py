"""ELR: Liu, Niles-Weed, Razavian and Fernandez-Granda, Early-Learning Regularization Prevents Memorization of Noisy
Labels, NeurIPS 2020.

    t_i <- beta t_i + (1 - beta) p_i, from 0 on
    L    = CE + lambda/N sum_i log(1 - <p_i, t_i>)

Nothing had to be adapted. This is ELR; ELR+, with two networks and mixed pictures, is not here. As in the authors'
code, probabilities are kept off 0 and 1 by 1e-4. In a run of a few epochs each sample is seen a few times, so t_i stays
further from 1 than in the 120 epochs of the paper.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.classes import CLASSES
from ulcag.learning import Batch, FirstLook, Method, Samples, Step
from ulcag.rivals.elr_settings import ElrSettings

_OFF_ZERO = 1e-4


class RunningPredictions:
    """`values` (n, C): what the network has said of each training sample, the last time counting most."""

    def __init__(self, values: Tensor) -> None:
        self.values = values

    @torch.no_grad()
    def update(self, numbers: Tensor, p: Tensor, momentum: float) -> Tensor:
        """Take in probabilities (N, C) of samples with these numbers (N,), and give back theirs as they are now."""
        p = p / p.sum(dim=1, keepdim=True)
        self.values[numbers] = momentum * self.values[numbers] + (1 - momentum) * p
        return self.values[numbers]


def kept_off_zero(logits: Tensor) -> Tensor:
    """Probabilities (N, C) of logits, none of them 0 or 1."""
    return torch.softmax(logits, dim=1).clamp(_OFF_ZERO, 1 - _OFF_ZERO)


def early_learning_regularisation(p: Tensor, targets: Tensor) -> Tensor:
    """How far probabilities (N, C) are from the running ones (N, C): mean log(1 - <p, t>). Scalar, 0 or less."""
    return torch.log(1 - (p * targets).sum(dim=1)).mean()


class Elr(Method):
    """Cross entropy, and a pull towards what the network said earlier."""

    def __init__(self, settings: ElrSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings

    def start(self, samples: Samples, look: FirstLook | None = None) -> None:
        """Nothing has been said yet."""
        values = torch.zeros(len(samples.given), len(CLASSES), device=samples.given.device)
        self.memory = {"predictions": RunningPredictions(values)}

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """The batch's own predictions count already."""
        settings, logits = self.settings, classifier(f)
        p = kept_off_zero(logits)
        targets = self.memory["predictions"].update(batch.numbers, p.detach(), settings.momentum)
        classification = F.cross_entropy(logits, batch.labels)
        loss = classification + settings.weight * early_learning_regularisation(p, targets)
        return Step(loss=loss, classification=classification)
