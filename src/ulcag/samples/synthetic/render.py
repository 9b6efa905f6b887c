"""One picture: a person with an expression, seen by a camera."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator

from ulcag.samples.synthetic import hair, paint, photo, raycast, shading
from ulcag.samples.synthetic.action_units import blendshape_weights
from ulcag.samples.synthetic.arrays import FloatArray, Picture, f32
from ulcag.samples.synthetic.creases import crease_map
from ulcag.samples.synthetic.head import load_head
from ulcag.samples.synthetic.identity import Person
from ulcag.samples.synthetic.scene import Scene, head_rotation


class Sitter:
    """A person prepared for rendering: neutral mesh, painted skin, lifted hair."""

    def __init__(self, person: Person) -> None:
        head = load_head()
        self.person = person
        self.neutral = head.shape(person.phenotype, person.local_changes)
        self.skin = paint.paint_skin(person)
        self.hair_lift: FloatArray = hair.lift(head, person, self.neutral)


def render(sitter: Sitter, intensities: Mapping[str, float], scene: Scene, rng: Generator, size: int) -> Picture:
    """Take one picture.

    Args:
        sitter: the person.
        intensities: AU -> 0..5; missing ones are at rest.
        scene: pose, light, camera.
        rng: sensor noise.
        size: height and width in pixels.

    Returns:
        (size, size, 3) uint8 RGB.
    """
    head, person = load_head(), sitter.person
    shaped = head.deform(sitter.neutral, blendshape_weights(intensities)) + sitter.hair_lift
    rotation = head_rotation(scene)
    vertices = f32((shaped - head.eyes.mean(axis=0)) @ rotation.T)
    eyes = np.stack([vertices[index].mean(axis=0) for index in head.eye_vertices])
    posed = shading.Posed(vertices=vertices, rotation=rotation, eyes=eyes)

    surface = raycast.cast(head, vertices, scene, size)
    creases = crease_map(intensities, person.folds)
    colours = shading.shade(head, person, scene, surface, posed, sitter.skin, creases)

    picture = photo.background(scene, size)
    pixels = picture.reshape(-1, 3)
    covered = np.bincount(surface.pixel, surface.share, size * size)
    pixels *= (1 - covered[:, None]).astype(np.float32)
    for channel in range(3):
        pixels[:, channel] += np.bincount(surface.pixel, surface.share * colours[:, channel], size * size)
    return photo.develop(picture, scene, rng)
