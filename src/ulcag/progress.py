"""One progress bar for all stages."""

import sys
from collections.abc import Iterable
from typing import Any

from tqdm import tqdm


def progress(
    items: Iterable[Any] | None = None,
    *,
    what: str,
    unit: str,
    total: int | None = None,
    initial: int = 0,
    quiet: bool = False,
) -> Any:
    """A bar on standard error: lively in a terminal, a line now and then in a log file; none if `quiet`."""
    lively = sys.stderr.isatty()
    return tqdm(
        items,
        desc=what,
        unit=unit,
        total=total,
        initial=initial,
        mininterval=0.2 if lively else 10,
        dynamic_ncols=lively,
        disable=quiet,
    )
