"""Geometry of boxes. A box is (x0, y0, x1, y1) in pixels, x to the right, y down, the upper ends excluded."""

import cv2
import numpy as np

Box = tuple[float, float, float, float]


def with_margin(box: Box, margin: float, width: int, height: int) -> tuple[int, int, int, int]:
    """A box grown on each side by `margin` of its width and height, on whole pixels inside the image.

    The result is at least one pixel wide and high, even for a box that lies outside of the image.
    """
    x0, y0, x1, y1 = box
    dx, dy = margin * (x1 - x0), margin * (y1 - y0)
    left = int(np.clip(np.floor(x0 - dx), 0, width - 1))
    top = int(np.clip(np.floor(y0 - dy), 0, height - 1))
    right = int(np.clip(np.ceil(x1 + dx), left + 1, width))
    bottom = int(np.clip(np.ceil(y1 + dy), top + 1, height))
    return left, top, right, bottom


def scale_to_fit(width: int, height: int, longest: int) -> tuple[int, int]:
    """Size (width, height) scaled down so that its longer side is at most `longest`; never scaled up."""
    factor = min(1.0, longest / max(width, height))
    return max(1, round(width * factor)), max(1, round(height * factor))


def inside(box: Box, crop: tuple[int, int, int, int], size: tuple[int, int]) -> Box:
    """A box of the original image in the pixels of a stored crop, clipped to it.

    Args:
        box: in the original image.
        crop: the stored part of the original image.
        size: (width, height) of the crop as stored.
    """
    left, top, right, bottom = crop
    fx, fy = size[0] / (right - left), size[1] / (bottom - top)
    x0, x1 = (float(np.clip((x - left) * fx, 0, size[0])) for x in (box[0], box[2]))
    y0, y1 = (float(np.clip((y - top) * fy, 0, size[1])) for y in (box[1], box[3]))
    return x0, y0, x1, y1


def square(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """The square around a box, so that resizing does not distort a face, on whole pixels inside the image.

    It is moved inwards where it would leave the image, and is cut where the image is too small for it.
    """
    x0, y0, x1, y1 = box
    side = max(1, round(max(x1 - x0, y1 - y0)))

    def span(low: float, high: float, limit: int) -> tuple[int, int]:
        length = min(side, limit)
        start = int(np.clip(round((low + high - length) / 2), 0, limit - length))
        return start, start + length

    (left, right), (top, bottom) = span(x0, x1, width), span(y0, y1, height)
    return left, top, right, bottom


def tight_square(image: np.ndarray, box: Box, size: int, shift: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """The square around the face in a stored crop, resized to (size, size, 3) uint8 RGB: what a network sees.

    Args:
        image: the crop, (H, W, 3) uint8 RGB.
        box: the face in it.
        size: pixels.
        shift: moves the square to the right and down, as parts of its side; never out of the crop.
    """
    x0, y0, x1, y1 = box
    dx, dy = (part * max(x1 - x0, y1 - y0) for part in shift)
    left, top, right, bottom = square((x0 + dx, y0 + dy, x1 + dx, y1 + dy), image.shape[1], image.shape[0])
    face = image[top:bottom, left:right]
    # Means over areas, where pixels would be left out otherwise; elsewhere they take ten times as long.
    halved = min(face.shape[:2]) >= 2 * size
    return cv2.resize(face, (size, size), interpolation=cv2.INTER_AREA if halved else cv2.INTER_LINEAR)
