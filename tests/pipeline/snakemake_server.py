"""Snakemake, called as from the command line.

To import it takes longer than a plan of a few jobs, and tests ask for many: a server imports it once, and each call is
a fork of that server. Nothing of ours is imported here: a call takes the package from beside its Snakefile.
"""

import multiprocessing
import os
import runpy
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["snakemake.cli"])


def start(folder: Path, *arguments: str, snakefile: Path = ROOT / "Snakefile") -> tuple[int, str]:
    """`snakemake --cores 2 ...` in a folder: exit code, and all that was said."""
    with tempfile.NamedTemporaryFile() as said:
        words = ["snakemake", "--snakefile", str(snakefile), "--cores", "2", *arguments]
        call = _SERVER.Process(target=_call, args=(folder, words, said.name, dict(os.environ)))
        call.start()
        call.join()
        assert call.exitcode is not None
        return call.exitcode, Path(said.name).read_text()


def _call(folder: Path, words: list[str], said: str, environment: dict[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(said, os.O_WRONLY | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.argv = words
    runpy.run_module("snakemake", run_name="__main__", alter_sys=True)
