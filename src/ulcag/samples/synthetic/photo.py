"""From light to photograph: background, lens blur, sensor noise, tone curve and JPEG."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from ulcag.samples.synthetic.arrays import FloatArray, Picture, f32
from ulcag.samples.synthetic.scene import REFERENCE_SIZE, Scene

GAMMA = 2.2


def background(scene: Scene, size: int) -> FloatArray:
    """An out-of-focus background: a gradient with soft blobs, (size, size, 3) linear RGB."""
    rng = np.random.default_rng(scene.background_seed)
    top, bottom = _dull_colour(rng), _dull_colour(rng)
    ramp = np.linspace(0, 1, size, dtype=np.float32)[:, None, None]
    picture = np.broadcast_to(top + (bottom - top) * ramp, (size, size, 3)).copy()
    for _ in range(int(rng.integers(0, 7))):
        centre = tuple(int(c) for c in rng.uniform(0, size, 2))
        axes = tuple(int(a) for a in rng.uniform(0.05, 0.35, 2) * size)
        colour = _dull_colour(rng).tolist()
        if rng.random() < 0.5:
            cv2.ellipse(picture, centre, axes, float(rng.uniform(0, 180)), 0, 360, colour, -1)
        else:
            corner = (centre[0] + axes[0], centre[1] + 3 * axes[1])
            cv2.rectangle(picture, centre, corner, colour, -1)
    picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.01, 0.06)) * size)
    return f32(picture)


def develop(radiance: FloatArray, scene: Scene, rng: Generator) -> Picture:
    """Linear RGB (size, size, 3) to an 8-bit RGB picture with blur and noise."""
    size = radiance.shape[0]
    if scene.blur > 0.3:
        radiance = f32(cv2.GaussianBlur(radiance, (0, 0), scene.blur * size / REFERENCE_SIZE))
    exposed = radiance * scene.exposure
    # A soft shoulder keeps highlights from clipping hard.
    exposed = 1 - np.exp(-1.8 * exposed)
    screen = np.clip(exposed, 0, 1) ** (1 / GAMMA)
    screen += scene.noise * rng.standard_normal(screen.shape).astype(np.float32)
    return np.asarray(np.clip(np.round(screen * 255), 0, 255), dtype=np.uint8)


def encode_jpeg(picture: Picture, quality: int) -> bytes:
    """JPEG file of an 8-bit RGB picture."""
    done, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError(f"OpenCV could not encode a picture of shape {picture.shape} as JPEG")
    return bytes(data)


def _dull_colour(rng: Generator) -> FloatArray:
    brightness = np.exp(rng.uniform(np.log(0.03), np.log(0.7)))
    tint = 1 + rng.normal(0, 0.2, 3)
    return f32(np.clip(brightness * tint, 0.01, 0.9))
