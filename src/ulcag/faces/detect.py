"""Face detection by MTCNN, and the choice between several faces."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ulcag.config import FacesSettings
from ulcag.faces.boxes import Box


@dataclass(frozen=True)
class Detection:
    """One face: box in pixels, probability, landmarks (5, 2) in pixels in the order of `table.LANDMARKS`."""

    box: Box
    probability: float
    landmarks: np.ndarray


class NotSearchedError(Exception):
    """A picture could not be searched for faces; the message says why in a few words."""


class Detector(Protocol):
    """Finds the faces in a picture (H, W, 3) uint8 RGB; raises NotSearchedError where it cannot search."""

    def __call__(self, image: np.ndarray) -> list[Detection]: ...


class Mtcnn:
    """MTCNN on the CPU, one picture at a time, so that a crop does not depend on its neighbours.

    Args:
        min_face: smallest face searched for, pixels.
        min_probability: detections below it are dropped.
        min_face_share: smaller faces than this part of the picture's shorter side are searched for only where no
            other was found. Small faces take most of the time, and who is photographed is seldom one of them.
    """

    def __init__(self, min_face: int, min_probability: float, min_face_share: float = 0.0) -> None:
        from ulcag.faces.mtcnn import Cascade

        self.min_face, self.min_probability, self.min_face_share = min_face, min_probability, min_face_share
        self.cascade = Cascade()

    def __call__(self, image: np.ndarray) -> list[Detection]:
        smallest = min(image.shape[:2])
        if smallest < self.min_face:
            raise NotSearchedError(f"the shorter side has {smallest} pixels, under min_face")
        large = self.min_face_share * smallest
        found = self._search(image, large) if large > self.min_face else []
        return found or self._search(image, self.min_face)

    def _search(self, image: np.ndarray, min_face: float) -> list[Detection]:
        return [
            Detection((float(b[0]), float(b[1]), float(b[2]), float(b[3])), float(p), points.astype(np.float64))
            for b, p, points in zip(*self.cascade(image, min_face), strict=True)
            if p >= self.min_probability and b[2] > b[0] and b[3] > b[1]
        ]


def area(face: Detection) -> float:
    """Of its box, square pixels."""
    x0, y0, x1, y1 = face.box
    return (x1 - x0) * (y1 - y0)


def select_face(faces: list[Detection], policy: str, width: int, height: int) -> Detection:
    """The face that a picture is about: the largest, the most probable, or the one nearest to its centre."""

    def distance(face: Detection) -> float:
        x0, y0, x1, y1 = face.box
        return float(np.hypot(x0 + x1 - width, y0 + y1 - height))

    if policy == "largest":
        return max(faces, key=area)
    if policy == "most_probable":
        return max(faces, key=lambda face: face.probability)
    return min(faces, key=distance)


def make_detector(settings: FacesSettings) -> Detector:
    """The detector that the settings ask for. This process's torch is left with one thread."""
    import torch

    # A second thread costs these small networks more than it brings; shards run side by side instead.
    torch.set_num_threads(1)
    # The largest face is found as well without small ones, but the one nearest to the centre may be small.
    share = settings.min_face_share if settings.select == "largest" else 0.0
    return Mtcnn(settings.min_face, settings.min_probability, share)
