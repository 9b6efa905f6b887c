"""The eighteen action units (AUs) of OpenFace and the blendshapes that show them.

Intensities use OpenFace's scale 0..5; `blendshape_weights` maps 5 to the full movement.
"""

from __future__ import annotations

from collections.abc import Mapping

# OpenFace measures an intensity for these seventeen ...
# fmt: off
AU_INTENSITY = [
    "AU01", "AU02", "AU04", "AU05", "AU06", "AU07", "AU09", "AU10", "AU12",
    "AU14", "AU15", "AU17", "AU20", "AU23", "AU25", "AU26", "AU45",
]
# fmt: on
# ... and a presence for these eighteen, in this order.
AU_PRESENCE = [*AU_INTENSITY[:-1], "AU28", "AU45"]
MAX_INTENSITY = 5.0

# Full strength of each AU, as weights of anny's blendshapes.  "Name*" stands for NameLeft and NameRight.
# Weights above one exaggerate: at 100 px a movement of two millimetres is one pixel.
SHAPES: dict[str, dict[str, float]] = {
    "AU01": {"browInnerUp": 1.6},
    "AU02": {"browOuterUp*": 1.4},
    "AU04": {"browDown*": 1.4, "browSqueeze": 1.5},
    "AU05": {"eyeWide*": 1.3},
    "AU06": {"cheekSquint*": 1.7, "eyeSquint*": 0.5},
    "AU07": {"eyeSquint*": 1.2},
    "AU09": {"noseSneer*": 1.8, "mouthUpperUp*": 0.35},
    "AU10": {"mouthUpperUp*": 1.6},
    "AU12": {"mouthSmile*": 1.25},
    "AU14": {"mouthDimple*": 2.0, "mouthPress*": 0.5},
    "AU15": {"mouthFrown*": 1.3},
    "AU17": {"mouthShrugLower": 1.3, "mouthShrugUpper": 0.4},
    "AU20": {"mouthStretch*": 1.7},
    "AU23": {"mouthPress*": 0.6, "mouthRollUpper": 0.7, "mouthRollLower": 0.7, "mouthPucker": 0.35},
    "AU25": {"mouthLowerDown*": 1.4, "mouthUpperUp*": 0.7},
    "AU26": {"jawOpen": 0.75},
    "AU28": {"mouthRollLower": 1.1, "mouthRollUpper": 1.1},
    "AU45": {"eyeBlink*": 1.0},
}

# A face at rest: anny's lids hang a little low, its lips stand a little open, its teeth sit high.
REST: dict[str, float] = {"teethFit": 1.0, "eyeWide*": 0.2, "mouthLowerDown*": -0.1, "mouthUpperUp*": -0.1}


def blendshape_weights(intensities: Mapping[str, float]) -> dict[str, float]:
    """Weights of anny's blendshapes for AU intensities 0..5; contributions of different AUs add up."""
    weights: dict[str, float] = {}
    parts = [(REST, 1.0)] + [(SHAPES[unit], value / MAX_INTENSITY) for unit, value in intensities.items()]
    for shapes, strength in parts:
        for shape, full in shapes.items():
            sides = (shape[:-1] + "Left", shape[:-1] + "Right") if shape.endswith("*") else (shape,)
            for name in sides:
                weights[name] = weights.get(name, 0.0) + full * strength
    return weights
