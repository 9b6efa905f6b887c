"""Array types used throughout the renderer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int32]
BoolArray = NDArray[np.bool_]
Picture = NDArray[np.uint8]  # (rows, columns, 3) RGB


def f32(values: ArrayLike) -> FloatArray:
    """Values as a float32 array; not copied if they are one."""
    return np.asarray(values, dtype=np.float32)


def unit(vectors: FloatArray) -> FloatArray:
    """Vectors (N, 3) at length one; those of length zero stay so."""
    length = np.sqrt(np.einsum("nc,nc->n", vectors, vectors)) + np.float32(1e-9)
    return f32(vectors / length[:, None])
