"""Folds of the skin that muscles make: forehead lines, frown lines, crow's feet, nasolabial folds, ...

The mesh is too coarse to fold, so creases are painted into the canonical map as depth; each picture adds them up
with the strength of its action units, and shading turns the sum into dark lines and bent normals.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import cv2
import numpy as np

from ulcag.samples.synthetic import canonical
from ulcag.samples.synthetic.action_units import MAX_INTENSITY
from ulcag.samples.synthetic.arrays import FloatArray

# One crease: depth 0..1, blur in mm, control points (u, v) in cm on the person's left; mirrored to the right.
Crease = tuple[float, float, list[tuple[float, float]]]

FOREHEAD_MIDDLE: list[Crease] = [
    (0.9, 0.9, [(-1.8, 4.1), (0.0, 3.8), (1.8, 4.1)]),
    (1.0, 0.9, [(-2.1, 5.0), (0.0, 4.7), (2.1, 5.0)]),
    (0.8, 0.9, [(-2.0, 5.9), (0.0, 5.65), (2.0, 5.9)]),
]
FOREHEAD_SIDE: list[Crease] = [
    (1.0, 0.9, [(1.9, 3.9), (3.2, 4.2), (4.6, 3.6)]),
    (1.0, 0.9, [(2.0, 4.8), (3.4, 5.1), (4.9, 4.5)]),
    (0.7, 0.9, [(2.2, 5.8), (3.5, 6.0), (4.6, 5.5)]),
]
FROWN: list[Crease] = [
    (1.0, 1.0, [(0.75, 0.9), (0.6, 1.7), (0.85, 2.7)]),
    (0.6, 1.0, [(0.2, 1.2), (0.15, 2.2)]),
    (0.5, 2.0, [(1.3, 1.0), (2.2, 1.1), (3.2, 1.25)]),
]
CROWS_FEET: list[Crease] = [
    (0.9, 0.7, [(5.0, 0.1), (5.7, 0.45), (6.5, 1.0)]),
    (1.0, 0.7, [(5.0, -0.2), (5.8, -0.2), (6.7, -0.1)]),
    (0.9, 0.7, [(4.9, -0.5), (5.7, -0.8), (6.4, -1.3)]),
    (0.8, 1.4, [(1.9, -0.9), (3.0, -1.5), (4.4, -1.3), (5.2, -0.8)]),
]
LOWER_LID: list[Crease] = [
    (0.8, 0.9, [(1.8, -0.6), (2.6, -1.05), (3.6, -1.1), (4.6, -0.6)]),
]
NOSE: list[Crease] = [
    (1.0, 0.8, [(-0.9, 0.35), (0.0, 0.55), (0.9, 0.35)]),
    (0.9, 0.8, [(-1.0, -0.1), (0.0, 0.05), (1.0, -0.1)]),
    (0.9, 0.8, [(0.6, -0.5), (1.1, -1.0), (1.5, -1.7)]),
    (0.9, 0.8, [(0.9, -0.4), (1.5, -0.8), (1.9, -1.3)]),
    (1.0, 1.3, [(2.0, -3.3), (2.35, -4.2), (2.4, -4.9)]),
]
NASOLABIAL: list[Crease] = [
    (1.0, 2.0, [(1.95, -3.6), (2.45, -4.5), (2.95, -5.5), (3.3, -6.9)]),
]
UPPER_NASOLABIAL: list[Crease] = [
    (1.0, 1.5, [(1.9, -3.3), (2.5, -4.0), (3.0, -4.9), (3.2, -5.7)]),
]
DIMPLE: list[Crease] = [
    (1.3, 1.5, [(3.1, -6.6), (3.35, -7.3), (3.1, -8.0)]),
    (0.6, 1.2, [(2.9, -7.2), (3.4, -7.3)]),
]
MARIONETTE: list[Crease] = [
    (0.9, 1.7, [(2.6, -7.6), (2.95, -8.2), (3.05, -8.9)]),
]
CHIN: list[Crease] = [
    (1.0, 1.3, [(-1.5, -9.5), (0.0, -9.1), (1.5, -9.5)]),
    (0.5, 0.8, [(0.5, -9.9), (0.7, -10.3)]),
    (0.5, 0.8, [(0.2, -10.3), (-0.1, -10.7)]),
    (0.5, 0.8, [(1.0, -10.1), (1.1, -10.5)]),
]
STRETCH: list[Crease] = [
    (0.9, 1.5, [(3.0, -6.7), (3.3, -7.4), (3.2, -8.2)]),
    (0.5, 1.5, [(3.6, -6.8), (3.9, -7.5), (3.7, -8.3)]),
]
LIP_RIM: list[Crease] = [
    (0.7, 0.8, [(0.5, -5.4), (0.55, -6.0)]),
    (0.7, 0.8, [(1.1, -5.5), (1.2, -6.1)]),
    (0.7, 0.8, [(1.7, -5.8), (1.8, -6.4)]),
    (0.6, 0.8, [(0.7, -8.9), (0.7, -9.4)]),
    (0.6, 0.8, [(1.4, -8.7), (1.5, -9.2)]),
]

CREASES: dict[str, list[Crease]] = {
    "AU01": FOREHEAD_MIDDLE,
    "AU02": FOREHEAD_SIDE,
    "AU04": FROWN,
    "AU06": CROWS_FEET,
    "AU07": LOWER_LID,
    "AU09": NOSE,
    "AU10": UPPER_NASOLABIAL,
    "AU12": NASOLABIAL,
    "AU14": DIMPLE,
    "AU15": MARIONETTE,
    "AU17": CHIN,
    "AU20": STRETCH,
    "AU23": LIP_RIM,
}


@lru_cache(maxsize=1)
def crease_maps() -> dict[str, FloatArray]:
    """AU -> depth map (canonical.SHAPE), 0 flat to about 1 deepest."""
    return {unit: _draw(creases) for unit, creases in CREASES.items()}


def crease_map(intensities: Mapping[str, float], strength: float) -> FloatArray:
    """Depth map of one expression.

    Args:
        intensities: AU -> 0..5.
        strength: how strongly this person's skin folds (1 = average, more with age).
    """
    total = np.zeros(canonical.SHAPE, dtype=np.float32)
    for unit, depth in crease_maps().items():
        weight = intensities.get(unit, 0.0) / MAX_INTENSITY
        if weight > 0.02:
            total += np.float32(weight * strength) * depth
    return np.minimum(total, 1.3)


def _draw(creases: list[Crease]) -> FloatArray:
    depth = np.zeros(canonical.SHAPE, dtype=np.float32)
    for value, blur_mm, points in creases:
        for side in (1, -1):
            line = np.zeros(canonical.SHAPE, dtype=np.uint8)
            canonical.draw_lines(line, [canonical.curve(points) * (side, 1)], 255, 2)
            blurred = cv2.GaussianBlur(line.astype(np.float32), (0, 0), blur_mm / 1000 / canonical.TEXEL)
            # Blurring rounds the fold and lets its ends run out.
            depth = np.maximum(depth, value * blurred / max(float(blurred.max()), 1.0))
    return depth
