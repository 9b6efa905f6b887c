"""The reader's head: from features of a face to intensities of action units.

With s the features, each less its mean and divided by its spread,

    intensities = relu(s A + a) B + b,    cut off at 0 and 5

It is kept in one file of safetensors, in which nothing can run. Shipped is `head.safetensors`, which `ulcag fit-reader`
makes again.
"""

import hashlib
import json
from dataclasses import dataclass, fields
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
# From this intensity on a unit counts as present: so presences agree best with OpenFace's, and are about as frequent.
PRESENT_FROM = 0.5
# Of the one entry in the file's metadata.
_KEY = "ulcag"
# The largest tensor is stored in half precision, so that the file is small.
_HALF = ("first",)
_AGAIN = "reinstall the package, or refit the head: ulcag fit-reader --out FILE"


@dataclass(frozen=True)
class Head:
    """M action units from D features, by H hidden units. All float32.

    Attributes:
        units: names, in the order of the action units table.
        mean, spread: (D,), of the features.
        first: (D, H), A.
        first_bias: (H,), a.
        second: (H, M), B.
        bias: (M,), b.
    """

    units: tuple[str, ...]
    mean: np.ndarray
    spread: np.ndarray
    first: np.ndarray
    first_bias: np.ndarray
    second: np.ndarray
    bias: np.ndarray

    def intensities(self, f: np.ndarray) -> np.ndarray:
        """(D,) float32 features of one face to (M,) float32; one face at a time, so that no other has a part in it."""
        s = (f - self.mean) / self.spread
        read = np.maximum(s @ self.first + self.first_bias, 0) @ self.second + self.bias
        return np.clip(read, 0, HIGHEST)


_TENSORS = tuple(field.name for field in fields(Head) if field.name != "units")


def write_head(path: Path, head: Head, about: dict[str, Any]) -> None:
    """Write a head, whole or absent.

    Args:
        path: the file.
        head: what to write.
        about: what it was fitted to and how well, in plain JSON values, for who looks into the file.

    Raises:
        InputError: safetensors is not installed.
    """
    save = _safetensors(path).save
    tensors = {name: np.ascontiguousarray(getattr(head, name), _kind(name)) for name in _TENSORS}
    said = json.dumps({"format": FORMAT, "units": list(head.units), "about": about}, sort_keys=True)
    with whole_or_absent(path) as beside:
        # One entry: several would be written in any order, and the same head would be many files.
        beside.write_bytes(save(tensors, {_KEY: said}))


def read_head(path: Path) -> tuple[Head, str]:
    """Read a head; all of it, or an error.

    Returns:
        The head, and the SHA-256 of its file.

    Raises:
        InputError: safetensors is not installed; or there is no such file, or it is damaged or none of a head.
    """
    load = _safetensors(path).load
    from safetensors import SafetensorError

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
    if set(tensors) != set(_TENSORS):
        raise _other(path, f"tensors {', '.join(sorted(tensors)) or 'none'}")
    for name, shape in _shapes(len(units), tensors["first_bias"].size).items():
        tensor = tensors[name]
        if tensor.dtype != _kind(name) or tensor.shape != shape:
            expected = f"{np.dtype(_kind(name))} and {shape}"
            raise _other(path, f"{name} of {tensor.dtype} and shape {tensor.shape}, not {expected}")
        if not np.isfinite(tensor).all():
            raise _other(path, f"values in {name} that are not finite")
    if (tensors["spread"] <= 0).any():
        raise _other(path, "a spread that is not above 0")
    found = Head(tuple(units), **{name: tensors[name].astype(np.float32) for name in _TENSORS})
    return found, hashlib.sha256(content).hexdigest()


def about_head(path: Path = SHIPPED) -> dict[str, Any]:
    """What the file says of how it was fitted."""
    about: dict[str, Any] = _said(path.read_bytes())["about"]
    return about


def _shapes(units: int, hidden: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(("mean", "spread"), (WIDTH,))
    shapes |= {"first": (WIDTH, hidden), "first_bias": (hidden,), "second": (hidden, units)}
    return shapes | {"bias": (units,)}


def _kind(name: str) -> type[np.floating]:
    return np.float16 if name in _HALF else np.float32


def _safetensors(path: Path) -> Any:
    try:
        from safetensors import numpy
    except ImportError:
        do = "pip install 'ulcag[dlib-face]'"
        raise InputError(path, expected="the package safetensors", found="not installed", do=do) from None
    return numpy


def _said(content: bytes) -> dict[str, Any]:
    """Our entry in the metadata of a whole file: its header is JSON, after eight bytes that say how long."""
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    said = json.loads((header.get("__metadata__") or {}).get(_KEY, "{}"))
    return said if isinstance(said, dict) else {}


def _other(path: Path, found: str) -> InputError:
    return InputError(path, expected=f"a head of the action unit reader ({FORMAT})", found=found, do=_AGAIN)
