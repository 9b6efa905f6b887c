"""dlib's face-recognition network in PyTorch, and what its layers know of an expression.

Davis King trained it on some three million faces to tell people apart (dlib.net, dnn_face_recognition_ex.cpp). So its
last layers have forgotten expressions, and its features are taken from several depths.

A convolution and the affine layer after it are one convolution here: the same function, and a seventh less time to
train.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.backbones.dlib_face_file import Layer, read_layers

# Channels of the 14 blocks. A block of more channels than the one before it halves the picture; so does the last.
CHANNELS = (32, 32, 32, 64, 64, 64, 64, 128, 128, 128, 256, 256, 256, 256)
HALVING = frozenset({3, 7, 10, 13})
DESCRIPTOR = 128
# Pixels of a side: of a smaller picture nothing is left at the last blocks.
SMALLEST = 103
# (block, parts of a side) pairs: shape and place from the middle of the network, the whole face from its end.
DEPTHS = ((7, 2), (10, 2), (13, 1), (14, 1))
# Added to a feature's variance, a hundredth of what it mostly is: what hardly differs between the training images would
# be large as soon as it does.
_LEAST_VARIANCE = 1e-3
# Parts of a side that maps have, as block 10 has them at 112 pixels; the parts of all depths divide it.
_GRID = 6


class Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, channels_in: int, channels: int, *, halving: bool) -> None:
        super().__init__()
        self.halving = halving
        stride, padding = (2, 0) if halving else (1, 1)
        self.first = nn.Conv2d(channels_in, channels, 3, stride, padding)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H', W')."""
        y = self.second(F.relu(self.first(x), inplace=True))
        if self.halving:
            # Zeros for channels that the shortcut has not, and for a row and a column that the convolution may lose.
            x = F.avg_pool2d(x, 2)
            x = F.pad(x, (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))
            y = F.pad(y, (0, x.shape[3] - y.shape[3], 0, x.shape[2] - y.shape[2]))
        return F.relu(x + y, inplace=True)


class Trunk(nn.Module):
    """The network without its last layer.

    Args:
        blocks: how many of the 14; what comes after the last one that is looked at need not be computed.
    """

    def __init__(self, blocks: int = len(CHANNELS)) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, CHANNELS[0], 7, stride=2)
        before = (CHANNELS[0], *CHANNELS)
        self.blocks = nn.ModuleList(
            Block(before[number], channels, halving=number in HALVING)
            for number, channels in enumerate(CHANNELS[:blocks])
        )

    def forward(self, images: Tensor) -> list[Tensor]:
        """Normalised images (N, 3, H, W) to the outputs (N, C, H', W') of all blocks; H and W at least SMALLEST."""
        x = F.max_pool2d(F.relu(self.stem(images), inplace=True), 3, stride=2)
        outputs = []
        for block in self.blocks:
            x = block(x)
            outputs.append(x)
        return outputs

    def convolutions(self) -> list[nn.Conv2d]:
        """In the order of the file."""
        return [module for module in self.modules() if isinstance(module, nn.Conv2d)]


class Features(nn.Module):
    """Blocks at several depths, each as means over parts of the picture.

    Args:
        depths: (block, parts of a side) pairs; blocks count from 1.
    """

    def __init__(self, depths: Sequence[tuple[int, int]] = DEPTHS) -> None:
        super().__init__()
        self.depths = tuple(depths)
        self.trunk = Trunk(max(block for block, _ in depths))
        self.width = sum(CHANNELS[block - 1] * parts**2 for block, parts in depths)

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) to (N, D)."""
        return self.means(self.trunk(images))

    def means(self, outputs: Sequence[Tensor]) -> Tensor:
        """Outputs of the trunk's blocks to (N, D)."""
        return torch.cat([_means(outputs[block - 1], parts) for block, parts in self.depths], dim=1)


