"""What every part of the configuration has in common: unknown keys are refused, and errors help.

Imports no heavy package, as all that the Snakefile reads.
"""

import difflib
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from ulcag.errors import InputError


class Section(BaseModel):
    """A part of the configuration. Frozen; a key it does not know is an error that names the nearest right one."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def read(cls, values: Mapping[str, Any], where: str = "config") -> Self:
        """Check `values` and fill in the defaults.

        Raises:
            InputError: lists every key that is unknown, missing, or has a value that is not allowed.
        """
        try:
            return cls.model_validate(dict(values) if isinstance(values, Mapping) else values)
        except ValidationError as error:
            problems = [_explain(cls, dict(problem)) for problem in error.errors()]
            found = "\n            ".join(problems)
            raise InputError(where, expected="valid settings", found=found, do="correct these keys") from None

    def plain(self) -> dict[str, Any]:
        """The settings, defaults included, as plain JSON values."""
        return self.model_dump(mode="json")


class MethodSettings(Section):
    """Settings of a method (`ulcag.methods`). Epoch numbers in them are those of a schedule of 30 epochs.

    Attributes:
        name: what arms call the method.
        code: where its `Method` is, as `module:class`; read when a network is made, for that needs torch.
        at_once: whether it is fitted to the features of a backbone that stays as it is, in place of epochs.
        looks_first: whether it is shown all training samples (`learning.FirstLook`) before the first epoch.
        needs_maps: whether its steps are handed maps (N, D, H, W) in place of the features that are their means.
        networks: how many backbones learn side by side from the same pictures. The first one is used in the end.
        last_stages: how many copies of the backbone's last stage do so.
    """

    name: ClassVar[str]
    code: ClassVar[str]
    at_once: ClassVar[bool] = False
    looks_first: ClassVar[bool] = False
    needs_maps: ClassVar[bool] = False
    networks: ClassVar[int] = 1
    last_stages: ClassVar[int] = 1

    @property
    def relabels_from(self) -> float | None:
        """First epoch in which labels may change; None: they never do."""
        return None

    @property
    def gives(self) -> frozenset[str]:
        """What there is to see of it, beside what its classifier predicts: `confidence`, `templates`, `distances` of
        samples to classes, new `labels`."""
        return frozenset() if self.relabels_from is None else frozenset({"labels"})

    @property
    def needs_action_units(self) -> bool:
        """Whether nothing can be learnt without pseudo action units."""
        return False


def _explain(model: type[BaseModel], problem: dict[str, Any]) -> str:
    # Locations carry the tags of unions ("samples", "table", "path"); they are no keys of the user's, but harmless.
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] != "extra_forbidden":
        return f"{key}: {problem['msg']}, got {problem['input']!r}"
    name, parents = str(problem["loc"][-1]), _parents(model)
    if name in parents:
        # One kind of samples has keys that another has not.
        kinds = [part for part in problem["loc"][:-1] if part in parents[name]]
        return f"{key}: unknown key here; " + (
            f"other {kinds[-1]} have it" if kinds else f"it belongs {_places(parents[name])}"
        )
    # What a section holds says more of it than a name that is only somewhat alike.
    inside = [part for part in problem["input"] if part in parents] if isinstance(problem["input"], Mapping) else []
    nearest = difflib.get_close_matches(name, parents, n=1, cutoff=0.75 if inside else 0.5)
    hint = f"; did you mean '{nearest[0]}'?" if nearest else ""
    hint = hint or "".join(f"; its key '{part}' belongs {_places(parents[part])}" for part in inside)
    return f"{key}: unknown key{hint}"


def _places(parents: set[str]) -> str:
    return " or ".join(f"below {parent}" if parent else "at the top" for parent in sorted(parents))


def _parents(model: type[BaseModel]) -> dict[str, set[str]]:
    """Every key of a model and of the models inside it (a typo is near its right name wherever that stands).

    Each with the keys that it is directly below, which is "" for the model's own.
    """
    parents: dict[str, set[str]] = {}
    waiting: list[tuple[str, Any]] = [("", model)]
    while waiting:
        parent, kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, field in kind.model_fields.items():
                parents.setdefault(name, set()).add(parent)
                waiting.append((name, field.annotation))
        else:
            waiting.extend((parent, part) for part in getattr(kind, "__args__", ()))
    return parents
