"""From emotions to action units: prototypes after EMFACS, and how one expression is drawn from them.

Change the tables here to change what people in the pictures do with their faces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from ulcag.samples.synthetic.action_units import AU_PRESENCE, MAX_INTENSITY

# Canonical order of the classes, and how often each occurs.  Imbalanced like photographs found on the web, but
# the rarest class still has about a hundred pictures in 1500.
CLASS_SHARES = {
    "angry": 0.10,
    "disgust": 0.09,
    "fear": 0.07,
    "happy": 0.30,
    "neutral": 0.18,
    "sad": 0.14,
    "surprise": 0.12,
}

# emotion -> AU -> (probability that it takes part, lowest, highest intensity 0..5).
Prototype = dict[str, tuple[float, float, float]]
PROTOTYPES: dict[str, Prototype] = {
    "angry": {
        "AU04": (1.00, 3.0, 5.0),
        "AU05": (0.40, 1.5, 3.5),
        "AU07": (0.80, 2.0, 4.5),
        "AU09": (0.08, 1.0, 2.0),
        "AU10": (0.15, 1.0, 2.5),
        "AU17": (0.35, 1.0, 3.0),
        "AU23": (0.80, 2.5, 5.0),
        "AU25": (0.20, 1.5, 4.0),
    },
    "disgust": {
        "AU04": (0.45, 1.0, 3.0),
        "AU06": (0.20, 1.0, 2.5),
        "AU07": (0.45, 1.5, 3.5),
        "AU09": (0.95, 3.0, 5.0),
        "AU10": (0.75, 2.5, 5.0),
        "AU15": (0.35, 1.0, 3.0),
        "AU17": (0.50, 1.5, 4.0),
        "AU25": (0.35, 1.0, 3.5),
    },
    "fear": {
        "AU01": (1.00, 2.5, 5.0),
        "AU02": (0.65, 1.5, 4.0),
        "AU04": (0.85, 2.0, 4.5),
        "AU05": (0.95, 2.5, 5.0),
        "AU07": (0.20, 1.0, 2.5),
        "AU20": (0.90, 3.0, 5.0),
        "AU25": (0.90, 2.0, 4.5),
        "AU26": (0.45, 1.0, 3.0),
    },
    "happy": {
        "AU06": (0.85, 2.0, 4.5),
        "AU07": (0.15, 1.0, 2.0),
        "AU12": (1.00, 3.0, 5.0),
        "AU25": (0.75, 2.0, 5.0),
        "AU26": (0.30, 1.0, 3.0),
    },
    "neutral": {},
    "sad": {
        "AU01": (0.95, 2.5, 5.0),
        "AU04": (0.75, 1.5, 4.0),
        "AU07": (0.15, 1.0, 2.0),
        "AU15": (0.92, 2.5, 5.0),
        "AU17": (0.60, 1.5, 4.0),
        "AU25": (0.08, 0.5, 2.0),
        "AU45": (0.12, 1.0, 3.0),
    },
    "surprise": {
        "AU01": (1.00, 3.0, 5.0),
        "AU02": (1.00, 3.0, 5.0),
        "AU05": (0.85, 2.0, 5.0),
        "AU25": (0.95, 2.0, 5.0),
        "AU26": (0.95, 2.5, 5.0),
    },
}

# What faces do beside their emotion: blinking, speaking, chewing on a lip.
INCIDENTAL: Prototype = {
    "AU01": (0.06, 0.5, 2.0),
    "AU02": (0.08, 0.5, 2.0),
    "AU04": (0.10, 0.5, 2.0),
    "AU06": (0.06, 0.5, 2.0),
    "AU07": (0.08, 0.5, 2.0),
    "AU10": (0.03, 0.5, 1.5),
    "AU12": (0.08, 0.5, 1.5),
    "AU14": (0.10, 1.0, 3.5),
    "AU15": (0.05, 0.5, 1.5),
    "AU17": (0.08, 0.5, 2.0),
    "AU20": (0.05, 0.5, 2.0),
    "AU23": (0.06, 0.5, 2.0),
    "AU25": (0.18, 0.5, 3.0),
    "AU26": (0.08, 0.5, 2.0),
    "AU28": (0.02, 2.0, 4.0),
    "AU45": (0.07, 1.5, 5.0),
}
# The first of each pair wins: one cannot do both at full strength.
RIVALS = [("AU05", "AU45"), ("AU25", "AU28"), ("AU25", "AU23"), ("AU12", "AU15"), ("AU26", "AU17")]

WEAK_SHARE, BLEND_SHARE = 0.05, 0.06  # of all pictures; together the ambiguous ones
CLEAR_STRENGTH = (0.5, 1.05)
WEAK_STRENGTH = (0.15, 0.4)
BLEND_PART = (0.35, 0.5)  # part of the second emotion in a blend


@dataclass(frozen=True)
class Expression:
    """What a face shows.

    Attributes:
        label: the emotion.
        intensities: the 18 AUs, 0..5.
        ambiguity: 0 clear .. 1 as much the second label as the first.
        second_label: the other emotion of a blend, "neutral" for a weak expression, else "".
    """

    label: str
    intensities: dict[str, float]
    ambiguity: float
    second_label: str


def draw_expression(rng: Generator) -> Expression:
    """Draw an emotion by its share, then action units that show it."""
    classes = list(CLASS_SHARES)
    label = str(rng.choice(classes, p=list(CLASS_SHARES.values())))
    strength = float(rng.uniform(*CLEAR_STRENGTH))
    second_label, ambiguity = "", max(0.0, 1 - strength)
    kind = rng.random()
    if kind < WEAK_SHARE + BLEND_SHARE:
        others = [name for name in classes if name not in (label, "neutral")]
        second_label = str(rng.choice(others))

    if not second_label:
        shown = _scaled(_draw_units(PROTOTYPES[label], rng), strength)
    elif label == "neutral":
        # A neutral face with a trace of an emotion.
        trace = float(rng.uniform(*WEAK_STRENGTH))
        shown = _scaled(_draw_units(PROTOTYPES[second_label], rng), trace)
        ambiguity = 0.5 + trace
    elif kind < WEAK_SHARE:
        strength = float(rng.uniform(*WEAK_STRENGTH))
        shown = _scaled(_draw_units(PROTOTYPES[label], rng), strength)
        second_label, ambiguity = "neutral", 1 - strength
    else:
        part = float(rng.uniform(*BLEND_PART))
        first = _scaled(_draw_units(PROTOTYPES[label], rng), 1.3 * (1 - part))
        second = _scaled(_draw_units(PROTOTYPES[second_label], rng), 1.3 * part)
        shown = _stronger(first, second)
        ambiguity = 2 * part
    return Expression(label, _complete(_stronger(shown, _draw_units(INCIDENTAL, rng))), ambiguity, second_label)


def _draw_units(prototype: Prototype, rng: Generator) -> dict[str, float]:
    units = {}
    for unit, (probability, low, high) in prototype.items():
        takes_part, intensity = rng.random() < probability, rng.uniform(low, high)
        if takes_part:
            units[unit] = float(intensity)
    return units


def _scaled(units: dict[str, float], strength: float) -> dict[str, float]:
    return {unit: intensity * strength for unit, intensity in units.items()}


def _stronger(first: dict[str, float], second: dict[str, float]) -> dict[str, float]:
    return {unit: max(first.get(unit, 0.0), second.get(unit, 0.0)) for unit in first.keys() | second.keys()}


def _complete(units: dict[str, float]) -> dict[str, float]:
    """All 18 AUs within 0..5, rivals weakened, and no jaw drop behind closed lips."""
    full = {unit: float(np.clip(units.get(unit, 0.0), 0, MAX_INTENSITY)) for unit in AU_PRESENCE}
    for winner, loser in RIVALS:
        full[loser] = max(0.0, full[loser] - 0.7 * full[winner])
    full["AU25"] = max(full["AU25"], 0.7 * full["AU26"])
    return full
