"""How a picture is taken: head pose, framing, light, and the flaws of the camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from ulcag.samples.synthetic.arrays import FloatArray, f32

CAMERA_DISTANCE = 1.1  # metres
REFERENCE_SIZE = 256  # the picture size for which pixels below are given


@dataclass(frozen=True)
class Scene:
    """Everything about a picture except the person and the expression.

    Camera space: x right, y down, z away from the camera; light directions point towards the light.
    """

    yaw: float  # degrees, to the person's right
    pitch: float  # degrees, down
    roll: float  # degrees
    pixels_per_metre: float  # at the head, for a picture of REFERENCE_SIZE
    shift: tuple[float, float]  # of the eyes from their usual place, fraction of the picture
    gaze: tuple[float, float]  # degrees right, degrees down
    key_direction: tuple[float, float, float]
    key_colour: tuple[float, float, float]
    ambient: tuple[float, float, float]
    exposure: float
    blur: float  # sigma in pixels
    noise: float  # sigma of the sensor, fraction of full range
    jpeg_quality: int
    background_seed: int


def draw_scene(rng: Generator) -> Scene:
    """Draw one picture's circumstances."""
    side, height = rng.normal(0, 0.6), rng.uniform(0.1, 0.9)
    direction = np.array([side, -height, -1.0])
    direction /= np.linalg.norm(direction)
    warmth = float(rng.normal(0, 0.06))
    ambient = float(rng.uniform(0.3, 0.65))
    key = float(rng.uniform(0.6, 1.1))
    return Scene(
        yaw=float(np.clip(rng.normal(0, 9), -20, 20)),
        pitch=float(np.clip(rng.normal(0, 6), -13, 13)),
        roll=float(np.clip(rng.normal(0, 4), -11, 11)),
        pixels_per_metre=float(rng.uniform(780, 960)),
        shift=(float(rng.normal(0, 0.025)), float(rng.normal(0, 0.02))),
        gaze=(float(rng.normal(0, 6)), float(rng.normal(0, 3))),
        key_direction=(float(direction[0]), float(direction[1]), float(direction[2])),
        key_colour=(key * (1 + warmth), key, key * (1 - warmth)),
        ambient=(ambient * (1 - warmth / 2), ambient, ambient * (1 + warmth / 2)),
        exposure=float(np.exp(rng.normal(0, 0.12))),
        blur=float(abs(rng.normal(0, 0.45))),
        noise=float(rng.uniform(0.003, 0.018)),
        jpeg_quality=int(rng.integers(72, 96)),
        background_seed=int(rng.integers(2**31)),
    )


def head_rotation(scene: Scene) -> FloatArray:
    """(3, 3) matrix from head space (x left, y back, z up) to camera space."""
    yaw, pitch, roll = np.radians([scene.yaw, scene.pitch, scene.roll])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    to_camera = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
    return f32(about_z @ about_x @ about_y @ to_camera)
