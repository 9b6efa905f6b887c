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
    """Flip an image and erase a rectangle from it, as SCN does.

    Args:
        image: (H, W, 3) uint8.
        settings: probabilities and sizes.
        fill: (3,) uint8, what erased pixels become: the mean, which is 0 to the network.
        random: from `sample_generator`.

    Returns:
        (H, W, 3) uint8; `image` itself is not changed.
    """
    image = cv2.flip(image, 1) if random.random() < settings.flip else image.copy()
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
