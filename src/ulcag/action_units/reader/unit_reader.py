"""From a crop to action units: the square that is cut, the network's features, the head."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from ulcag.action_units.reader.features import SIDE, FaceFeatures, grey
from ulcag.action_units.reader.head import SHIPPED, read_head
from ulcag.faces.boxes import Box, tight_square

# So much, on the scale of intensities and as a mean over the units, a face and its mirror image are apart at most.
_FAR_APART = 0.8


@dataclass(frozen=True)
class Reading:
    """Of one face.

    Attributes:
        intensities: (M,) float32 in 0..5, the mean of the face and of its mirror image, which shows the same units.
        confidence: 1 where both say the same, down to 0. The reader knows nothing else of how far it may be trusted.
    """

    intensities: np.ndarray
    confidence: float


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

    def __call__(self, faces: Iterable[np.ndarray]) -> Iterator[Reading]:
        """What is read off each face, one after the other; it does not depend on the others.

        Args:
            faces: any number, as `face_square` cuts them.
        """
        both = self._features(chain.from_iterable((face, face[:, ::-1]) for face in faces))
        while pair := list(islice(both, 2)):
            face, mirrored = (self._head.intensities(f) for f in pair)
            apart = float(np.abs(face - mirrored).mean())
            yield Reading((face + mirrored) / 2, max(0.0, 1 - apart / _FAR_APART))


def face_square(crop: np.ndarray, box: Box) -> np.ndarray:
    """What the reader looks at: the square around the face.

    Args:
        crop: (H, W, 3) uint8 RGB.
        box: the face in it.

    Returns:
        (SIDE, SIDE) uint8, grey.
    """
    return tight_square(grey(crop), box, SIDE)
