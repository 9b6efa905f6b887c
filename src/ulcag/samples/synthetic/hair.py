"""Hair and head coverings: skin above the hairline, lifted off the head and painted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ulcag.samples.synthetic import canonical
from ulcag.samples.synthetic.arrays import BoolArray, FloatArray, f32
from ulcag.samples.synthetic.head import HeadModel, vertex_normals
from ulcag.samples.synthetic.identity import Person

# Height of the hairline around the head, metres: canonical |u| -> v; ends in the neck.
HAIRLINE_U = [0.0, 0.03, 0.05, 0.068, 0.08, 0.092, 0.105, 0.12, 0.135, 0.165, 0.18, 0.283]
HAIRLINE_V = [0.076, 0.076, 0.068, 0.05, 0.025, 0.0, -0.03, -0.035, -0.02, -0.02, -0.05, -0.085]
LONG_HAIRLINE_V = [0.076, 0.076, 0.066, 0.045, 0.02, -0.02, -0.07, -0.13, -0.15, -0.16, -0.16, -0.16]
OVER_EARS = ("scarf", "long")
CAP_V = 0.047
CAP_THICKNESS = 0.009
SCARF_THICKNESS = 0.008
RAMP = 0.02  # metres over which hair reaches its full thickness
COLLAR_V = -0.185  # cloth of the shirt below this height
STRANDS = 500  # of hair around the head


@dataclass(frozen=True)
class Covering:
    """What lies over the skin at some points: N points.

    Attributes:
        cover: (N,) 0 skin .. 1 covered.
        colour: (N, 3) linear RGB reflectance.
        shine: (N,) strength of the highlight.
    """

    cover: FloatArray
    colour: FloatArray
    shine: FloatArray


def above_hairline(person: Person, uv: FloatArray) -> FloatArray:
    """Distance (metres, roughly) of map points (N, 2) into the covered region; negative on bare skin."""
    u, v = np.abs(uv[:, 0]), uv[:, 1]
    if person.hair_style == "cap":
        inside = v - CAP_V - 0.02 * (u / 0.283)
    elif person.hair_style == "scarf":
        inside = 0.08 * (np.sqrt((u / 0.092) ** 2 + ((v + 0.018) / 0.088) ** 2) - 1)
    elif person.hair_style == "bald":
        inside = np.full_like(v, -1.0)
    else:
        heights = LONG_HAIRLINE_V if person.hair_style == "long" else HAIRLINE_V
        inside = v - np.interp(u, HAIRLINE_U, heights) - person.hairline
    return f32(inside)


def lift(head: HeadModel, person: Person, neutral: FloatArray) -> FloatArray:
    """Offsets (V, 3) in metres that carry each vertex of a neutral head from the skin to the hair or cloth."""
    uv = vertex_uv(head)
    thickness = {"cap": CAP_THICKNESS, "scarf": SCARF_THICKNESS}.get(person.hair_style, person.hair_thickness)
    share = np.clip(above_hairline(person, uv) / RAMP, 0, 1)
    if person.hair_style in OVER_EARS:
        # Fabric and long hair stretch over the ears instead of following them.
        smooth = _smoothed(head, neutral, (share > 0.3) & _around_ears(head))
    else:
        share = share * (1 - head.ears)
        smooth = neutral
    height = thickness * share
    if person.hair_style in ("short", "long"):
        a, b, c = np.random.default_rng(person.texture_seed + 1).uniform(0, 6.3, 3)
        waves = 0.2 * np.sin(40 * uv[:, 0] + a) * np.sin(45 * uv[:, 1] + b) + 0.1 * np.sin(80 * uv[:, 0] + c)
        height = height * (1 + waves)
    lifted = smooth + height[:, None] * vertex_normals(smooth, head.faces)
    return f32(lifted - neutral)


def _around_ears(head: HeadModel, rings: int = 2) -> BoolArray:
    """(V,) the ears and `rings` rows of vertices around them."""
    near = head.ears > 0.02
    for _ in range(rings):
        near = near.copy()
        near[head.faces[near[head.faces].any(axis=1)]] = True
    return np.asarray(near)


def _smoothed(head: HeadModel, vertices: FloatArray, chosen: BoolArray, rounds: int = 40) -> FloatArray:
    """Vertices with the chosen ones moved, again and again, to the mean of their neighbours."""
    starts = head.faces[:, [0, 1, 2, 1, 2, 0]].ravel()
    ends = head.faces[:, [1, 2, 0, 0, 1, 2]].ravel()
    inside = chosen[starts]
    starts, ends = starts[inside], ends[inside]
    count = np.maximum(np.bincount(starts, minlength=len(vertices)), 1)
    smooth = vertices.astype(np.float64)
    for _ in range(rounds):
        for axis in range(3):
            mean = np.bincount(starts, smooth[ends, axis], minlength=len(vertices)) / count
            smooth[chosen, axis] = mean[chosen]
    return smooth.astype(np.float32)


def covering(person: Person, uv: FloatArray) -> Covering:
    """Hair, cap, scarf and shirt at map points (N, 2)."""
    u, v = uv[:, 0], uv[:, 1]
    rng = np.random.default_rng(person.texture_seed + 2)
    bent = u + 0.02 * np.sin(25 * v + rng.uniform(0, 6))
    strands = np.interp(bent, np.linspace(-0.3, 0.3, STRANDS), rng.normal(0, 1, STRANDS))
    inside = above_hairline(person, uv)
    if person.hair_style in ("short", "long"):
        cover = np.clip((inside + 0.0025 * strands) / 0.006, 0, 1)
        colour = f32(person.hair) * np.clip(1 + 0.35 * strands, 0.3, 2)[:, None]
        shine = np.clip(0.05 + 0.03 * strands, 0, 1)
    else:
        cover = np.clip(inside / 0.001, 0, 1)
        knit = 0.1 * np.sin(1500 * v) if person.hair_style == "cap" else 0.12 * np.sin(90 * u + 40 * v)
        colour = f32(person.cloth) * (1 + knit)[:, None]
        shine = np.zeros(len(uv))
    shirt = np.clip((COLLAR_V - v) / 0.001 + 0.5, 0, 1)
    colour = colour + shirt[:, None] * (f32(person.cloth) - colour)
    return Covering(
        cover=np.maximum(cover, shirt).astype(np.float32),
        colour=colour.astype(np.float32),
        shine=(shine * (1 - shirt)).astype(np.float32),
    )


def vertex_uv(head: HeadModel) -> FloatArray:
    """(V, 2) map coordinates of the vertices."""
    return canonical.unroll(head.canonical, head.eyes.mean(axis=0))
