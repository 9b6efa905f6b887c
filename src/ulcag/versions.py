"""What code made a file: our version and commit, and the packages that arithmetic depends on."""

import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ulcag import __version__


def versions(packages: Iterable[str]) -> dict[str, str | None]:
    """Ours, our commit, and those of `packages`; None for what is not installed."""
    return {"ulcag": __version__, "git": git_commit()} | {package: version_of(package) for package in packages}


def git_commit() -> str | None:
    """The commit of the code that runs, `-dirty` if it was edited; None where it is no git checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def version_of(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
