"""Rendered faces spoilt as photographs on the web are: small, blurred, badly lit, compressed, not quite framed."""

import cv2
import numpy as np
from numpy.random import Generator

from ulcag.action_units.reader.features import SIDE
from ulcag.faces.boxes import Box

# The smallest that a face is made before it is enlarged again, pixels; FER2013's have 48.
_SMALLEST = 44
# The square that is cut is so many times the face box's.
_GROWN = (0.8, 1.25)


def spoilt(picture: np.ndarray, box: Box, rng: Generator) -> np.ndarray:
    """A face as a real picture might show it.

    Args:
        picture: (H, W) uint8, grey.
        box: the face in it.
        rng: decides all.

    Returns:
        (SIDE, SIDE) uint8.
    """
    side = int(np.exp(rng.uniform(np.log(_SMALLEST), np.log(SIDE))))
    face = _cut(picture, box, side, rng).astype(np.float32)
    if rng.random() < 0.6:
        face = cv2.GaussianBlur(face, (0, 0), abs(rng.normal(0, 0.8)) * side / 80 + 0.2).astype(np.float32)
    small = _lit(face, rng)
    if rng.random() < 0.7:
        _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))])
        decoded = cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)
        assert decoded is not None  # it was encoded just now
        small = np.asarray(decoded)
    return np.asarray(cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR))


def _lit(face: np.ndarray, rng: Generator) -> np.ndarray:
    """Of another gamma, contrast and brightness, and with noise: (S, S) float32 in 0..255 to uint8."""
    face = (np.clip(face, 0, 255) / 255) ** np.exp(rng.normal(0, 0.3))
    mean = face.mean()
    face = (face - mean) * np.exp(rng.normal(0, 0.25)) + np.clip(mean + rng.normal(0, 0.1), 0.15, 0.85)
    face = face + rng.normal(0, rng.uniform(0, 0.03), face.shape)
    return np.clip(face * 255, 0, 255).astype(np.uint8)


def _cut(picture: np.ndarray, box: Box, side: int, rng: Generator) -> np.ndarray:
    """The square around the face, larger or smaller, shifted, turned and mirrored, at `side` pixels."""
    x0, y0, x1, y1 = box
    span = max(x1 - x0, y1 - y0)
    scale = span * rng.uniform(*_GROWN) / side
    shift, turn = rng.normal(0, 0.03, 2), np.radians(rng.normal(0, 5))
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * scale
    if rng.random() < 0.5:
        axes[:, 0] *= -1
    # between the centres of pixels
    middle = np.array([(x0 + x1) / 2 - 0.5, (y0 + y1) / 2 - 0.5]) + shift * span
    start = middle - axes @ np.full(2, (side - 1) / 2)
    if scale > 1.5:
        picture = cv2.GaussianBlur(picture, (0, 0), scale / 2.5)
    return cv2.warpAffine(
        picture,
        np.column_stack([axes, start]),
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
