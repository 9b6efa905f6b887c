"""What each ray of the camera hits, and how much light reaches it: the geometry of a picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ulcag.samples.synthetic.arrays import FloatArray, IntArray, f32
from ulcag.samples.synthetic.head import HeadModel, vertex_normals
from ulcag.samples.synthetic.scene import CAMERA_DISTANCE, REFERENCE_SIZE, Scene

EYES_ROW = 0.45  # usual height of the eyes in the picture, fraction from the top
CENTIMETRES = 100.0  # Embree's tolerances suit scenes of about this scale
AMBIENT_RAYS = 24
AMBIENT_REACH = 6.0  # cm; what is nearer than this darkens a crevice
SHADOW_SOFTNESS = 0.06  # spread of the key light, radians
SHADOW_BLUR = 2.0  # pixels


@dataclass(frozen=True)
class Surface:
    """The visible points of the head: N of the rows x columns rays hit something.

    Attributes:
        shape: rows and columns of the grid of rays.
        ray: (N,) index of the ray in the flattened grid.
        triangle: (N,) index of the triangle hit.
        weights: (N, 3) barycentric weights of its corners.
        normals: (N, 3) unit normals in camera space.
        view: (N, 3) unit directions towards the camera.
        open: (N,) 1 in the open .. 0 deep in a crevice.
        lit: (N,) 1 in the key light .. 0 in its shadow.
    """

    shape: tuple[int, int]
    ray: NDArray[np.int64]
    triangle: IntArray
    weights: FloatArray
    normals: FloatArray
    view: FloatArray
    open: FloatArray
    lit: FloatArray


def cast(head: HeadModel, vertices: FloatArray, scene: Scene, size: int, samples: int) -> Surface:
    """Look at the head through a pinhole.

    Args:
        head: supplies the triangles.
        vertices: (V, 3) camera space, metres, the point between the eyes at the origin.
        scene: framing and light.
        size: height and width of the picture, pixels.
        samples: rays a pixel along each side.
    """
    side = size * samples
    centred = vertices + f32([0, 0, CAMERA_DISTANCE])
    embree = _embree_scene(centred * CENTIMETRES, head.faces)
    directions = _ray_directions(scene, side)
    hits = embree.run(np.zeros_like(directions), directions, output=True)
    ray = np.flatnonzero(hits["primID"] >= 0)
    triangle = hits["primID"][ray]
    weights = np.stack([1 - hits["u"][ray] - hits["v"][ray], hits["u"][ray], hits["v"][ray]], axis=1)

    normals_at_vertices = vertex_normals(vertices, head.faces)
    normals = np.einsum("nkc,nk->nc", normals_at_vertices[head.faces[triangle]], weights)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    view = -directions[ray]
    points = directions[ray] * hits["tfar"][ray][:, None]

    open_at_vertices = _openness(embree, centred * CENTIMETRES, normals_at_vertices)
    openness = np.einsum("nk,nk->n", open_at_vertices[head.faces[triangle]], weights)
    lit = _key_light(embree, points + 0.05 * normals, scene, ray, (side, side))
    return Surface(
        shape=(side, side),
        ray=ray,
        triangle=triangle,
        weights=weights.astype(np.float32),
        normals=normals.astype(np.float32),
        view=view,
        open=openness.astype(np.float32),
        lit=lit,
    )


def _embree_scene(vertices: FloatArray, faces: IntArray) -> Any:
    from embreex import rtcore_scene
    from embreex.mesh_construction import TriangleMesh

    scene = rtcore_scene.EmbreeScene()
    TriangleMesh(scene, np.ascontiguousarray(vertices, np.float32), np.ascontiguousarray(faces, np.int32))
    return scene


def _ray_directions(scene: Scene, side: int) -> FloatArray:
    """(side * side, 3) unit directions, row by row."""
    focal = scene.pixels_per_metre * CAMERA_DISTANCE * side / REFERENCE_SIZE
    steps = np.arange(side, dtype=np.float32) + 0.5
    x = (steps - side * (0.5 + scene.shift[0])) / focal
    y = (steps - side * (EYES_ROW + scene.shift[1])) / focal
    right, down = np.meshgrid(x, y)
    directions = np.stack([right, down, np.ones_like(right)], axis=-1).reshape(-1, 3)
    return f32(directions / np.linalg.norm(directions, axis=1, keepdims=True))


@lru_cache(maxsize=1)
def _sphere(count: int = AMBIENT_RAYS) -> FloatArray:
    """(count, 3) directions spread evenly over the sphere (Fibonacci spiral)."""
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    angle = np.pi * (1 + 5**0.5) * k
    ring = np.sqrt(1 - z**2)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1).astype(np.float32)


def _openness(embree: Any, vertices: FloatArray, normals: FloatArray) -> FloatArray:
    """(V,) cosine-weighted share of the sky that each vertex sees within AMBIENT_REACH."""
    sphere = _sphere()
    cosine = np.maximum(normals @ sphere.T, 0)
    vertex, direction = np.nonzero(cosine > 0.05)
    hits = embree.run(vertices[vertex] + 0.1 * normals[vertex], sphere[direction], query="DISTANCE")
    weight = cosine[vertex, direction]
    free = weight * np.clip(hits / AMBIENT_REACH, 0, 1)
    total = np.bincount(vertex, weight, minlength=len(vertices)) + 1e-6
    return f32(np.bincount(vertex, free, minlength=len(vertices)) / total)


def _key_light(
    embree: Any, points: FloatArray, scene: Scene, ray: NDArray[np.int64], shape: tuple[int, int]
) -> FloatArray:
    """(N,) share of the key light that arrives: one jittered shadow ray a point, smoothed in the picture."""
    jitter = np.random.default_rng(scene.background_seed).normal(0, SHADOW_SOFTNESS, points.shape)
    towards = (f32(scene.key_direction) + jitter).astype(np.float32)
    free = embree.run(points, towards, query="OCCLUDED") < 0
    picture = np.zeros(shape, dtype=np.float32)
    seen = np.zeros(shape, dtype=np.float32)
    picture.ravel()[ray] = free
    seen.ravel()[ray] = 1
    blurred = cv2.GaussianBlur(picture, (0, 0), SHADOW_BLUR)
    norm = cv2.GaussianBlur(seen, (0, 0), SHADOW_BLUR)
    return f32((blurred / np.maximum(norm, 1e-6)).ravel()[ray])
