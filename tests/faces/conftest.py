"""Pictures without people, and a cartoon that MTCNN takes for a face."""

from pathlib import Path

import cv2
import numpy as np

from ulcag.faces.crop import UPRIGHT, UPRIGHT_WIDTH
from ulcag.faces.detect import Detection
from ulcag.faces.shard import Crops, shard_of


def cartoon(side: int = 200) -> np.ndarray:
    """A drawn face in the middle of a (side, side, 3) picture; its eyes at (39 %, 45 %) and (61 %, 45 %)."""
    image = np.full((side, side, 3), 60, np.uint8)
    middle, part = side // 2, side / 100
    brown, white, red = (60, 40, 30), (250, 250, 250), (170, 60, 60)

    def ellipse(x: int, y: int, a: float, b: float, colour: tuple[int, ...], start: int = 0, end: int = 360) -> None:
        axes = (round(a * part), round(b * part))
        cv2.ellipse(image, (middle + round(x * part), middle + round(y * part)), axes, 0, start, end, colour, -1)

    ellipse(0, 0, 28, 38, (224, 180, 150))
    ellipse(0, -20, 30, 22, brown, 180, 360)
    for side_of_face in (-11, 11):
        ellipse(side_of_face, -11, 7, 1.5, brown, 180, 360)
        ellipse(side_of_face, -5, 6, 3, white)
        ellipse(side_of_face, -5, 2.5, 2.5, brown)
    ellipse(0, 11, 4, 2, (170, 120, 100))
    ellipse(0, 20, 10, 4, red, 0, 180)
    return cv2.GaussianBlur(image, (0, 0), side / 150)


def picture(seed: int, height: int = 60, width: int = 80) -> np.ndarray:
    """A smooth (height, width, 3) picture that JPEG keeps almost as it is."""
    corners = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    return cv2.resize(corners, (width, height), interpolation=cv2.INTER_CUBIC)


def crops_in(*paths: Path) -> Crops:
    """The crops of shards 0, 1, ... as they are."""
    return Crops({number: shard_of(path) for number, path in enumerate(paths)})


def face(*box: float, probability: float = 0.99) -> Detection:
    return Detection((box[0], box[1], box[2], box[3]), probability, np.arange(10.0).reshape(5, 2))


def leaning(middle: complex, height: float, degrees: float) -> Detection:
    """A face that leans to the right, as MTCNN would find it; `UPRIGHT` fits its landmarks without a rest."""
    points = middle + height * np.exp(1j * np.radians(degrees)) * UPRIGHT
    x, y, half = middle.real, middle.imag, height / 2
    box = (x - UPRIGHT_WIDTH * half, y - half, x + UPRIGHT_WIDTH * half, y + half)
    return Detection(box, 0.99, np.stack([points.real, points.imag], axis=1))
