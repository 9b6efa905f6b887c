"""The pipeline that belongs to this package: where it lies, and how its commands find the package.

Imports no heavy package, as all that the Snakefile reads.
"""

import os
from pathlib import Path

from ulcag.config import check_braces

_PACKAGE = Path(__file__).resolve().parent


def project() -> Path:
    """The folder of Snakefile, workflow, envs and config.yaml: the clone, or the copy in an installed package."""
    clone = _PACKAGE.parents[1]
    return clone if (clone / "Snakefile").is_file() else _PACKAGE / "project"


def snakefile() -> Path:
    """The pipeline's Snakefile.

    Raises:
        InputError: it lies where Snakemake cannot run it.
    """
    path = project() / "Snakefile"
    check_braces(str(path), "rename the folder, or put the package elsewhere")
    return path


def link_package(folder: Path) -> None:
    """Make `folder` hold a link to this package and nothing else, for PYTHONPATH.

    What an installed package lies beside must not be seen by a conda environment, which has its own.
    """
    link = folder / _PACKAGE.name
    if link.is_symlink() and link.readlink() == _PACKAGE:
        return
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{os.getpid()}"
    beside.symlink_to(_PACKAGE)
    beside.replace(link)
