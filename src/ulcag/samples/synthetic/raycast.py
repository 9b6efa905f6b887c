"""What each ray of the camera hits, and how much light reaches it: the geometry of a picture."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ulcag.samples.synthetic.arrays import BoolArray, FloatArray, IntArray, f32, unit
from ulcag.samples.synthetic.head import HeadModel, vertex_normals
from ulcag.samples.synthetic.scene import CAMERA_DISTANCE, REFERENCE_SIZE, Scene

EYES_ROW = 0.45  # usual height of the eyes in the picture, fraction from the top
CENTIMETRES = 100.0  # Embree's tolerances suit scenes of about this scale
EDGE_RAYS = 2  # rays along each side of a pixel at an edge; elsewhere one does
EDGE_TURN = 0.9  # cosine between the normals of neighbouring pixels below which there is an edge
AMBIENT_RAYS = 24
AMBIENT_REACH = 6.0  # cm; what is nearer than this darkens a crevice
SHADOW_SOFTNESS = 0.06  # spread of the key light, radians
SHADOW_BLUR = 1.5  # pixels


@dataclass(frozen=True)
class Surface:
    """The visible points of the head: N rays hit something.

    Attributes:
        pixel: (N,) index of the ray's pixel in the flattened picture.
        share: (N,) how much of its pixel a ray stands for.
        triangle: (N,) index of the triangle hit.
        weights: (N, 3) barycentric weights of its corners.
        normals: (N, 3) unit normals in camera space.
        view: (N, 3) unit directions towards the camera.
        open: (N,) 1 in the open .. 0 deep in a crevice.
        lit: (N,) 1 in the key light .. 0 in its shadow.
    """

    pixel: NDArray[np.int64]
    share: FloatArray
    triangle: IntArray
    weights: FloatArray
    normals: FloatArray
    view: FloatArray
    open: FloatArray
    lit: FloatArray


@dataclass(frozen=True)
class _Hits:
    """N rays that hit the head: as in `Surface`, and how far away in cm."""

    pixel: NDArray[np.int64]
    triangle: IntArray
    weights: FloatArray
    normals: FloatArray
    directions: FloatArray
    distance: FloatArray

    def __getitem__(self, chosen: BoolArray) -> _Hits:
        return _Hits(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    def __add__(self, other: _Hits) -> _Hits:
        pairs = {field.name: (getattr(self, field.name), getattr(other, field.name)) for field in fields(self)}
        return _Hits(**{name: np.concatenate(pair) for name, pair in pairs.items()})


def cast(head: HeadModel, vertices: FloatArray, scene: Scene, size: int) -> Surface:
    """Look at the head through a pinhole: a ray a pixel, and more where that ray meets an edge.

    Args:
        head: supplies the triangles.
        vertices: (V, 3) camera space, metres, the point between the eyes at the origin.
        scene: framing and light.
        size: height and width of the picture, pixels.
    """
    centred = (vertices + f32([0, 0, CAMERA_DISTANCE])) * np.float32(CENTIMETRES)
    embree = _embree_scene(centred, head.faces)
    normals = vertex_normals(vertices, head.faces)
    middles = np.indices((size, size), dtype=np.float32).reshape(2, -1).T + np.float32(0.5)
    hits = _hits(embree, head, normals, scene, size, middles)
    edge = _edges(hits, head, size)
    steps = (np.arange(EDGE_RAYS, dtype=np.float32) + 0.5) / EDGE_RAYS - 0.5
    within = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    finer = _hits(embree, head, normals, scene, size, f32(middles[edge][:, None] + within).reshape(-1, 2))
    plain = hits[~edge[hits.pixel]]
    hits = plain + finer

    corners = head.faces[hits.triangle]
    openness = np.einsum("nk,nk->n", _openness(embree, centred, normals, corners)[corners], hits.weights)
    points = hits.directions * hits.distance[:, None] + np.float32(0.05) * hits.normals
    return Surface(
        pixel=hits.pixel,
        share=np.repeat(f32([1, EDGE_RAYS**-2]), [len(plain.pixel), len(finer.pixel)]),
        triangle=hits.triangle,
        weights=hits.weights,
        normals=hits.normals,
        view=-hits.directions,
        open=openness,
        lit=_key_light(embree, points, scene, hits.pixel, size),
    )


def _hits(embree: Any, head: HeadModel, normals: FloatArray, scene: Scene, size: int, places: FloatArray) -> _Hits:
    """What the rays through some places (M, 2) of the picture hit; rows and columns in pixels."""
    directions = _ray_directions(scene, size, places)
    found = embree.run(np.zeros_like(directions), directions, output=True)
    hit = np.flatnonzero(found["primID"] >= 0)
    triangle, u, v = (found[name][hit] for name in ("primID", "u", "v"))
    weights = np.stack([1 - u - v, u, v], axis=1)
    row, column = places[hit].astype(np.int64).T
    return _Hits(
        pixel=row * size + column,
        triangle=triangle,
        weights=weights,
        normals=unit(np.einsum("nkc,nk->nc", normals[head.faces[triangle]], weights)),
        directions=directions[hit],
        distance=found["tfar"][hit],
    )


def _edges(hits: _Hits, head: HeadModel, size: int) -> BoolArray:
    """(size * size,) the pixels whose neighbour, right or below, left or above, is another thing or faces elsewhere."""
    material = np.full((size, size), -1, dtype=np.int32)
    material.flat[hits.pixel] = head.material[hits.triangle]
    normals = np.zeros((size, size, 3), dtype=np.float32)
    normals.reshape(-1, 3)[hits.pixel] = hits.normals
    edge = np.zeros((size, size), dtype=bool)
    for one, other in (((slice(1, None),), (slice(-1),)), ((slice(None), slice(1, None)), (slice(None), slice(-1)))):
        turned = np.einsum("rcx,rcx->rc", normals[one], normals[other]) < EDGE_TURN
        apart = (material[one] != material[other]) | (turned & (material[one] >= 0))
        edge[one] |= apart
        edge[other] |= apart
    return edge.ravel()


def _embree_scene(vertices: FloatArray, faces: IntArray) -> Any:
    from embreex import rtcore_scene
    from embreex.mesh_construction import TriangleMesh

    scene = rtcore_scene.EmbreeScene()
    TriangleMesh(scene, np.ascontiguousarray(vertices, np.float32), np.ascontiguousarray(faces, np.int32))
    return scene


def _ray_directions(scene: Scene, size: int, places: FloatArray) -> FloatArray:
    """(M, 3) unit directions through places (M, 2) of the picture: row and column in pixels."""
    focal = scene.pixels_per_metre * CAMERA_DISTANCE * size / REFERENCE_SIZE
    middle = f32([size * (EYES_ROW + scene.shift[1]), size * (0.5 + scene.shift[0])])
    down, right = ((places - middle) / np.float32(focal)).T
    return unit(np.stack([right, down, np.ones_like(right)], axis=1))


@lru_cache(maxsize=1)
def _sphere(count: int = AMBIENT_RAYS) -> FloatArray:
    """(count, 3) directions spread evenly over the sphere (Fibonacci spiral)."""
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    angle = np.pi * (1 + 5**0.5) * k
    ring = np.sqrt(1 - z**2)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1).astype(np.float32)


def _openness(embree: Any, vertices: FloatArray, normals: FloatArray, seen: IntArray) -> FloatArray:
    """(V,) cosine-weighted share of the sky that each vertex sees within AMBIENT_REACH; 0 for those not in `seen`."""
    chosen = np.unique(seen)
    sphere = _sphere()
    cosine = np.maximum(normals[chosen] @ sphere.T, 0)
    row, direction = np.nonzero(cosine > 0.05)
    origins = vertices[chosen] + np.float32(0.1) * normals[chosen]
    hits = embree.run(origins[row], sphere[direction], query="DISTANCE")
    weight = cosine[row, direction]
    free = weight * np.clip(hits / np.float32(AMBIENT_REACH), 0, 1)
    openness = np.zeros(len(vertices), dtype=np.float32)
    openness[chosen] = np.bincount(row, free, len(chosen)) / (np.bincount(row, weight, len(chosen)) + 1e-6)
    return openness


def _key_light(embree: Any, points: FloatArray, scene: Scene, pixel: NDArray[np.int64], size: int) -> FloatArray:
    """(N,) share of the key light that arrives: one jittered shadow ray a point, smoothed in the picture."""
    rng = np.random.default_rng(scene.background_seed)
    jitter = rng.standard_normal(points.shape, dtype=np.float32) * np.float32(SHADOW_SOFTNESS)
    free = embree.run(points, f32(scene.key_direction) + jitter, query="OCCLUDED") < 0
    lit = np.bincount(pixel, free, size * size).astype(np.float32).reshape(size, size)
    seen = np.bincount(pixel, minlength=size * size).astype(np.float32).reshape(size, size)
    blurred, norm = (cv2.GaussianBlur(sums, (0, 0), SHADOW_BLUR) for sums in (lit, seen))
    return f32((blurred / np.maximum(norm, 1e-6)).ravel()[pixel])
