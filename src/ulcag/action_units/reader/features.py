"""What the reader sees of a face: a grey picture through dlib's face network, at three depths.

A network that tells people apart has forgotten expressions at its end; what muscles do to brows, lids and lips is in
the first blocks, and is kept by its place in the picture.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

import cv2
import numpy as np
import torch

from ulcag.backbones.dlib_face import DLIB_FACE
from ulcag.backbones.dlib_face_file import installed_file, read_layers
from ulcag.backbones.dlib_face_network import CHANNELS, Features, load_trunk

# Pixels of a side.
SIDE = 112
# (block, parts of a side) pairs, as of the backbone.
DEPTHS = ((5, 6), (7, 6), (10, 6))
WIDTH = sum(CHANNELS[block - 1] * parts**2 for block, parts in DEPTHS)
# Always so many at once, the last ones filled up: what a picture gives does not depend on its neighbours.
_BATCH = 16


class FaceFeatures:
    """The network, on the CPU.

    Raises:
        InputError: the package with its weights is not installed, or their file is another one.
    """

    def __init__(self) -> None:
        self._network = Features(DEPTHS).eval()
        load_trunk(self._network.trunk, read_layers(installed_file()))
        # Channels last: a third faster on a CPU.
        self._network.to(memory_format=torch.channels_last)
        self._mean, self._std = (torch.tensor(values).view(1, 3, 1, 1) for values in (DLIB_FACE.mean, DLIB_FACE.std))

    def __call__(self, faces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Features of each face, one after the other.

        Args:
            faces: (SIDE, SIDE) uint8, grey, any number.

        Yields:
            (WIDTH,) float32.
        """
        waiting = iter(faces)
        while some := list(islice(waiting, _BATCH)):
            yield from self._of_batch(np.stack(some))[: len(some)]

    @torch.inference_mode()
    def _of_batch(self, pictures: np.ndarray) -> np.ndarray:
        full = np.zeros((_BATCH, SIDE, SIDE), dtype=np.uint8)
        full[: len(pictures)] = pictures
        images = torch.from_numpy(full).unsqueeze(1).expand(-1, 3, -1, -1) / 255
        images = ((images - self._mean) / self._std).contiguous(memory_format=torch.channels_last)
        f: np.ndarray = self._network(images).numpy()
        return f


def grey(face: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 RGB to (H, W) uint8, brightness: so pictures with and without colours are alike."""
    return cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
