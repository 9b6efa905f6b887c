"""What metrics.json holds, checked when it is read: it may be of another version, or of another program."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ulcag.config import Run
from ulcag.errors import InputError
from ulcag.files import read_json


class _Scalars(BaseModel):
    accuracy: float
    mean_class_accuracy: float
    macro_f1: float
    ece: float


class _Epoch(_Scalars):
    epoch: int


class _Last(_Scalars):
    confusion: list[list[int]] | None = None


class _HeldOut(BaseModel):
    last: _Last
    last_five: _Scalars
    oracle: _Scalars
    by_epoch: list[_Epoch] | None = None


class _Counts(BaseModel):
    wrong_at_first: int
    fixed: int
    right_at_first: int
    broken: int


class _Quality(BaseModel):
    agreement: float
    macro_agreement: float
    fixed_share: float | None = None
    broken_share: float | None = None


class _Changes(BaseModel):
    right_share: float | None


class _Labels(BaseModel):
    before: _Quality
    after: _Quality
    changes: _Changes
    by_epoch: list[_Quality] | None = None
    by_true_class: dict[str, _Counts]
    by_given_class: dict[str, _Counts]


class _Metrics(BaseModel):
    run: Run
    held_out: _HeldOut
    labels: _Labels | None
    replaced: float | None = None
    device: str = ""
    precision: str = ""


class _Elsewhere(BaseModel):
    run: Run
    on: str
    accuracy: float


def read_metrics(path: Path, *needed: str) -> dict[str, Any]:
    """What `evaluate_run` wrote.

    Args:
        path: metrics.json.
        needed: keys, as in `read_json`, that not every reader needs.

    Raises:
        InputError: it is none, or lacks something.
    """
    return _checked(path, _Metrics, needed)


def read_elsewhere(path: Path) -> dict[str, Any]:
    """What `evaluate_elsewhere` wrote.

    Raises:
        InputError: it is none, or lacks something.
    """
    return _checked(path, _Elsewhere, ())


def _checked(path: Path, model: type[BaseModel], needed: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = read_json(path, *needed)
    try:
        model.model_validate(values, strict=True)
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(map(str, problem["loc"]))
        do = "give the file that `ulcag evaluate` wrote, or evaluate the run again with this version"
        found = f"{key + ': ' if key else ''}{problem['msg']}"
        raise InputError(path, expected="the metrics of a run", found=found, do=do) from None
    return values
