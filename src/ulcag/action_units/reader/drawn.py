"""The rendered faces that the reader's head is fitted to: who is in picture k, what the face does, how it is taken.

Other people than the embedded data set's, and more of them. Half of the pictures show an expression as that set does;
in the other half each action unit is there or not by itself, so that no unit is read by the company that it keeps.
Most are lit and turned more than there.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from ulcag.samples.synthetic.action_units import AU_PRESENCE, MAX_INTENSITY
from ulcag.samples.synthetic.expressions import RIVALS, draw_expression
from ulcag.samples.synthetic.identity import Person, draw_person
from ulcag.samples.synthetic.scene import Scene, draw_scene

PEOPLE, PICTURES = 600, 10  # of each person
SIZE = 160  # pixels of a side
_SEED = 7
_WIDER = 0.7  # part of the pictures with a wider scene


@dataclass(frozen=True)
class Drawn:
    """A picture to be taken: its name, who, true intensities 0..5 of the 18 units, how it is photographed."""

    name: str
    person: str
    intensities: dict[str, float]
    scene: Scene


def generator(*names: object) -> Generator:
    """Random numbers for one purpose; independent of all others."""
    return np.random.default_rng([_SEED, *(zlib.crc32(str(name).encode()) for name in names)])


def draw(number: int) -> Drawn:
    """Picture `number`; neighbours are of the same person."""
    rng = generator("picture", "train", number)
    intensities = _each_by_itself(rng) if number % 2 else draw_expression(rng).intensities
    scene = _wider(rng) if rng.random() < _WIDER else draw_scene(rng)
    return Drawn(f"train_{number:05d}", f"train_person_{number // PICTURES:04d}", intensities, scene)


def person_named(name: str) -> Person:
    """The person with this name."""
    return draw_person(name, generator("person", name))


def _each_by_itself(rng: Generator) -> dict[str, float]:
    """Up to some eight of the 18 units; of two that exclude each other the weaker one, mostly."""
    share = rng.uniform(0.0, 0.45)
    units = {unit: float(rng.uniform(0.3, MAX_INTENSITY)) for unit in AU_PRESENCE if rng.random() < share}
    for first, second in RIVALS:
        # else the second would never win
        if first in units and second in units and rng.random() < 0.5:
            del units[first]
    full = {unit: units.get(unit, 0.0) for unit in AU_PRESENCE}
    for winner, loser in RIVALS:
        full[loser] = max(0.0, full[loser] - 0.7 * full[winner])
    full["AU25"] = max(full["AU25"], 0.7 * full["AU26"])
    return full


def _wider(rng: Generator) -> Scene:
    """Light from farther aside and of more kinds, and heads turned farther, than the embedded data set has."""
    scene = draw_scene(rng)
    side, height = rng.normal(0, 1.0), rng.uniform(-0.2, 1.3)
    direction = np.array([side, -height, -1.0])
    direction /= np.linalg.norm(direction)
    key, ambient = float(rng.uniform(0.4, 1.4)), float(rng.uniform(0.15, 0.7))
    return replace(
        scene,
        yaw=float(np.clip(rng.normal(0, 13), -32, 32)),
        pitch=float(np.clip(rng.normal(0, 8), -18, 18)),
        key_direction=(float(direction[0]), float(direction[1]), float(direction[2])),
        key_colour=(key, key, key),
        ambient=(ambient, ambient, ambient),
        exposure=float(np.exp(rng.normal(0, 0.25))),
        gaze=(float(rng.normal(0, 9)), float(rng.normal(0, 5))),
    )
