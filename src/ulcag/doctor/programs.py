"""Programs that the pipeline can start: container engines with OpenFace's image, conda, Slurm."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from ulcag.doctor.finding import Finding

# A program that says nothing for so long does not answer, seconds.
_PATIENCE = 5.0
# What an engine is asked that only a working one can say.
_ENGINES = {
    "docker": ("info", "--format", "{{.ServerVersion}}"),
    "podman": ("info", "--format", "{{.Version.Version}}"),
    "apptainer": ("--version",),
}
# Apptainer's images are files; docs/openface.md calls OpenFace's so.
_SIF = "openface.sif"
_WITHOUT_OPENFACE = "action units come from the reader, from CSV files, or from a local build of OpenFace"


def engines() -> list[Finding]:
    """The container engines, and OpenFace's image in those that answer."""
    there = [name for name in _ENGINES if shutil.which(name)]
    answers = {name: said for name in there if (said := _said(name, *_ENGINES[name]))}
    silent = [f"{name} does not answer" for name in there if name not in answers]
    if not answers:
        found = ", ".join(silent) or f"none of {', '.join(_ENGINES)}"
        do = "sudo systemctl start docker" if "docker" in there else "see docs/openface.md"
        engine = Finding("container engine", "optional", f"{found}; {_WITHOUT_OPENFACE}", do)
        return [engine, Finding("OpenFace's image", "optional", "no container engine to run it")]
    found = ", ".join([*(f"{name} {said.split()[-1]}" for name, said in answers.items()), *silent])
    return [Finding("container engine", "ok", found), _image(list(answers))]


def _image(engines: list[str]) -> Finding:
    from ulcag.action_units.sources.openface import OPENFACE_IMAGE

    def has(engine: str) -> bool:
        if engine == "apptainer":
            return Path(_SIF).is_file()
        return _said(engine, "image", "inspect", "--format", "{{.Id}}", OPENFACE_IMAGE) is not None

    holders = [engine for engine in engines if has(engine)]
    if holders:
        return Finding("OpenFace's image", "ok", f"in {', '.join(holders)}")
    pull = {"apptainer": f"apptainer pull {_SIF} docker://{OPENFACE_IMAGE}"}
    do = pull.get(engines[0], f"{engines[0]} pull {OPENFACE_IMAGE}")
    return Finding("OpenFace's image", "optional", f"not found; {_WITHOUT_OPENFACE}", do)


def conda() -> list[Finding]:
    """Conda, which Snakemake calls."""
    said = _said("conda", "--version") if shutil.which("conda") else None
    if said:
        return [Finding("conda", "ok", said.split()[-1])]
    found = "does not answer" if shutil.which("conda") else "not found"
    do = "see https://conda-forge.org/download"
    return [Finding("conda", "optional", f"{found}; no `snakemake --use-conda`: all rules share this Python", do)]


def slurm() -> list[Finding]:
    """Slurm's programs, and whether its controller answers."""
    lacking = [name for name in ("sbatch", "sinfo") if not shutil.which(name)]
    if lacking:
        return [Finding("Slurm", "optional", f"no {' and no '.join(lacking)}; jobs run on this machine")]
    partitions = _said("sinfo", "--noheader", "--format=%R")
    if partitions is None:
        return [Finding("Slurm", "optional", "installed, but does not answer; jobs run on this machine", "sinfo")]
    return [Finding("Slurm", "ok", f"partitions {', '.join(partitions.split()) or 'none'}")]


def _said(*command: str) -> str | None:
    """What a program puts out; None if it cannot be started, fails, or does not answer."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    try:
        # A session of its own: what the program itself has started must not outlive it, holding the pipe.
        process = subprocess.Popen(command, **pipes, text=True, errors="replace", start_new_session=True)  # type: ignore[call-overload]
    except OSError:
        return None
    with process:
        try:
            said, _ = process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None
    return str(said).strip() if process.returncode == 0 else None
