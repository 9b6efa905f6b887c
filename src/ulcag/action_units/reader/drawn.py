"""The rendered faces that the reader's head is fitted to: who is in picture k, what the face does, how it is taken.

Other people than the embedded data set's, and more of them, most of them lit and turned more than there. Action units
are drawn in three ways: as an expression of that set; each by itself, so that no unit is read by the company that it
keeps; and in groups that photographs show together, for there a smile comes with cheeks and lids.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from ulcag.samples.synthetic.action_units import AU_PRESENCE, MAX_INTENSITY
from ulcag.samples.synthetic.expressions import RIVALS, draw_expression
from ulcag.samples.synthetic.identity import Person, draw_person
from ulcag.samples.synthetic.scene import Scene, draw_scene

PEOPLE, PICTURES = 1200, 10  # of each person
# From this person on units are drawn in groups; before, pictures with even numbers show an expression.
_IN_GROUPS = 800
SIZE = 160  # pixels of a side
_SEED = 7
_WIDER = 0.7  # part of the pictures with a wider scene
# How often each group is there. Smiles, raised brows, frowns, open mouths, mouths drawn down, aside, pressed.
_GROUPS = {
    ("AU06", "AU07", "AU10", "AU12", "AU14", "AU25"): 0.4,
    ("AU01", "AU02", "AU05"): 0.3,
    ("AU04", "AU07", "AU09"): 0.3,
    ("AU25", "AU26"): 0.25,
    ("AU15", "AU17"): 0.25,
    ("AU20", "AU25"): 0.12,
    ("AU23", "AU17"): 0.12,
}


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
    if number >= _IN_GROUPS * PICTURES:
        intensities = _in_groups(rng)
    else:
        intensities = _each_by_itself(rng) if number % 2 else draw_expression(rng).intensities
    scene = _wider(rng) if rng.random() < _WIDER else draw_scene(rng)
    return Drawn(f"train_{number:05d}", f"train_person_{number // PICTURES:04d}", intensities, scene)


def person_named(name: str) -> Person:
    """The person with this name."""
    return draw_person(name, generator("person", name))


def _each_by_itself(rng: Generator) -> dict[str, float]:
    """Up to some eight of the 18 units."""
    share = rng.uniform(0.0, 0.45)
    return _possible(
        {unit: float(rng.uniform(0.3, MAX_INTENSITY)) for unit in AU_PRESENCE if rng.random() < share}, rng
    )


def _in_groups(rng: Generator) -> dict[str, float]:
    """Some of the groups, most units of each about equally strong, and now and then a unit that belongs to none."""
    units: dict[str, float] = {}
    for group, share in _GROUPS.items():
        takes_part, strength = rng.random() < share, rng.uniform(0.5, MAX_INTENSITY)
        for unit in group:
            shows, intensity = rng.random() < 0.75, float(strength * rng.uniform(0.5, 1.1))
            if takes_part and shows:
                units[unit] = max(units.get(unit, 0.0), intensity)
    for unit in AU_PRESENCE:
        shows, intensity = rng.random() < 0.07, float(rng.uniform(0.3, 4))
        if shows:
            units[unit] = max(units.get(unit, 0.0), intensity)
    return _possible(units, rng)


def _possible(units: dict[str, float], rng: Generator) -> dict[str, float]:
    """All 18 units within 0..5, those that exclude each other weakened, and no jaw drop behind closed lips."""
    for first, second in RIVALS:
        # else the second would never win
        if first in units and second in units and rng.random() < 0.5:
            del units[first]
    full = {unit: min(units.get(unit, 0.0), MAX_INTENSITY) for unit in AU_PRESENCE}
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
