"""Light on skin, eyes, teeth and hair: colour of every visible point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ulcag.samples.synthetic import canonical, hair
from ulcag.samples.synthetic.arrays import BoolArray, FloatArray, IntArray, f32, unit
from ulcag.samples.synthetic.head import HeadModel, Material
from ulcag.samples.synthetic.identity import Person
from ulcag.samples.synthetic.raycast import Surface
from ulcag.samples.synthetic.scene import Scene

# Light bleeds through skin past the edge of shade, red most: how far the terminator moves, R G B.
SKIN_WRAP = f32([0.35, 0.18, 0.14])
HAIR_WRAP = f32([0.1, 0.1, 0.1])
SKIN_SHINE, LIP_SHINE, EYE_SHINE, WET_SHINE = 0.10, 0.25, 0.35, 0.05
SKIN_SHARPNESS, EYE_SHARPNESS = 24.0, 200.0
CREASE_DARKENING = f32([0.26, 0.36, 0.38])
CREASE_DEPTH = 0.0016  # metres at depth 1
TEETH = f32([0.78, 0.70, 0.58])
GUMS = f32([0.16, 0.035, 0.035])
TONGUE = f32([0.36, 0.11, 0.11])
SCLERA = f32([0.60, 0.57, 0.55])
PUPIL = f32([0.008, 0.008, 0.008])
LASHES = f32([0.015, 0.012, 0.012])
UPPER_LASHES, LOWER_LASHES = 0.95, 0.35  # how much of the rim of the lid they cover
IRIS_RADIUS, PUPIL_RADIUS = 0.42, 0.16  # radians as seen from the centre of the eyeball
SHADE_LEFT = 0.15  # share of the key light that strays into its shadow


@dataclass(frozen=True)
class Posed:
    """The head as it stands before the camera (camera space, metres; the origin between the eyes at rest).

    Attributes:
        vertices: (V, 3).
        rotation: (3, 3) from head space.
        eyes: (2, 3) centres of the left and right eyeball.
    """

    vertices: FloatArray
    rotation: FloatArray
    eyes: FloatArray


@dataclass
class Finish:
    """How each of N visible points takes the light; filled in material by material.

    Attributes:
        colour: (N, 3) linear RGB reflectance.
        normals: (N, 3) unit normals, camera space.
        open: (N,) share of the sky seen, 0..1.
        lit: (N,) share of the key light, 0..1.
        wrap: (N, 3) how far light reaches around the edge of shade.
        shine: (N,) strength of the highlight.
        sharpness: (N,) exponent of the highlight.
    """

    colour: FloatArray
    normals: FloatArray
    open: FloatArray
    lit: FloatArray
    wrap: FloatArray
    shine: FloatArray
    sharpness: FloatArray


def shade(
    head: HeadModel,
    person: Person,
    scene: Scene,
    surface: Surface,
    posed: Posed,
    skin: FloatArray,
    creases: FloatArray,
) -> FloatArray:
    """Radiance of the visible points.

    Args:
        head: the mesh and its materials.
        person: colours of eyes, lips, hair.
        scene: light and gaze.
        surface: the N visible points.
        posed: where the head is.
        skin: map of skin reflectance, `paint.paint_skin`.
        creases: map of crease depth, `creases.crease_map`.

    Returns:
        (N, 3) linear RGB.
    """
    material = head.material[surface.triangle]
    finish = _skin(head, person, surface, posed, skin, creases)
    _mouth(finish, surface, material)
    gaze = _gaze(scene, posed.rotation)
    for kind, centre in ((Material.EYE_LEFT, posed.eyes[0]), (Material.EYE_RIGHT, posed.eyes[1])):
        chosen = material == kind
        corners = posed.vertices[head.faces[surface.triangle[chosen]]]
        points = np.einsum("nkc,nk->nc", corners, surface.weights[chosen])
        _eye(finish, person, chosen, unit(points - centre), gaze)
    return _light(scene, surface.view, finish)


def _skin(
    head: HeadModel,
    person: Person,
    surface: Surface,
    posed: Posed,
    skin: FloatArray,
    creases: FloatArray,
) -> Finish:
    """Paint, creases, lips, lashes, and then whatever covers the skin."""
    corners = head.faces[surface.triangle]
    uv = canonical.unroll(np.einsum("nkc,nk->nc", head.canonical[corners], surface.weights), head.eyes.mean(axis=0))
    lips = np.einsum("nk,nk->n", head.lips[surface.triangle], surface.weights)
    rim = np.clip(np.einsum("nk,nk->n", head.lashes[corners], surface.weights) * 1.6 - 0.5, 0, 1)
    depth = np.clip(canonical.sample(creases, uv), 0, 1.2)

    colour = _mix(canonical.sample(skin, uv), person.lips, lips)
    colour = colour * (1 - depth[:, None] * CREASE_DARKENING)
    colour = _mix(colour, LASHES, rim * np.where(uv[:, 1] > -0.002, UPPER_LASHES, LOWER_LASHES))
    over = hair.covering(person, uv)
    covered = over.cover > 0.5
    return Finish(
        colour=_mix(colour, over.colour, over.cover),
        normals=_bend(surface.normals, canonical.sample(_slope(creases), uv), posed.rotation),
        open=surface.open.copy(),
        lit=surface.lit.copy(),
        wrap=np.where(covered[:, None], HAIR_WRAP, SKIN_WRAP),
        shine=f32(np.where(covered, over.shine, SKIN_SHINE + (LIP_SHINE - SKIN_SHINE) * lips)),
        sharpness=np.full(len(colour), SKIN_SHARPNESS, dtype=np.float32),
    )


def _mouth(finish: Finish, surface: Surface, material: IntArray) -> None:
    """A dark cave in which little light reaches the gums; teeth, between which it bounces, shine out."""
    for kind, colour, gloom in (
        (Material.MOUTH, GUMS, 0.25),
        (Material.TONGUE, TONGUE, 0.5),
        (Material.TEETH, TEETH, 1.0),
    ):
        chosen = material == kind
        finish.colour[chosen] = colour
        finish.normals[chosen] = surface.normals[chosen]
        finish.open[chosen] *= gloom
        finish.shine[chosen] = WET_SHINE
    teeth = material == Material.TEETH
    finish.open[teeth] = np.clip(finish.open[teeth], 0.7, 1)
    finish.lit[teeth] = np.clip(finish.lit[teeth], 0.5, 1)


def _eye(finish: Finish, person: Person, chosen: BoolArray, outward: FloatArray, gaze: FloatArray) -> None:
    """One eyeball: `outward` (M, 3) are unit vectors from its centre to its M chosen points."""
    angle = np.arccos(np.clip(outward @ gaze, -1, 1))
    iris = np.clip((IRIS_RADIUS - angle) / 0.05, 0, 1)
    ring = np.exp(-(((angle - IRIS_RADIUS + 0.04) / 0.05) ** 2))
    pupil = np.clip((PUPIL_RADIUS - angle) / 0.04, 0, 1)
    colour = _mix(np.broadcast_to(SCLERA, (len(angle), 3)), person.eyes, iris)
    colour = _mix(colour, 0.35 * f32(person.eyes), ring * iris)
    finish.colour[chosen] = _mix(colour, PUPIL, pupil)
    finish.normals[chosen] = outward
    finish.open[chosen] = np.clip(finish.open[chosen], 0.35, 1)
    finish.shine[chosen] = EYE_SHINE
    finish.sharpness[chosen] = EYE_SHARPNESS


def _light(scene: Scene, view: FloatArray, finish: Finish) -> FloatArray:
    """Key light and sky on N points, seen from the directions `view` (N, 3)."""
    key, key_colour = f32(scene.key_direction), f32(scene.key_colour)
    facing = (finish.normals @ key)[:, None]
    arriving = SHADE_LEFT + (1 - SHADE_LEFT) * finish.lit[:, None]
    diffuse = np.clip((facing + finish.wrap) / (1 + finish.wrap), 0, None) * arriving
    sky = 0.65 - 0.35 * finish.normals[:, 1:2]  # more light from above (y points down)
    light = diffuse * key_colour + f32(scene.ambient) * sky * finish.open[:, None] ** 1.3
    towards = np.einsum("nc,nc->n", finish.normals, unit(key + view))
    glint = np.clip(towards, 0, 1) ** finish.sharpness * finish.shine * finish.lit
    return f32(finish.colour * light + glint[:, None] * key_colour)


def _slope(creases: FloatArray) -> FloatArray:
    """Gradient (rows, columns, 2) of the crease surface along u and v, dimensionless."""
    down, right = np.gradient(creases, canonical.TEXEL)
    return f32(-CREASE_DEPTH * np.stack([right, -down], axis=-1))


def _bend(normals: FloatArray, slope: FloatArray, rotation: FloatArray) -> FloatArray:
    """Tilt unit normals (N, 3) by a surface slope (N, 2) along the head's left and up."""
    up = rotation[:, 2]
    left = np.cross(normals, -up)
    left *= np.sign(left @ rotation[:, 0])[:, None]
    return unit(normals - slope[:, :1] * left - slope[:, 1:] * up)


def _gaze(scene: Scene, rotation: FloatArray) -> FloatArray:
    """(3,) unit vector along which the eyes look: between straight ahead of the head and the camera."""
    ahead = rotation @ f32([0, -1, 0])
    look = 0.5 * ahead + 0.5 * f32([0, 0, -1])
    look = look + f32([*np.tan(np.radians(scene.gaze)), 0])
    return f32(look / np.linalg.norm(look))


def _mix(below: FloatArray, colour: FloatArray | tuple[float, float, float], cover: FloatArray) -> FloatArray:
    return f32(below + cover[:, None] * (f32(colour) - below))
