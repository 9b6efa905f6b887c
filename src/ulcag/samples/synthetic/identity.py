"""Who is in the picture: shape of the head, skin, eyes, brows and hair of one person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

Colour = tuple[float, float, float]  # linear RGB reflectance, 0..1

# Skin from light to dark.  Reflectances, not screen colours.
SKIN_TONES: list[Colour] = [
    (0.72, 0.50, 0.40),
    (0.66, 0.44, 0.33),
    (0.60, 0.38, 0.26),
    (0.50, 0.30, 0.19),
    (0.38, 0.21, 0.13),
    (0.26, 0.14, 0.085),
]
EYE_COLOURS: list[Colour] = [
    (0.10, 0.05, 0.025),
    (0.16, 0.085, 0.04),
    (0.16, 0.16, 0.07),
    (0.13, 0.20, 0.30),
    (0.20, 0.24, 0.26),
]
HAIR_COLOURS: list[Colour] = [
    (0.012, 0.010, 0.010),
    (0.035, 0.022, 0.015),
    (0.09, 0.05, 0.028),
    (0.22, 0.14, 0.07),
    (0.20, 0.07, 0.03),
    (0.30, 0.29, 0.28),
]
CLOTH_COLOURS: list[Colour] = [
    (0.03, 0.03, 0.04),
    (0.45, 0.45, 0.47),
    (0.10, 0.14, 0.30),
    (0.40, 0.08, 0.07),
    (0.08, 0.22, 0.12),
    (0.35, 0.28, 0.12),
]
# Shape changes that make faces differ; both sides change together.
# fmt: off
LOCAL_CHANGES = [
    "*-cheek-volume-incr", "*-cheek-bones-incr", "*-cheek-inner-incr", "chin-height-incr",
    "chin-prominent-incr", "chin-width-incr", "chin-bones-incr", "*-eye-scale-incr", "*-eye-corner1-up",
    "*-eye-height2-incr", "*-eye-trans-out", "*-eye-bag-incr", "*-eye-eyefold-up", "eyebrows-angle-up",
    "eyebrows-trans-up", "forehead-scale-vert-incr", "forehead-nubian-incr", "head-fat-incr",
    "head-scale-horiz-incr", "head-scale-vert-incr", "mouth-scale-horiz-incr", "mouth-lowerlip-height-incr",
    "mouth-upperlip-height-incr", "mouth-lowerlip-volume-incr", "mouth-upperlip-volume-incr", "mouth-trans-up",
    "mouth-angles-up", "nose-scale-horiz-incr", "nose-scale-vert-incr", "nose-width1-incr", "nose-width2-incr",
    "nose-width3-incr", "nose-hump-incr", "nose-point-up", "nose-volume-incr", "nose-trans-up",
]
# fmt: on
# These resemble an expression, so they vary less.
EXPRESSIVE = {"mouth-angles-up": 0.5, "eyebrows-angle-up": 0.5, "eyebrows-trans-up": 0.5, "*-eye-height2-incr": 0.5}


@dataclass(frozen=True)
class Person:
    """Everything about a person that does not change from picture to picture."""

    name: str
    phenotype: dict[str, float]
    local_changes: dict[str, float]
    skin: Colour
    lips: Colour
    eyes: Colour
    hair: Colour
    cloth: Colour
    brow_density: float  # 0..1
    brow_width: float  # multiple of the average
    brow_height: float  # cm above the average
    stubble: float  # 0 none .. 1 dark
    freckles: float  # 0..1
    folds: float  # how strongly the skin creases, 1 = average
    hair_style: str  # "short", "long", "bald", "cap" or "scarf"
    hair_thickness: float  # metres
    hairline: float  # metres above the average hairline
    texture_seed: int


def draw_person(name: str, rng: Generator) -> Person:
    """Draw one person; the same generator state gives the same person."""
    gender = float(np.clip(rng.choice([0.08, 0.92]) + rng.normal(0, 0.08), 0, 1))  # anny: 0 male, 1 female
    male = gender < 0.5
    age = float(rng.uniform(0.63, 1.0))
    origin = rng.dirichlet([0.5, 0.5, 0.5])
    african, asian, caucasian = (float(w) for w in origin)
    phenotype = {
        "gender": gender,
        "age": age,
        "weight": float(rng.uniform(0.3, 0.8)),
        "muscle": float(rng.uniform(0.3, 0.7)),
        "african": african,
        "asian": asian,
        "caucasian": caucasian,
    }
    local_changes = {}
    for change in LOCAL_CHANGES:
        value = float(np.clip(rng.normal(0, 0.32 * EXPRESSIVE.get(change, 1.0)), -0.9, 0.9))
        for side in ("l", "r") if change.startswith("*") else ("",):
            local_changes[change.replace("*", side)] = value

    darkness = np.clip(5.0 * african + 2.2 * asian + 0.8 * caucasian + rng.normal(0, 0.6), 0, 5)
    skin = _between(SKIN_TONES, float(darkness))
    greying = rng.random() < max(0.0, (age - 0.8) * 3)
    if greying:
        hair = HAIR_COLOURS[5]
    elif darkness > 2:
        hair = HAIR_COLOURS[int(rng.choice(2, p=[0.7, 0.3]))]
    else:
        hair = HAIR_COLOURS[int(rng.choice(5, p=[0.15, 0.3, 0.25, 0.2, 0.1]))]
    eyes = EYE_COLOURS[int(rng.choice(2))] if darkness > 1.5 else EYE_COLOURS[int(rng.choice(5))]
    lip_red = float(rng.uniform(0.5, 0.75)) - (0.0 if male else 0.18)
    lips = (skin[0] * 0.92, skin[1] * lip_red, skin[2] * lip_red)
    styles = (
        {"short": 0.76, "bald": 0.14, "cap": 0.10} if male else {"short": 0.3, "long": 0.55, "scarf": 0.1, "cap": 0.05}
    )
    style = str(rng.choice(list(styles), p=list(styles.values())))
    return Person(
        name=name,
        phenotype=phenotype,
        local_changes=local_changes,
        skin=skin,
        lips=lips,
        eyes=eyes,
        hair=hair,
        cloth=CLOTH_COLOURS[int(rng.choice(len(CLOTH_COLOURS)))],
        brow_density=float(rng.uniform(0.6, 1.0)),
        brow_width=float(rng.uniform(0.8, 1.35) if male else rng.uniform(0.6, 1.05)),
        brow_height=float(rng.normal(0, 0.08)),
        stubble=float(rng.beta(1, 2)) if male else 0.0,
        freckles=float(rng.beta(1, 4)),
        folds=float(0.6 + 1.2 * (age - 0.6) + rng.uniform(0, 0.3)),
        hair_style=style,
        hair_thickness=float(rng.uniform(0.006, 0.022)),
        hairline=float(rng.normal(0, 0.005)),
        texture_seed=int(rng.integers(2**31)),
    )


def _between(colours: list[Colour], where: float) -> Colour:
    k = min(int(where), len(colours) - 2)
    t = where - k
    r, g, b = ((1 - t) * p + t * q for p, q in zip(colours[k], colours[k + 1], strict=True))
    return (float(r), float(g), float(b))
