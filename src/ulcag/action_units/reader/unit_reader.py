"""From a crop to action units: the square that is cut, the network's features, the head."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

import numpy as np

from ulcag.action_units.reader.features import SIDE, FaceFeatures, grey
from ulcag.action_units.reader.head import SHIPPED, read_head
from ulcag.faces.boxes import Box, tight_square

# The square around the face is so many times its box.
GROWN = 1.1


class UnitReader:
    """The reader that is shipped, on the CPU.

    Attributes:
        units: M names, in the order of the action units table.
        made_by: what it is, with a part of the head's SHA-256.

    Raises:
        InputError: the package with the network's weights is not installed, or a file of it or of ours is damaged.
    """

    def __init__(self) -> None:
        self._head, sha256 = read_head(SHIPPED)
        self._features = FaceFeatures()
        self.units, self.made_by = self._head.units, f"reader {sha256[:12]}"

    def __call__(self, faces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Intensities of each face, one after the other; what one has does not depend on the others.

        Args:
            faces: any number, as `face_square` cuts them.

        Yields:
            (M,) float32 in 0..5.
        """
        # A face and its mirror image show the same units.
        both = self._features(chain.from_iterable((face, face[:, ::-1]) for face in faces))
        while pair := list(islice(both, 2)):
            yield self._head.intensities((pair[0] + pair[1]) / 2)

    def presences(self, intensities: np.ndarray) -> np.ndarray:
        """(..., M) intensities to (..., M) bool: whether a unit is there."""
        return self._head.presences(intensities)


def face_square(crop: np.ndarray, box: Box) -> np.ndarray:
    """What the reader looks at: the square around the face, inside the crop.

    Args:
        crop: (H, W, 3) uint8 RGB.
        box: the face in it.

    Returns:
        (SIDE, SIDE) uint8, grey.
    """
    x0, y0, x1, y1 = box
    dx, dy = (x1 - x0) * (GROWN - 1) / 2, (y1 - y0) * (GROWN - 1) / 2
    return tight_square(grey(crop), (x0 - dx, y0 - dy, x1 + dx, y1 + dy), SIDE)
