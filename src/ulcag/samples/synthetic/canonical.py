"""The canonical face map: a flat picture of the average face in which skin is painted.

A point of the average head is unrolled onto a cylinder around the neck axis.  Because the map is tied to the
mesh, whatever is painted in it (brows, creases, freckles) moves with the skin when the face moves.
Map coordinates (u, v) are metres: u towards the person's left, v up, (0, 0) between the eyes.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike

from ulcag.samples.synthetic.arrays import FloatArray, Picture, f32

RADIUS = 0.09  # of the cylinder, metres
AXIS_BEHIND_EYES = 0.09  # metres
TEXEL = 0.0006  # metres; half a pixel of the finished picture
HALF_WIDTH, TOP, BOTTOM = 0.14, 0.12, -0.14  # extent of the map, metres
SHAPE = (round((TOP - BOTTOM) / TEXEL), round(2 * HALF_WIDTH / TEXEL))  # rows, columns
_SUBPIXEL = 4  # fractional bits of the coordinates handed to OpenCV's line drawing


def unroll(points: FloatArray, between_eyes: FloatArray) -> FloatArray:
    """Map coordinates of points of the average head.

    Args:
        points: (N, 3) in head space, metres.
        between_eyes: (3,) the origin of the map.

    Returns:
        (N, 2) coordinates u, v in metres.
    """
    x = points[:, 0]
    front = between_eyes[1] + AXIS_BEHIND_EYES - points[:, 1]
    return np.stack([RADIUS * np.arctan2(x, front), points[:, 2] - between_eyes[2]], axis=1)


def sample(texture: FloatArray, uv: FloatArray) -> FloatArray:
    """Bilinear look-up of a map (rows, columns[, channels]) at (N, 2) coordinates; edges repeat."""
    column = ((uv[:, 0] + HALF_WIDTH) / TEXEL - 0.5).astype(np.float32)
    row = ((TOP - uv[:, 1]) / TEXEL - 0.5).astype(np.float32)
    # OpenCV limits the size of a destination, so the list of points is folded into rows.
    width = 4096
    padding = -len(uv) % width
    column = np.pad(column, (0, padding)).reshape(-1, width)
    row = np.pad(row, (0, padding)).reshape(-1, width)
    found = cv2.remap(texture, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return f32(found.reshape(-1, *texture.shape[2:])[: len(uv)])


def grid() -> tuple[FloatArray, FloatArray]:
    """Map coordinates u and v (metres) of all texels, each of shape SHAPE."""
    u = (np.arange(SHAPE[1], dtype=np.float32) + 0.5) * TEXEL - HALF_WIDTH
    v = TOP - (np.arange(SHAPE[0], dtype=np.float32) + 0.5) * TEXEL
    u_grid, v_grid = np.meshgrid(u, v)
    return u_grid, v_grid


def draw_lines(canvas: Picture, points_cm: ArrayLike, value: int, thickness: int) -> None:
    """Draw anti-aliased polylines (lines, points, 2), given in centimetres (u, v), into a uint8 map."""
    points = np.asarray(points_cm, dtype=np.float64) / 100
    pixels = np.stack([(points[..., 0] + HALF_WIDTH) / TEXEL, (TOP - points[..., 1]) / TEXEL], axis=-1)
    fixed = np.round(pixels * 2**_SUBPIXEL).astype(np.int32)
    cv2.polylines(canvas, list(fixed), False, value, thickness, cv2.LINE_AA, _SUBPIXEL)


def curve(points: ArrayLike, steps: int = 24) -> FloatArray:
    """A smooth curve of (steps, 2) points through control points (a Catmull-Rom spline)."""
    control = np.asarray(points, dtype=np.float64)
    if len(control) < 3:
        return f32(control)
    padded = np.concatenate([2 * control[:1] - control[1:2], control, 2 * control[-1:] - control[-2:-1]])
    out = []
    for where in np.linspace(0, len(control) - 1, steps):
        k = min(int(where), len(control) - 2)
        t = where - k
        a, b, c, d = padded[k : k + 4]
        out.append(b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))))
    return f32(out)
