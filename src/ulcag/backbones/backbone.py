"""What is known of a backbone before it is built."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ulcag.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class Backbone(ABC):
    """A backbone's facts, and how it is built. No torch until then.

    Attributes:
        name: as `training.backbone` has it.
        image_size: side of the input that its weights were trained with, pixels.
        mean, std: what is subtracted from RGB in 0..1, and what divides it after; of the weights.
    """

    name: str
    image_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @abstractmethod
    def build(self, image_size: int) -> "tuple[nn.Module, int]":
        """The network with random weights by torch's generator, and D.

        It takes normalised images (N, 3, H, W) of `image_size` pixels a side to features (N, D).
        """

    @abstractmethod
    def load(self, network: "nn.Module", path: Path) -> str:
        """Put the weights of a file into what `build` gave; returns a line on what was taken.

        Raises:
            InputError: it is no file of such weights.
        """

    def calibrate(self, network: "nn.Module", f: "Tensor") -> "Tensor":
        """Adapt what in the network depends on the training images.

        Args:
            network: from `build`, with its weights loaded.
            f: (n, D) its features of all training images.

        Returns:
            (n, D) its features of them after that.
        """
        return f

    def maps(self, network: "nn.Module") -> "nn.Module":
        """The same network, its weights included, such that in training it gives maps (N, D, H, W) in place of
        features, which are their means.

        Raises:
            InputError: its features are no means over a picture.
        """
        do = "use dlib_face or a ResNet, or leave out arms such as eac"
        expected = "a backbone with features that are means of maps"
        raise InputError("training.backbone", expected=expected, found=self.name, do=do)

    def last_stages(self, network: "nn.Module", number: int) -> "nn.Module":
        """The same network with copies of its last stage, all with the weights of the first (`several.LastStages`).

        Args:
            network: from `build`, with its weights loaded.
            number: how many there are of the last stage, the first among them.

        Raises:
            InputError: what its last stage is, is not known.
        """
        do = "use dlib_face or a ResNet, or leave out arms such as dmue"
        expected = "a backbone whose last stage can be copied"
        raise InputError("training.backbone", expected=expected, found=self.name, do=do)

    def own_weights(self) -> Path | None:
        """The file of weights that the backbone comes with; None: it comes without any.

        Raises:
            InputError: the package that holds it is not installed.
        """
        return None
