"""A thing that was looked for."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """What was looked for and what was found.

    Attributes:
        what: its name.
        state: ok, missing where it is needed always, or optional where something goes without it.
        found: what is there; or that it is not, and what that costs.
        do: what to type or to do about it, if anything.
    """

    what: str
    state: Literal["ok", "missing", "optional"]
    found: str
    do: str = ""
