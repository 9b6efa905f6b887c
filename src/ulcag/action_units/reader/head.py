"""The reader's head: a linear function from features to intensities, and from which intensity on a unit is present.

It is kept in one file of safetensors, in which nothing can run. Shipped is `head.safetensors`, which `ulcag fit-reader`
makes again.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ulcag.action_units.reader.features import WIDTH
from ulcag.action_units.table import INTENSITY_UNITS
from ulcag.errors import InputError
from ulcag.files import whole_or_absent

SHIPPED = Path(__file__).with_name("head.safetensors")
# Of the file; another one means other features, or another use of the same numbers.
FORMAT = "ulcag action unit head, 1"
HIGHEST = 5.0
# Of the entry in the file's metadata.
_KEY = "ulcag"
_AGAIN = "install the package again, or make the file again: ulcag fit-reader --out FILE"


@dataclass(frozen=True)
class Head:
    """M action units from D features.

    Attributes:
        units: names, in the order of the action units table.
        weights: (D, M) float32.
        bias: (M,) float32.
        present_from: (M,) float32, the least intensity at which a unit counts as present.
    """

    units: tuple[str, ...]
    weights: np.ndarray
    bias: np.ndarray
    present_from: np.ndarray

    def intensities(self, f: np.ndarray) -> np.ndarray:
        """Of one face: features (D,) to (M,) float32 in 0..5."""
        # In double precision: the same sum in any order, as far as a float32 can tell.
        read = f.astype(np.float64) @ self.weights.astype(np.float64) + self.bias
        return np.clip(read, 0, HIGHEST).astype(np.float32)

    def presences(self, intensities: np.ndarray) -> np.ndarray:
        """(..., M) intensities to (..., M) bool."""
        return np.asarray(intensities >= self.present_from)


def write_head(path: Path, head: Head, about: dict[str, Any]) -> None:
    """Write a head, whole or absent.

    Args:
        path: the file.
        head: what to write.
        about: what it was fitted to and how well, in plain JSON values, for who looks into the file.
    """
    from safetensors.numpy import save

    tensors = {"weights": head.weights, "bias": head.bias, "present_from": head.present_from}
    said = json.dumps({"format": FORMAT, "units": list(head.units), "about": about}, sort_keys=True)
    with whole_or_absent(path) as beside:
        # One entry: several would be written in any order, and the same head would be many files.
        content = save({name: np.ascontiguousarray(v, np.float32) for name, v in tensors.items()}, {_KEY: said})
        beside.write_bytes(content)


def read_head(path: Path = SHIPPED) -> tuple[Head, str]:
    """Read a head; all of it, or an error.

    Returns:
        The head, and the SHA-256 of its file.

    Raises:
        InputError: safetensors is not installed; or there is no such file, or it is damaged or none of a head.
    """
    try:
        from safetensors import SafetensorError
        from safetensors.numpy import load
    except ImportError:
        do = "pip install 'ulcag[dlib-face]'"
        raise InputError(path, expected="the package safetensors", found="not installed", do=do) from None
    try:
        content = path.read_bytes()
        tensors, said = load(content), _said(content)
    except (OSError, SafetensorError, ValueError) as error:
        raise _other(path, str(error)) from None
    if said.get("format") != FORMAT:
        raise _other(path, f"format {said.get('format')!r}")
    units = said.get("units")
    if not units or units != [unit for unit in INTENSITY_UNITS if unit in units]:
        raise _other(path, f"action units {units}")
    shapes = {"weights": (WIDTH, len(units)), "bias": (len(units),), "present_from": (len(units),)}
    if set(tensors) != set(shapes):
        raise _other(path, f"tensors {', '.join(sorted(tensors)) or 'none'}")
    for name, shape in shapes.items():
        tensor = tensors[name]
        if tensor.dtype != np.float32 or tensor.shape != shape:
            raise _other(path, f"{name} of {tensor.dtype} and shape {tensor.shape}, not float32 and {shape}")
        if not np.isfinite(tensor).all():
            raise _other(path, f"values in {name} that are not finite")
    return Head(tuple(units), **{name: tensors[name] for name in shapes}), hashlib.sha256(content).hexdigest()


def about_head(path: Path = SHIPPED) -> dict[str, Any]:
    """What the file says of how it was fitted."""
    about: dict[str, Any] = _said(path.read_bytes())["about"]
    return about


def _said(content: bytes) -> dict[str, Any]:
    """Our entry in the metadata of a whole file: its header is JSON, after eight bytes that say how long."""
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    said = json.loads((header.get("__metadata__") or {}).get(_KEY, "{}"))
    return said if isinstance(said, dict) else {}


def _other(path: Path, found: str) -> InputError:
    return InputError(path, expected=f"a head of the action unit reader ({FORMAT})", found=found, do=_AGAIN)
