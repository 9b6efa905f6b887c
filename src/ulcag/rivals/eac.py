"""EAC: Zhang, Wang, Ling and Deng, Learn from All: Erasing Attention Consistency for Noisy Label Facial Expression
Recognition, ECCV 2022.

The network sees a picture and its mirror image, a part of each erased. The attention that it pays to one must be the
mirrored attention to the other. A network that memorised wrong labels by details of pictures cannot do that.

    M[c, y, x]  = sum_d W_cd F[d, y, x],  F the maps whose means are the features, W taken as constant
    consistency = mean square of M(picture) - mirrored M(mirror image)
    L           = CE(picture) + lambda consistency

Adapted: the pair goes through the backbone as one batch, so that batch normalisation takes its statistics from both; in
the authors' code each picture has a pass of its own. They add noise to pictures; here all arms have the same
augmentation, and erasing comes on top of it, for each picture of a pair by itself, as the authors do where labels are
noisy. What is erased gets the picture's mean colour, for a method does not know the data set's. The rectangles are
decided by seed and epoch, as everything random here. Features of dlib_face are means over quarters of the picture, or
over all of it: its maps are two parts wide and high (`dlib_face_network.FaceMaps`), where those of the authors' ResNet
are seven.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.learning import Batch, Epoch, Method, Samples, Step
from ulcag.rivals.eac_settings import EacSettings

# Of an erased rectangle, height by width, and the other way round.
_GREATEST_RATIO = 3.3


def attention(maps: Tensor, weights: Tensor) -> Tensor:
    """M (N, C, H, W) of maps (N, D, H, W) and the classifier's weights (C, D), to which no gradient flows."""
    return torch.einsum("ndhw,cd->nchw", maps, weights.detach())


def attention_inconsistency(own: Tensor, of_mirrored: Tensor) -> Tensor:
    """Mean square of attention (N, C, H, W) to pictures less that to their mirror images, mirrored back. Scalar."""
    return F.mse_loss(own, of_mirrored.flip(3))


def erased(images: Tensor, dice: Tensor, probability: float, area: tuple[float, float]) -> Tensor:
    """Pictures with a rectangle in their mean colour.

    Args:
        images: (N, 3, H, W) uint8.
        dice: (N, 5) uniform in 0..1: whether, area, ratio, place down and across.
        probability: of a rectangle.
        area: least and greatest, as a part of the picture.
    """
    height, width = images.shape[2:]
    whether, part, ratio, down, across = dice.T
    pixels = (area[0] + part * (area[1] - area[0])) * height * width
    # uniform in its logarithm, so that wide and high rectangles are as frequent
    ratio = torch.exp((2 * ratio - 1) * math.log(_GREATEST_RATIO))
    h = (pixels * ratio).sqrt().round().clamp(1, height)
    w = (pixels / ratio).sqrt().round().clamp(1, width)
    inside = _between(height, down, h)[:, :, None] & _between(width, across, w)[:, None]
    inside &= (whether < probability)[:, None, None]
    colour = images.float().mean(dim=(2, 3), keepdim=True).round().to(images.dtype)
    return torch.where(inside[:, None], colour, images)


def _between(side: int, place: Tensor, length: Tensor) -> Tensor:
    """(N, side) bool, what of a side is covered by so many pixels (N,) that begin at a place (N,) in 0..1."""
    first = torch.floor(place * (side - length + 1))[:, None]
    pixel = torch.arange(side, device=place.device)
    return (pixel >= first) & (pixel < first + length[:, None])


class Eac(Method):
    """The classifier alone, on pictures that come with their mirror images."""

    def __init__(self, settings: EacSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings
        self.seed = seed
        self.dice = torch.empty(0)

    def start_epoch(self, epoch: Epoch, samples: Samples) -> None:
        """What will be erased of the two pictures of each sample."""
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch.number)
        self.dice = torch.rand((2, len(samples.given), 5), generator=random).to(samples.given.device)

    def pictures(self, images: Tensor, numbers: Tensor) -> Tensor:
        """All pictures, and then all mirror images."""
        settings = self.settings
        pair = zip((images, images.flip(3)), self.dice[:, numbers], strict=True)
        return torch.cat([erased(part, dice, settings.erase, settings.erase_area) for part, dice in pair])

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """Cross entropy on the pictures as they are, consistency with the mirrored ones."""
        assert isinstance(classifier, nn.Linear)
        maps, mirrored = f.chunk(2)
        classification = F.cross_entropy(classifier(maps.mean(dim=(2, 3))), batch.labels)
        weights = classifier.weight
        inconsistency = attention_inconsistency(attention(maps, weights), attention(mirrored, weights))
        return Step(loss=classification + self.settings.weight * inconsistency, classification=classification)
