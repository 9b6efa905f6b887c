"""All findings, as a table for a terminal or as plain values for a bug report."""

import platform
import textwrap
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ulcag import __version__
from ulcag.doctor import data_set, machine, packages, programs, weights
from ulcag.doctor.finding import Finding
from ulcag.versions import git_commit

# Columns of the terminal, of the state, and of the name.
_WIDTH, _STATE, _WHAT = 100, 10, 25
_LEGEND = "missing: always needed; optional: the rest works without it, except for what its line says"


def examine(results: Path = Path("results"), images: int | None = None) -> list[Finding]:
    """Look at everything, in seconds; what cannot be looked at is a finding, too.

    Args:
        results: the folder for results, which need not be there.
        images: of the data set that is to fit in; None: none is asked about.
    """
    looks: dict[str, Callable[[], list[Finding]]] = {
        "Python": packages.python,
        "packages": packages.packages,
        "GPU": machine.gpus,
        "face weights": weights.face_weights,
        "action unit reader": weights.reader,
        "container engine": programs.engines,
        "conda": programs.conda,
        "Slurm": programs.slurm,
        "disk": partial(machine.disk, results),
        "memory": machine.memory,
    }
    if images is not None:
        looks["data set"] = partial(data_set.fits, images, results)
    return [finding for what, look in looks.items() for finding in _looked(what, look)]


def _looked(what: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return look()
    except Exception as error:  # one broken part must not hide the others
        return [Finding(what, "optional", f"cannot be checked: {machine.first_line(error)}")]


def exit_code(findings: Iterable[Finding]) -> int:
    """0 unless something is missing."""
    return int(any(finding.state == "missing" for finding in findings))


def text(findings: Sequence[Finding]) -> str:
    """A table of 100 columns; what to type stands below its line."""
    head = textwrap.fill(_head(), _WIDTH, subsequent_indent="  ")
    return "\n".join([head, _LEGEND, "", *(row(finding) for finding in findings)])


def row(finding: Finding) -> str:
    """A line of the table; more where what was found is long, and what to type below."""
    first = f"{finding.state:<{_STATE}}{finding.what:<{_WHAT}}"
    lines = textwrap.wrap(finding.found, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first))
    if finding.do:
        # A long command goes on in the next line, as a shell reads it.
        parts = textwrap.wrap(finding.do, _WIDTH - 6, break_long_words=False, break_on_hyphens=False)
        lines.append(textwrap.indent(" \\\n".join(parts), "    "))
    return "\n".join(lines)


def plain(findings: Sequence[Finding]) -> dict[str, Any]:
    """The same as plain values."""
    return {"about": _head(), "findings": [vars(finding) for finding in findings]}


def _head() -> str:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"ulcag {__version__}, {git_commit() or 'no clone'}, {system}"