class FaceNetwork(nn.Module):
    """The backbone: features, normalised.

    Whenever it does not train, they are means over the picture and its mirror image, which shows the same expression.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = Features()
        self.norm = nn.BatchNorm1d(self.features.width, eps=_LEAST_VARIANCE)

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) to (N, D)."""
        f = self.features(images)
        if not self.training:
            f = (f + self.features(images.flip(3))) / 2
        normalised: Tensor = self.norm(f)
        return normalised

    @torch.no_grad()
    def calibrate(self, f: Tensor) -> Tensor:
        """Let the norm begin by dividing features by their spread over the training images.

        They are not centred: all of them are 0 or more, and the classifier has no bias.

        Args:
            f: (n, D), its features of all training images before anything is trained.

        Returns:
            (n, D), its features of them after.
        """
        norm = self.norm
        assert norm.running_mean is not None and norm.running_var is not None
        f = f * torch.sqrt(norm.running_var + norm.eps)  # as it is without the norm, whose mean and offset are 0
        norm.running_mean.copy_(f.mean(dim=0))
        norm.running_var.copy_(f.var(dim=0))
        spread = torch.sqrt(norm.running_var + norm.eps)
        norm.bias.copy_(norm.running_mean / spread)
        return f / spread


class FaceMaps(nn.Module):
    """The backbone in training, such that it gives maps whose means are its features.

    A feature is a mean over a part of the picture. Its map is what it is the mean of, in this part, and 0 elsewhere.
    Finer blocks are averaged and coarser ones repeated, to one grid. The norm is part of it: what differs between
    places is multiplied by its running statistics, so that batches have no influence on where attention is.
    """

    def __init__(self, network: FaceNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) to (N, D, 6, 6)."""
        features, norm = self.network.features, self.network.norm
        assert norm.running_var is not None
        outputs = features.trunk(images)
        maps = torch.cat([_maps(outputs[block - 1], parts) for block, parts in features.depths], dim=1)
        scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
        f: Tensor = norm(features.means(outputs))
        return f[:, :, None, None] + scale[:, None, None] * (maps - maps.mean(dim=(2, 3), keepdim=True))


def _means(x: Tensor, parts: int) -> Tensor:
    """(N, C, H, W) to means over parts x parts of the picture (N, C * parts ** 2), which overlap if they must."""
    size, step = _part(x, parts)
    return F.avg_pool2d(x, size, step).flatten(1)


def _maps(x: Tensor, parts: int) -> Tensor:
    """(N, C, H, W) to the maps of `_means` (N, C * parts ** 2, 6, 6)."""
    (height, width), (down, across) = _part(x, parts)
    side = _GRID // parts
    maps = x.new_zeros(*x.shape[:2], parts, parts, _GRID, _GRID)
    for row in range(parts):
        for column in range(parts):
            part = x[:, :, row * down : row * down + height, column * across : column * across + width]
            place = (slice(row * side, (row + 1) * side), slice(column * side, (column + 1) * side))
            # times the number of parts: the mean is over the whole grid
            maps[:, :, row, column, *place] = parts**2 * F.adaptive_avg_pool2d(part, side)
    return maps.flatten(1, 3)


def _part(x: Tensor, parts: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Height and width of a part of x (N, C, H, W), and how far it is from one part to the next."""
    # int: an exported graph is for pictures of one size
    height, width = (int(side) for side in x.shape[2:])
    step = height // parts, width // parts
    return (height - (parts - 1) * step[0], width - (parts - 1) * step[1]), step


class Descriptor(nn.Module):
    """dlib's own output: 128 numbers that are alike for pictures of the same person."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.last = nn.Linear(CHANNELS[-1], DESCRIPTOR, bias=False)

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) to (N, 128)."""
        descriptors: Tensor = self.last(self.trunk(images)[-1].mean((2, 3)))
        return descriptors

    def load(self, path: Path) -> None:
        """Take the weights of the published file.

        Raises:
            InputError: it is another file.
        """
        layers = read_layers(path)
        load_trunk(self.trunk, layers)
        with torch.no_grad():
            self.last.weight.copy_(torch.from_numpy(layers[-1].values).view(CHANNELS[-1], DESCRIPTOR).T)


@torch.no_grad()
def load_trunk(trunk: Trunk, layers: Sequence[Layer]) -> int:
    """Put the file's pairs of a convolution and an affine layer into the trunk's convolutions, and count them."""
    convolutions = trunk.convolutions()
    for number, convolution in enumerate(convolutions):
        plain, affine = (torch.from_numpy(layer.values) for layer in layers[2 * number : 2 * number + 2])
        weights, biases = plain[: convolution.weight.numel()], plain[convolution.weight.numel() :]
        gains, offsets = affine.view(2, -1)
        convolution.weight.copy_(weights.view_as(convolution.weight) * gains.view(-1, 1, 1, 1))
        assert convolution.bias is not None
        convolution.bias.copy_(biases * gains + offsets)
    return len(convolutions)
