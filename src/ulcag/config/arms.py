"""Arms: the rows of a comparison. An arm is a method with some of its settings changed."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field

from ulcag.errors import InputError
from ulcag.method.settings import LITERAL
from ulcag.methods import METHODS
from ulcag.section import Section

# Keys of earlier releases, and what took their place.
_RENAMED = {
    "kind": "use `method`, the new name of `kind`; for the kinds target and auxiliary, use the method ulc-ag with "
    "settings {branches: target} or {branches: auxiliary}",
    "preset": "remove `preset`: for `reading`, use the method ulc-ag; for `paper`, the arm ulc-ag-literal; for "
    "`default`, which was au-posterior, the method second-opinion",
}
# The same of methods.
REPLACED = {"au-posterior": "use second-opinion in its place, without settings"}


class ArmSettings(Section):
    """One way to train, like a row of the paper's tables."""

    method: str = Field(description=f"name of the method: {', '.join(METHODS)}")
    settings: dict[str, Any] = Field(
        default_factory=dict, description="settings of the method that differ from its defaults"
    )

    @classmethod
    def read(cls, values: Mapping[str, Any], where: str = "arm") -> Self:
        """Check an arm.

        Raises:
            InputError: a key is unknown, or one of an earlier release.
        """
        refuse_renamed(values, where)
        return super().read(values, where)


def refuse_renamed(values: Any, where: str) -> None:
    """Nothing, if an arm or a training has no key and no method of an earlier release.

    Raises:
        InputError: it has, with the new name.
    """
    if not isinstance(values, Mapping):
        return
    for key, message in _RENAMED.items():
        if key in values:
            raise InputError(where, expected="the keys method and settings", found=f"{key}", do=message)
    method = values.get("method")
    if isinstance(method, Mapping):
        do = "give the name of the method in `method`, and its settings in `settings`"
        raise InputError(f"{where}, method", expected="the name of a method", found="settings", do=do)
    if isinstance(method, str) and method in REPLACED:
        expected = f"one of the methods {', '.join(METHODS)}"
        raise InputError(f"{where}, method", expected=expected, found=repr(method), do=REPLACED[method])


ARMS: dict[str, dict[str, Any]] = {
    # Every method as it is; `ulc-ag` is the paper's as docs/reproduction.md reads it.
    **{name: {"method": name} for name in METHODS},
    # The paper by the letter.
    "ulc-ag-literal": {"method": "ulc-ag", "settings": LITERAL},
    # Tables I and II.
    "target": {"method": "ulc-ag", "settings": {"branches": "target"}},
    "auxiliary": {"method": "ulc-ag", "settings": {"branches": "auxiliary"}},
    "random-edges": {"method": "ulc-ag", "settings": {"action_units": {"edges": "random"}}},
}


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Settings `base` with those of `change` laid over them, key by key."""
    result = dict(base)
    for key, value in change.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result
