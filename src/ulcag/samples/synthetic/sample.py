"""One sample of the data set: everything random about it, drawn from the seed and its id alone."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from ulcag.samples.synthetic.expressions import Expression, draw_expression
from ulcag.samples.synthetic.identity import Person, draw_person
from ulcag.samples.synthetic.openface_csv import simulate
from ulcag.samples.synthetic.scene import Scene, draw_scene

PEOPLE = {"train": 120, "test": 40}  # identities of each split; none is in both


@dataclass(frozen=True)
class Sample:
    """A picture to be taken: who, what the face does, how it is photographed."""

    sample_id: str
    split: str
    identity: str
    expression: Expression
    scene: Scene


def generator(seed: int, purpose: str, name: str) -> Generator:
    """Random numbers for one purpose and one name; independent of all others."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode()), zlib.crc32(name.encode())])


def draw_sample(seed: int, split: str, number: int) -> Sample:
    """The sample `<split>_<number>`."""
    sample_id = f"{split}_{number:05d}"
    identity = f"{split}_person_{int(generator(seed, 'identity', sample_id).integers(PEOPLE[split])):03d}"
    return Sample(
        sample_id=sample_id,
        split=split,
        identity=identity,
        expression=draw_expression(generator(seed, "expression", sample_id)),
        scene=draw_scene(generator(seed, "scene", sample_id)),
    )


def person_of(seed: int, identity: str) -> Person:
    """The person with this name."""
    return draw_person(identity, generator(seed, "person", identity))


def openface_of(seed: int, sample: Sample) -> str | None:
    """Text of the sample's OpenFace file, or None if it has none."""
    return simulate(sample.expression.intensities, generator(seed, "openface", sample.sample_id))
