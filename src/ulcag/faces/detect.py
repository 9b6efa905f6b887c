"""Face detection with facenet-pytorch's MTCNN, whose weights come with the package."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ulcag.config import FacesSettings
from ulcag.faces.crop import Box


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
    """MTCNN on the CPU, one picture at a time.

    In a batch the boxes of 9 pictures in 10 come out otherwise than alone: mostly by less than 0.001 pixel, of one
    picture in 160 by 34. A crop would depend on its neighbours; and batches are hardly faster.

    Args:
        min_face: smallest face searched for, pixels.
        min_probability: detections below it are dropped.
    """

    def __init__(self, min_face: int, min_probability: float) -> None:
        from facenet_pytorch import MTCNN

        self.min_probability = min_probability
        self.network = MTCNN(keep_all=True, min_face_size=min_face, device="cpu")

    def __call__(self, image: np.ndarray) -> list[Detection]:
        # MTCNN's network has a window of 12 pixels. A picture that is smaller than it once `min_face` is scaled down
        # to the window leaves MTCNN without any scale, and it fails. Computed as it does, rounding included.
        smallest = min(image.shape[:2])
        if smallest * (12.0 / self.network.min_face_size) < 12:
            raise NotSearchedError(f"the shorter side has {smallest} pixels, under min_face")
        try:
            boxes, probabilities, landmarks = self.network.detect(image, landmarks=True)
        except (IndexError, ValueError) as error:
            # It loses count when a candidate lies wholly outside of the picture. (Out of memory is a RuntimeError.)
            raise NotSearchedError(f"MTCNN failed: {type(error).__name__}: {error}") from None
        if boxes is None:
            return []
        return [
            Detection((float(b[0]), float(b[1]), float(b[2]), float(b[3])), float(p), np.asarray(points, np.float64))
            for b, p, points in zip(boxes, probabilities, landmarks, strict=True)
            if p >= self.min_probability and b[2] > b[0] and b[3] > b[1]
        ]


def select_face(faces: list[Detection], policy: str, width: int, height: int) -> Detection:
    """The face that a picture is about: the largest, the most probable, or the one nearest to its centre."""

    def area(face: Detection) -> float:
        x0, y0, x1, y1 = face.box
        return (x1 - x0) * (y1 - y0)

    def distance(face: Detection) -> float:
        x0, y0, x1, y1 = face.box
        return float(np.hypot(x0 + x1 - width, y0 + y1 - height))

    if policy == "largest":
        return max(faces, key=area)
    if policy == "most_probable":
        return max(faces, key=lambda face: face.probability)
    return min(faces, key=distance)


def make_detector(settings: FacesSettings) -> Detector:
    """The detector that the settings ask for."""
    return Mtcnn(settings.min_face, settings.min_probability)
