"""Pre-trained weights for the backbone: all of them, or an error. Nothing is left out silently.

Read are the forms in which weights circulate: a plain state dict, by torch.save or in safetensors, one inside
`state_dict`, `model` or `net`, and names that begin with `module.`, `backbone.` or `encoder.`. The last layer, whatever
number of classes it has, is not taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ulcag.errors import InputError
from ulcag.tensors import load_tensors

_WRAPPERS = ("state_dict", "model", "net")
_PREFIXES = ("module.", "backbone.", "encoder.")
# Last layers of the data set that the weights were trained on.
_HEADS = ("fc.", "feature.", "classifier.", "head.")
_COUNTER = "num_batches_tracked"  # of batch normalisation; missing in files older than it, and not used here


@dataclass(frozen=True)
class Report:
    """What became of the tensors of a file: names taken, and of heads that were not."""

    taken: tuple[str, ...]
    left: tuple[str, ...]

    def __str__(self) -> str:
        left = f"; not taken: {', '.join(self.left)}" if self.left else ""
        return f"{len(self.taken)} backbone tensors taken, none missing{left}"


def load_weights(backbone: nn.Module, path: Path) -> Report:
    """Put the weights of a file into a backbone whose own last layer has been removed.

    Args:
        backbone: changed in place.
        path: a file that torch.save wrote; nothing in it can run.

    Raises:
        InputError: the file cannot be read, or a backbone tensor is missing, has another shape or is not finite, or the
            file holds tensors that belong neither to the backbone nor to a last layer: the network it is of is another
            one.
    """
    found = _without_prefixes(_state_dict(path))
    wanted = {name: value for name, value in backbone.state_dict().items() if not name.endswith(_COUNTER)}
    missing = [name for name in wanted if name not in found]
    shaped = [
        f"{name} is {list(found[name].shape)}, wanted {list(value.shape)}"
        for name, value in wanted.items()
        if name in found and found[name].shape != value.shape
    ]
    broken = [name for name in wanted if name in found and not torch.isfinite(found[name]).all()]
    others = [name for name in found if name not in wanted and not name.endswith(_COUNTER)]
    strange = [name for name in others if not name.startswith(_HEADS)]
    problems = (
        ("missing", missing),
        ("of another shape", shaped),
        ("not finite", broken),
        ("not of this network", strange),
    )
    if any(names for _, names in problems):
        told = "; ".join(f"{len(names)} {what} ({_some(names)})" for what, names in problems if names)
        do = "set `training.backbone` to the network of these weights"
        raise InputError(path, expected=f"all {len(wanted)} tensors of the backbone, by name", found=told, do=do)
    backbone.load_state_dict({name: found[name] for name in wanted}, strict=False)
    return Report(tuple(wanted), tuple(others))


def _state_dict(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        return _safetensors(path)
    try:
        content = load_tensors(path)
    except FileNotFoundError:
        raise InputError(
            path, expected="a file of weights", found="no such file", do="check training.weights"
        ) from None
    except ValueError as error:
        do = "give a file of plain tensors only: nothing in it may run code"
        raise InputError(path, expected="weights written by torch.save", found=str(error), do=do) from None
    while isinstance(content, Mapping) and any(isinstance(content.get(name), Mapping) for name in _WRAPPERS):
        content = next(content[name] for name in _WRAPPERS if isinstance(content.get(name), Mapping))
    if not isinstance(content, Mapping):
        raise InputError(path, expected="a dictionary of tensors", found=type(content).__name__)
    tensors = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    if not tensors:
        raise InputError(path, expected="a dictionary of tensors", found=f"keys {_some([str(k) for k in content])}")
    return tensors


def _safetensors(path: Path) -> dict[str, Tensor]:
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError:
        do = "pip install safetensors"
        raise InputError(path, expected="the package safetensors", found="not installed", do=do) from None
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except FileNotFoundError:
        do = "check training.weights"
        raise InputError(path, expected="a file of weights", found="no such file", do=do) from None
    except (OSError, SafetensorError) as error:
        raise InputError(path, expected="weights in safetensors", found=str(error)) from None
    return tensors


def _without_prefixes(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    plain = {}
    for name, value in tensors.items():
        while name.startswith(_PREFIXES):
            name = name.split(".", 1)[1]
        plain[name] = value
    return plain


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
