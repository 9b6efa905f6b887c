"""The pipeline that belongs to this package: where it lies, how it is started, and how its commands find the package.

Imports no heavy package, as all that the Snakefile reads.
"""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from ulcag.config import check_braces
from ulcag.errors import InputError
from ulcag.files import whole_or_absent

_PACKAGE = Path(__file__).resolve().parent
# A module and no `include`, whose first rule would not be what `snakemake` makes.
_SNAKEFILE = """\
# The pipeline of the installed package ulcag, for the config.yaml next to this file. Add your own rules below.
from ulcag.pipeline import snakefile


configfile: "config.yaml"


module ulcag:
    snakefile:
        snakefile()
    config:
        config


use rule * from ulcag
"""


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


def schema_line() -> str:
    """What a config.yaml says to editors: where its schema is."""
    return f"# yaml-language-server: $schema={project() / 'workflow' / 'config.schema.json'}\n"


def snakemake_command(config: Path, *what: str) -> list[str]:
    """How the pipeline is started in the folder of its config.yaml; `what` are more arguments.

    Raises:
        InputError: Snakemake is not installed, or the pipeline lies where it cannot run it.
    """
    if find_spec("snakemake") is None:
        do = "pip install 'ulcag[demo]', which also installs the packages of the stages"
        raise InputError("the pipeline", expected="snakemake", found="not installed", do=do)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile()), "--configfile", str(config)]
    return [*command, "--directory", str(config.parent), *what]


def start_project(folder: Path) -> None:
    """Write a config.yaml to edit, and a Snakefile that runs the pipeline on it.

    Raises:
        InputError: there is one of them already.
    """
    # The first line says where the schema is, from there.
    _, config = (project() / "config.yaml").read_text().split("\n", 1)
    texts = {"config.yaml": schema_line() + config, "Snakefile": _SNAKEFILE}
    for name in texts:
        if (folder / name).exists():
            raise InputError(
                folder / name, expected="no such file yet", found="an existing file", do="choose another folder"
            )
    for name, text in texts.items():
        with whole_or_absent(folder / name) as beside:
            beside.write_text(text)


def link_package(folder: Path) -> None:
    """Make `folder` hold a link to this package and nothing else, for PYTHONPATH.

    What an installed package lies beside must not be seen by a conda environment, which has its own.
    """
    link = folder / _PACKAGE.name
    if link.is_symlink() and link.readlink() == _PACKAGE:
        return
    # A copy of a working folder may hold what the link led to.
    if link.is_dir() and not link.is_symlink():
        shutil.rmtree(link)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{os.getpid()}"
    beside.symlink_to(_PACKAGE)
    beside.replace(link)
