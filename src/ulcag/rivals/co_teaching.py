"""Co-teaching: Han, Yao, Yu, Niu, Xu, Hu, Tsang and Sugiyama, Co-teaching: Robust Training of Deep Neural Networks with
Extremely Noisy Labels, NeurIPS 2018.

Two networks learn side by side. Each picks the samples of a batch that have the smallest loss, for networks learn right
labels first, and the other one learns from these alone. So neither is misled by its own mistakes.

    R(e) = 1 - tau min(e / T_k, 1)                               e: epoch
    D_1  = the R(e) N samples of least CE(p_1, y),  D_2 likewise
    L    = mean of CE(p_1, y) over D_2 + mean of CE(p_2, y) over D_1

The first network is used in the end. tau should be the rate of wrong labels, which the authors know of their data; here
one value serves all data sets. Their code divides each mean by the number of samples a second time; here the paper's
equation is followed.

Adapted: the authors draw both networks' weights at random. Here both start with the backbone's weights, so they would
stay the same network for ever. They differ by their classifiers: the first starts as in all arms, the second is fitted
to half of the training samples, drawn by seed.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.classes import CLASSES
from ulcag.learning import Batch, Epoch, FirstLook, Method, Samples, Step
from ulcag.rivals.co_teaching_settings import CoTeachingSettings
from ulcag.softmax_regression import fit_classifier


def kept_share(epoch: float, forget_rate: float, gradual_epochs: float) -> float:
    """R(e), the share of a batch that is learnt from."""
    return 1 - forget_rate * min(epoch / gradual_epochs, 1)


def least_loss(logits: Tensor, labels: Tensor, number: int) -> Tensor:
    """Places (number,) in a batch of the samples whose logits (N, C) have the least cross entropy to labels (N,)."""
    return F.cross_entropy(logits.detach(), labels, reduction="none").argsort(stable=True)[:number]


def co_teaching_losses(first: Tensor, second: Tensor, labels: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """Cross entropy of each network on what the other one picks.

    Args:
        first, second: (N, C) logits.
        labels: (N,).
        share: R(e).

    Returns:
        Two scalars.
    """
    number = max(int(share * len(labels)), 1)
    by_first, by_second = (least_loss(logits, labels, number) for logits in (first, second))
    return (
        F.cross_entropy(first[by_second], labels[by_second]),
        F.cross_entropy(second[by_first], labels[by_first]),
    )


class CoTeaching(Method):
    """The classifier of the first network, and another one for the second."""

    def __init__(self, settings: CoTeachingSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings
        self.seed = seed
        self.second = nn.Linear(features, len(CLASSES), bias=False)
        self.share = 1.0

    def start(self, samples: Samples, look: FirstLook | None = None) -> None:
        """The second classifier sees half of the samples."""
        assert look is not None
        order = torch.randperm(len(look.f), generator=torch.Generator().manual_seed(self.seed))
        half = order[: (len(order) + 1) // 2].to(look.f.device)
        fit_classifier(self.second, look.f[half], samples.given[half], self.seed)

    def start_epoch(self, epoch: Epoch, samples: Samples) -> None:
        """The share of this epoch."""
        settings = self.settings
        self.share = kept_share(epoch.number, settings.forget_rate, epoch.stretch(settings.gradual_epochs))

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """Both networks on what the other one picks."""
        first, second = f.chunk(2)
        own, other = co_teaching_losses(classifier(first), self.second(second), batch.labels, self.share)
        return Step(loss=own + other, classification=own)
