"""Random changes to a training image, decided by seed, epoch and sample alone.

Not by a worker's state: any number of loader processes gives the same images.
"""

import math

import cv2
import numpy as np

from ulcag.config import Augmentation


def sample_generator(seed: int, epoch: int, number: int) -> np.random.Generator:
    """The random numbers of one sample in one epoch."""
    return np.random.default_rng((seed, epoch, number))


def random_shift(settings: Augmentation, random: np.random.Generator) -> tuple[float, float]:
    """How far the crop moves to the right and down, as parts of its side."""
    x, y = random.uniform(-settings.shift, settings.shift, 2)
    return float(x), float(y)


def augment(image: np.ndarray, settings: Augmentation, fill: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Flip an image, turn and scale it, and erase a rectangle from it (as SCN does).

    Args:
        image: (H, W, 3) uint8.
        settings: probabilities and sizes.
        fill: (3,) uint8, what erased pixels become: the mean, which is 0 to the network.
        random: from `sample_generator`.

    Returns:
        (H, W, 3) uint8; `image` itself is not changed.
    """
    image = cv2.flip(image, 1) if random.random() < settings.flip else image.copy()
    # No number is drawn for what is not wanted: what else is random stays the same.
    if settings.rotation or settings.scale:
        image = _turned(image, random.uniform(-1, 1) * settings.rotation, 1 + random.uniform(-1, 1) * settings.scale)
    if random.random() < settings.erase:
        height, width = image.shape[:2]
        area = random.uniform(*settings.erase_area) * height * width
        # The aspect ratio is uniform in its logarithm, so that wide and high rectangles are as frequent.
        ratio = math.exp(random.uniform(math.log(0.3), math.log(1 / 0.3)))
        h = min(height, max(1, round(math.sqrt(area * ratio))))
        w = min(width, max(1, round(math.sqrt(area / ratio))))
        top, left = random.integers(0, height - h + 1), random.integers(0, width - w + 1)
        image[top : top + h, left : left + w] = fill
    return image


def _turned(image: np.ndarray, degrees: float, scale: float) -> np.ndarray:
    """An image (H, W, 3) turned and scaled around its middle; its edge is repeated outside."""
    height, width = image.shape[:2]
    middle = ((width - 1) / 2, (height - 1) / 2)
    matrix = cv2.getRotationMatrix2D(middle, degrees, scale)
    return cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
