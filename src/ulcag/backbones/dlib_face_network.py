"""dlib's face-recognition network in PyTorch, and what its layers know of an expression.

Davis King trained it on some three million faces to tell people apart (dlib.net, dnn_face_recognition_ex.cpp). So its
last layers have forgotten expressions, and its features are taken from several depths.

A convolution and the affine layer after it are one convolution here: the same function, and a seventh less time to
train.
"""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.backbones.dlib_face_file import Layer, read_layers
from ulcag.backbones.several import LastStages

# Channels of the 14 blocks. A block of more channels than the one before it halves the picture; so does the last.
CHANNELS = (32, 32, 32, 64, 64, 64, 64, 128, 128, 128, 256, 256, 256, 256)
HALVING = frozenset({3, 7, 10, 13})
# The first block of the last stage, as ResNets have stages.
LAST_STAGE = 10
DESCRIPTOR = 128
# Pixels of a side: of a smaller picture nothing is left at the last blocks.
SMALLEST = 103
# (block, parts of a side) pairs: shape and place from the middle of the network, the whole face from its end.
DEPTHS = ((7, 2), (10, 2), (13, 1), (14, 1))
# Added to a feature's variance, a hundredth of what it mostly is: what hardly differs between the training images would
# be large as soon as it does.
_LEAST_VARIANCE = 1e-3


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
        return _at_depths(self.trunk(images), self.depths)


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
def calibrate(network: nn.Module, f: Tensor) -> Tensor:
    """Let the norm begin by dividing features by their spread over the training images.

    They are not centred: all of them are 0 or more, and the classifier has no bias.

    Args:
        network: a FaceNetwork, or several with the same weights: each norm in it is calibrated.
        f: (n, D), its features of all training images before anything is trained.

    Returns:
        (n, D), its features of them after.
    """
    # several processes may share its statistics by then
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm1d | nn.SyncBatchNorm)]
    for norm in norms:
        assert norm.running_mean is not None and norm.running_var is not None
        raw = f * torch.sqrt(norm.running_var + norm.eps)  # as they are without the norm, whose mean and offset are 0
        norm.running_mean.copy_(raw.mean(dim=0))
        norm.running_var.copy_(raw.var(dim=0))
        spread = torch.sqrt(norm.running_var + norm.eps)
        norm.bias.copy_(norm.running_mean / spread)
    return raw / spread


class FaceLastStage(nn.Module):
    """The last stage: the blocks of most channels, and the norm.

    Args:
        network: whose weights it starts with.
        copied: whether it learns weights of its own.
    """

    def __init__(self, network: FaceNetwork, *, copied: bool) -> None:
        super().__init__()
        last = network.features.trunk.blocks[LAST_STAGE:]
        self.depths = network.features.depths
        self.blocks, self.norm = deepcopy((last, network.norm)) if copied else (last, network.norm)

    def forward(self, outputs: list[Tensor]) -> Tensor:
        """Outputs of all blocks before to features (N, D)."""
        outputs = list(outputs)
        for block in self.blocks:
            outputs.append(block(outputs[-1]))
        normalised: Tensor = self.norm(_at_depths(outputs, self.depths))
        return normalised


class FaceLastStages(LastStages):
    """The backbone with several last stages; the first and all before it are the network's own.

    Features of less deep blocks are the same for all of them, but for the norm.
    """

    def __init__(self, network: FaceNetwork, number: int) -> None:
        trunk = network.features.trunk
        below = Trunk(LAST_STAGE)
        below.stem, below.blocks = trunk.stem, trunk.blocks[:LAST_STAGE]
        super().__init__(below, (FaceLastStage(network, copied=end > 0) for end in range(number)))

    def forward(self, images: Tensor) -> Tensor:
        """As `FaceNetwork`: means over a picture and its mirror image whenever it does not train."""
        f = super().forward(images)
        return f if self.training else (f + super().forward(images.flip(3))) / 2


class FaceMaps(nn.Module):
    """The backbone in training, such that it gives maps (N, D, G, G), G parts of a side, whose means are its features.

    A mean over a part of the picture lies in that part, times the number of parts, and 0 elsewhere; one over the whole
    picture is the same everywhere. This holds for what a feature is beyond its mean over pictures, which the norm
    subtracts. The norm's offset, which all pictures have, is the same everywhere: of it no attention comes.
    """

    def __init__(self, network: FaceNetwork) -> None:
        super().__init__()
        self.network = network
        grid = max(parts for _, parts in network.features.depths)
        cells = []
        for block, parts in network.features.depths:
            of_channel = parts**2 * torch.eye(parts**2).view(-1, parts, parts)
            for side in (1, 2):
                of_channel = of_channel.repeat_interleave(grid // parts, dim=side)
            cells.append(of_channel.repeat(CHANNELS[block - 1], 1, 1))
        self.cells: Tensor
        self.register_buffer("cells", torch.cat(cells).to(network.norm.weight.device))

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) to (N, D, G, G)."""
        offset = self.network.norm.bias[:, None, None]
        return offset + (self.network(images)[:, :, None, None] - offset) * self.cells


def _at_depths(outputs: Sequence[Tensor], depths: Sequence[tuple[int, int]]) -> Tensor:
    """Features (N, D) from the outputs of all blocks."""
    return torch.cat([_means(outputs[block - 1], parts) for block, parts in depths], dim=1)


def _means(x: Tensor, parts: int) -> Tensor:
    """(N, C, H, W) to means over parts x parts of the picture (N, C * parts ** 2), which overlap if they must."""
    # int: an exported graph is for pictures of one size
    height, width = (int(side) for side in x.shape[2:])
    step = height // parts, width // parts
    return F.avg_pool2d(x, (height - (parts - 1) * step[0], width - (parts - 1) * step[1]), step).flatten(1)


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
