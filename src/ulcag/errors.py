"""The one error that a user is meant to read."""

from functools import partial
from typing import Any


class InputError(ValueError):
    """Something handed to us is not what it must be.

    The message says where it is, what was expected, what was found and what to do, because the reader has
    a million images and no debugger. The command line prints it without a traceback.
    """

    def __init__(self, where: object, *, expected: str, found: str, do: str = "") -> None:
        self.where = str(where)
        self.expected = expected
        self.found = found
        self.do = do
        lines = [self.where, f"  expected: {expected}", f"  found:    {found}"]
        if do:
            lines.append(f"  to do:    {do}")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[Any, ...]:
        # Other processes hand errors over by pickle, which knows the message alone.
        return partial(type(self), expected=self.expected, found=self.found, do=self.do), (self.where,)
