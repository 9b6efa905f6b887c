"""A person's skin and brows, painted once into the canonical map."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from ulcag.samples.synthetic import canonical
from ulcag.samples.synthetic.arrays import FloatArray, f32
from ulcag.samples.synthetic.identity import Person

# Middle line of the left brow, cm, from the inner end to the tail, and its width in cm at the same points.
BROW_LINE = [(1.25, 1.55), (2.2, 1.95), (3.4, 2.25), (4.4, 2.05), (5.3, 1.45)]
BROW_WIDTH = [0.62, 0.66, 0.56, 0.40, 0.15]
HAIRS_PER_BROW = 420
HAIR_VALUES = (95, 114, 133, 152, 171)  # how much a hair covers, of 255; each of a fifth of them


def paint_skin(person: Person) -> FloatArray:
    """Reflectance of the skin of a person, brows included.

    Returns:
        (rows, columns, 3) map of linear RGB, canonical.SHAPE.
    """
    rng = np.random.default_rng(person.texture_seed)
    u, v = canonical.grid()
    skin = np.broadcast_to(f32(person.skin), (*canonical.SHAPE, 3)).copy()

    skin *= (1 + 0.05 * _noise(rng, 0.008) + 0.04 * _noise(rng, 0.0012))[..., None]
    red = 0.10 * (_blob(u, v, 4.2, -3.2, 1.8) + _blob(u, v, -4.2, -3.2, 1.8) + _blob(u, v, 0, -3.8, 1.4))
    skin *= 1 + red[..., None] * f32([0.6, -1.0, -1.0])
    under_eyes = 0.12 * (_blob(u, v, 3.0, -1.1, 0.8) + _blob(u, v, -3.0, -1.1, 0.8))
    skin *= 1 - under_eyes[..., None]

    spots = (_noise(rng, 0.0009) > 2.1) * person.freckles * 0.35 * (np.abs(v + 0.02) < 0.05)
    skin *= 1 - cv2.GaussianBlur(spots.astype(np.float32), (0, 0), 0.6)[..., None]

    if person.stubble > 0.05:
        beard = np.maximum(_blob(u, v, 0, -9.5, 3.8) * (v < -0.062), _blob(u, v, 0, -5.6, 1.2) * (v < -0.05))
        beard = np.maximum(beard, np.clip((-v - 0.07) * 25, 0, 1) * np.clip((np.abs(u) - 0.035) * 60, 0, 1))
        grain = np.clip(0.75 + 0.35 * _noise(rng, 0.0005), 0, 1)
        skin = _mix(skin, person.hair, 0.6 * person.stubble * np.clip(1.4 * beard, 0, 1) * grain)

    # Below the map its last row repeats; without pattern there, or the neck would be striped.
    fade = np.clip((v - canonical.BOTTOM) / 0.02, 0, 1)[..., None]
    skin = f32(person.skin) * (1 - fade) + skin * fade
    return _mix(skin, _brow_colour(person), _brows(person, rng))


def _brow_colour(person: Person) -> FloatArray:
    # Brows are darker than the hair of fair people, never lighter than the skin.
    return np.minimum(f32(person.hair) * 0.7, 0.35 * f32(person.skin))


def _brows(person: Person, rng: Generator) -> FloatArray:
    """Coverage 0..1 of brow hair, drawn hair by hair."""
    canvas = np.zeros(canonical.SHAPE, dtype=np.uint8)
    middle = canonical.curve(BROW_LINE, 60)
    along = np.gradient(middle, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    width = np.interp(np.linspace(0, len(BROW_WIDTH) - 1, 60), range(len(BROW_WIDTH)), BROW_WIDTH) * person.brow_width
    for side in (1, -1):
        count = int(HAIRS_PER_BROW * person.brow_density)
        k = rng.integers(60, size=count)
        offset = np.clip(rng.normal(0, 0.28, (count, 1)), -0.55, 0.55)
        roots = middle[k] + across[k] * width[k, None] * offset + (0, person.brow_height)
        # Hairs grow upwards at the inner end, along the brow at the tail.
        lift = np.interp(k, [0, 15, 60], [1.1, 0.45, -0.1])[:, None] + rng.normal(0, 0.15, (count, 1)) - 0.3 * offset
        tips = roots + (along[k] * np.cos(lift) + across[k] * np.sin(lift)) * rng.uniform(0.28, 0.5, (count, 1))
        lines = np.stack([roots, tips], axis=1) * (side, 1)
        for part, value in zip(np.array_split(lines, len(HAIR_VALUES)), HAIR_VALUES, strict=True):
            canonical.draw_lines(canvas, part, value, 1)
    hairs = cv2.GaussianBlur(canvas.astype(np.float32) / 255, (0, 0), 0.5)
    ground = cv2.GaussianBlur(canvas.astype(np.float32) / 255, (0, 0), 2.7)
    return np.clip(0.85 * hairs + 0.55 * ground, 0, 0.93)


def _noise(rng: Generator, size: float) -> FloatArray:
    """Smooth noise of unit variance; `size` of its blobs in metres."""
    step = max(size / canonical.TEXEL, 1.0)
    rows, columns = (int(np.ceil(n / step)) + 3 for n in canonical.SHAPE)
    coarse = rng.standard_normal((rows, columns)).astype(np.float32)
    fine = cv2.resize(coarse, canonical.SHAPE[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine / max(float(fine.std()), 1e-6), dtype=np.float32)


def _blob(u: FloatArray, v: FloatArray, u_cm: float, v_cm: float, radius_cm: float) -> FloatArray:
    distance = (u * 100 - u_cm) ** 2 + (v * 100 - v_cm) ** 2
    return f32(np.exp(-distance / radius_cm**2))


def _mix(below: FloatArray, colour: FloatArray | tuple[float, float, float], cover: FloatArray) -> FloatArray:
    return f32(below + cover[..., None] * (f32(colour) - below))
