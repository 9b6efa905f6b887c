"""RAN: Wang, Peng, Yang, Meng and Qiao, Region Attention Networks for Pose and Occlusion Robust Facial Expression
Recognition, TIP 2020.

The network sees a picture as a whole, i = 0, and five regions of it at fixed places, and learns how much each of the
six tells. What is hidden or turned away in one of them may be seen in another. It sees all six in use, too.

    mu_i = sigmoid(q0^T F_i)                      self-attention, F_i the features of view i
    F_m  = sum_i mu_i F_i / sum_i mu_i
    nu_i = sigmoid(q1^T [F_i : F_m])              relation attention
    P    = sum_i mu_i nu_i [F_i : F_m] / sum_i mu_i nu_i
    L    = CE(W^T P, y) + max(0, margin - (max_{i > 0} mu_i - mu_0))

Adapted: P has two halves, and so 2 D numbers, where the network's classifier, which all arms start with alike, takes D.
So both halves share its weights, and their mean is classified. q0 and q1 start at 0, theirs at random: a run starts
from the plain mean of the six views, whatever the features are, which `Backbone.calibrate` changes before the first
epoch. All views go through the backbone as one batch, so that batch normalisation takes its statistics from all; theirs
go one by one. Regions are to the nearest pixel.

Where the authors' code differs from the paper, this is the paper. In the code, attention has an offset, and each
sigmoid is followed by a softmax over the views, so that mu stays between 0.07 and 0.35. Its margin is 0.1 for FER+ and
0.02 for AffectNet. How regions are cut is not in it.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.learning import Batch, Method, Step
from ulcag.rivals.ran_settings import RanSettings

# Side, as a part of the picture's, and what part of the rest lies above and to the left: two upper corners, the middle
# of the lower edge, and the centre twice.
REGIONS = ((0.75, 0.0, 0.0), (0.75, 0.0, 1.0), (0.75, 1.0, 0.5), (0.9, 0.5, 0.5), (0.85, 0.5, 0.5))
VIEWS = 1 + len(REGIONS)


def views(images: Tensor) -> list[Tensor]:
    """Whole pictures, then all first regions of them, and so on, each as large as the whole.

    Not rounded to bytes: an exported network, which is given floats, sees the very same.

    Args:
        images: (N, 3, H, W) uint8, or float32 in 0..255.

    Returns:
        VIEWS times (N, 3, H, W) float32 in 0..255.
    """
    images = images.float()
    regions = (region(images, *where) for where in REGIONS)
    size = images.shape[2:]
    return [images, *(F.interpolate(part, size, mode="bilinear", align_corners=False) for part in regions)]


def region(images: Tensor, scale: float, above: float, left: float) -> Tensor:
    """A region (N, 3, H', W') of pictures (N, 3, H, W): numbers as in REGIONS."""
    # int: an exported graph is for pictures of one size
    height, width = (int(side) for side in images.shape[2:])
    h, w = round(scale * height), round(scale * width)
    top, start = int(above * (height - h)), int(left * (width - w))
    return images[:, :, top : top + h, start : start + w]


def by_view(f: Tensor) -> Tensor:
    """Features (VIEWS * N, D) as (VIEWS, N, D)."""
    return f.view(VIEWS, -1, f.shape[1])


def self_attention(f: Tensor, q0: Tensor) -> Tensor:
    """mu (V, N) of features (V, N, D) by q0 (D,)."""
    return torch.sigmoid(f @ q0)


def representation(f: Tensor, q0: Tensor, q1: Tensor) -> Tensor:
    """P (N, 2 D) of features (V, N, D) by q0 (D,) and q1 (2 D,)."""
    log_mu = _log_sigmoid(f @ q0)
    f_m = _weighted_mean(f, log_mu)
    both = torch.cat([f, f_m.expand_as(f)], dim=2)
    return _weighted_mean(both, log_mu + _log_sigmoid(both @ q1))


def _log_sigmoid(x: Tensor) -> Tensor:
    # Weights are kept as logarithms: small ones may be 0, all of them even, and onnxruntime's sigmoid is inexact there.
    return -F.softplus(-x)


def _weighted_mean(f: Tensor, log_weights: Tensor) -> Tensor:
    """Mean over views (N, D) of features (V, N, D) with weights (V, N)."""
    return (torch.softmax(log_weights, dim=0)[:, :, None] * f).sum(dim=0)


def mean_of_halves(p: Tensor) -> Tensor:
    """(N, 2 D) to (N, D)."""
    own, common = p.chunk(2, dim=1)
    return (own + common) / 2


def region_biased_loss(mu: Tensor, margin: float) -> Tensor:
    """By how much the best region's attention falls short of leading that of the whole picture by the margin.

    Args:
        mu: (V, N), the whole picture's first.
        margin: of the lead.

    Returns:
        The mean over samples. Scalar.
    """
    # amax: regions of the same attention, as they start, share the gradient
    return F.relu(margin - (mu[1:].amax(dim=0) - mu[0])).mean()


class Ran(Method):
    """The classifier of what six views of a picture give together."""

    heads_in_use = ("q0", "q1")

    def __init__(self, settings: RanSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings
        self.q0 = nn.Parameter(torch.zeros(features))
        self.q1 = nn.Parameter(torch.zeros(2 * features))

    def pictures(self, images: Tensor, numbers: Tensor) -> Tensor:
        """All views."""
        return torch.cat(views(images))

    def pictures_in_use(self, images: Tensor) -> list[Tensor]:
        """The same as in training."""
        return views(images)

    def joined(self, f: Tensor) -> Tensor:
        """The mean of the two halves of P."""
        return mean_of_halves(representation(by_view(f), self.q0, self.q1))

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """Cross entropy and region-biased loss, of the same weight."""
        classification = F.cross_entropy(classifier(self.joined(f)), batch.labels)
        biased = region_biased_loss(self_attention(by_view(f), self.q0), self.settings.margin)
        return Step(loss=classification + biased, classification=classification)
