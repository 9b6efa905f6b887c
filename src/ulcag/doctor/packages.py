"""Python, the packages that are always needed, and the extras, beside the versions that pyproject.toml asks for."""

import platform
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from ulcag.doctor.finding import Finding

if TYPE_CHECKING:
    from packaging.requirements import Requirement

# As pyproject.toml has it; a package cannot ask it of itself before it is installed.
_PYTHON = (3, 11)
# What does not go without an extra.
EXTRAS = {
    "check": "no search for test pictures among the training pictures in `ulcag check`",
    "cleanlab": "no comparison of an audit with cleanlab",
    "synthetic": "no rendered faces: no demo, no `ulcag fit-reader`",
    "tensorboard": "no `tensorboard: true`",
    "export": "no `ulcag export`",
    "dlib-face": "no backbone dlib_face and no action unit reader, used by the demo and audits",
    "timm": "no backbones timm:NAME",
    "workflow": "no pipeline: neither snakemake nor `ulcag audit`",
    "slurm": "no jobs on Slurm",
}


def python() -> list[Finding]:
    """The interpreter."""
    found = platform.python_version()
    if sys.version_info >= _PYTHON:
        return [Finding("Python", "ok", found)]
    least = ".".join(map(str, _PYTHON))
    return [Finding("Python", "missing", f"{found}, not {least} or newer", f"make PYTHON=python{least} setup")]


def packages() -> list[Finding]:
    """A line for each package that is always needed, and one for each extra."""
    try:
        from packaging.requirements import Requirement
    except ModuleNotFoundError:
        found = "is not installed, although matplotlib needs it: other packages are not checked"
        return [Finding("packaging", "missing", found, "pip install 'ulcag[demo]'")]
    try:
        named = [Requirement(line) for line in requires("ulcag") or ()]
    except PackageNotFoundError:
        found = "runs from source, not installed: package versions are not checked"
        return [Finding("ulcag", "optional", found, "pip install --editable .")]
    always = [one for one in named if one.marker is None or one.marker.evaluate({"extra": ""})]
    # An installation that is older than the code may not know an extra.
    extras = {name: needs for name in EXTRAS if (needs := _of_extra(name, named))}
    return [*map(_needed, always), *(_extra(name, needs) for name, needs in extras.items())]


def _of_extra(name: str, named: "Iterable[Requirement]") -> "list[Requirement]":
    return [one for one in named if one.marker and "extra" in str(one.marker) and one.marker.evaluate({"extra": name})]


def _needed(requirement: "Requirement") -> Finding:
    fits, found = _installed(requirement)
    if fits:
        return Finding(requirement.name, "ok", found)
    return Finding(requirement.name, "missing", found, f"pip install '{requirement}'")


def _extra(name: str, requirements: "list[Requirement]") -> Finding:
    looked = [(one.name, *_installed(one)) for one in requirements]
    lacking = [f"{package} {found}" for package, fits, found in looked if not fits]
    what = f"extra {name}"
    if lacking:
        return Finding(what, "optional", f"{', '.join(lacking)}; {EXTRAS[name]}", f"pip install 'ulcag[{name}]'")
    return Finding(what, "ok", ", ".join(f"{package} {found}" for package, _, found in looked))


def _installed(requirement: "Requirement") -> tuple[bool, str]:
    """Whether a package has a version that fits, and which."""
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return False, "is not installed"
    if requirement.specifier.contains(found, prereleases=True):
        return True, found
    return False, f"is {found}, not {requirement.specifier}"
