"""How FaceLandmarkImg is started: in a container of Docker, Podman or Apptainer, or as a local program.

Inside a container there is no network, the pictures cannot be written to, and what comes out belongs to the caller.
"""

import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ulcag.action_units.models import OTHER_DETECTOR, check_models, hash_of_models
from ulcag.action_units.sources.openface import OPENFACE_IMAGE, OpenFaceSettings
from ulcag.errors import InputError
from ulcag.files import sha256

# Folders of one call, below the folder of the call and as the program sees them in a container.
PICTURES, BOXES, CSVS = "in", "box", "out"
# What `docker run` and `podman run` end with when they could not run the program at all.
_NOT_RUN = (125, 126, 127)
# The same from the init process that Podman uses, which ends with 1.
_NOT_FOUND = "failed to exec pid1"
_INSTEAD = "or set action_units.openface.runtime to another of docker, podman, apptainer, none"
# What the clients of Docker and Podman end with when something else is to blame than the command line.
_HINT = re.compile(r"(See|Run) '.*--help'.*|Usage:.*|errors pretty printing info")
# One image is one core's work; idle threads of OpenFace's libraries would take the others'.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class StoppedError(Exception):
    """A call was stopped from outside, and says nothing of its pictures."""


@dataclass
class Engine:
    """Starts and stops calls of FaceLandmarkImg.

    Args:
        settings: runtime, image, program and limits.
            Its `detector` is `own` or `box`.
        owner: a name for all containers of this job, by which those that a killed job left running are found.
    """

    settings: OpenFaceSettings
    owner: str
    # What a killed job left behind may still bear its names.
    _token: str = field(default_factory=lambda: secrets.token_hex(3))
    _running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False
    _told: bool = False

    def check(self) -> str:
        """Make sure that the runtime, its daemon and the image are there, before any work.

        Returns:
            What will make the action units: the image's digest, or the hashes of the program and its models.

        Raises:
            InputError: something is missing; it says what to type.
        """
        runtime, image = self.settings.runtime, self.settings.image
        words = self.settings.program_arguments
        if words[-1:] == ("-mloc",):
            # OpenFace would wait for ever.
            where, do = "action_units.openface.program_arguments", "add the path of the model after it"
            raise InputError(where, expected="a path after -mloc", found="nothing", do=do)
        if runtime == "none":
            program = shutil.which(self.settings.program)
            if program is None:
                do = f"set action_units.openface.program to the path of FaceLandmarkImg, {_INSTEAD}"
                raise InputError(
                    self.settings.program, expected="OpenFace's FaceLandmarkImg", found="no such program", do=do
                )
            return f"{Path(program).name} sha256:{sha256(Path(program))}{hash_of_models(Path(program), words)}"
        if shutil.which(runtime) is None:
            do = f"install it, {_INSTEAD}"
            raise InputError(runtime, expected="this program on PATH, to run OpenFace", found="no such program", do=do)
        if runtime == "apptainer":
            if not Path(image).is_file():
                do = f"run: apptainer pull openface.sif docker://{OPENFACE_IMAGE}\n"
                do += "            and set action_units.openface.image: openface.sif"
                raise InputError(image, expected="an image file (.sif)", found="no such file", do=do)
            return f"{Path(image).name} sha256:{sha256(Path(image))}"
        if runtime == "docker":
            self._ask("info", "--format", "{{.ServerVersion}}", expected="a running Docker daemon that you may use")
        look = "{{if .RepoDigests}}{{index .RepoDigests 0}}{{else}}{{.Id}}{{end}}"
        do = f"run: {runtime} pull {image}"
        if "/" not in image or image.startswith("localhost/"):
            do = f"build or load it on this machine (`{runtime} images` lists its images), or name one in a registry"
        return self._ask("image", "inspect", "--format", look, image, expected=f"the image {image}", do=do)

    def run(self, name: str, folder: Path) -> str:
        """Work on the pictures in `folder`; blocks until it ends, stalls, or `close` is called.

        Args:
            name: of this call, different from all others of the job.
            folder: holds `in`, `out` and, where the detector is `box`, `box`.

        Returns:
            Blank if it ended well, otherwise how it ended, in a few words.

        Raises:
            InputError: the engine could not start the program, or the program's models are not there.
            StoppedError: the whole job is being stopped.
        """
        log = folder / "log"
        with self._lock:
            if self._closed:
                raise StoppedError(name)
            with open(log, "wb") as out:
                # A session of its own: ctrl-C ends us, and we end it.
                process = subprocess.Popen(
                    self.command(name, folder),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env=os.environ | _ONE_THREAD,
                    start_new_session=True,
                )
            self._running[name] = process
        try:
            stalled = self._wait(process, name, folder)
        finally:
            with self._lock:
                del self._running[name]
        said = log.read_text(errors="replace")
        self._look_for_models(said)
        if stalled:
            return f"no output for {self.settings.stall_seconds:g} s, stopped"
        code = process.returncode
        if code == 0:
            return ""
        # Whoever stops a job stops its children too: that is no picture's fault.
        if self._closed or _signal(code) in (signal.SIGTERM, signal.SIGINT):
            raise StoppedError(name)
        last = _last_words(said)
        not_run = code in _NOT_RUN or _NOT_FOUND in last
        if not_run and self.settings.runtime in ("docker", "podman"):
            do = "check the engine and action_units.openface.program, then run the command again"
            where = f"{self.settings.runtime} run {self.settings.image}"
            raise InputError(where, expected=f"{self.settings.program} to start", found=f"{last} (code {code})", do=do)
        number = _signal(code)
        return f"ended with {f'code {code}' if number is None else number.name}: {last}"

    def command(self, name: str, folder: Path) -> list[str]:
        """The command line of one call."""
        s = self.settings
        if s.runtime == "none":
            return [s.program, *self._program_arguments(folder)]
        mounts = [PICTURES, CSVS] + ([BOXES] if s.detector == "box" else [])
        inside = Path("/")
        if s.runtime == "apptainer":
            # Memory and cores are Slurm's to limit: Apptainer can only where systemd delegates control groups.
            # It divides a bind at commas and colons.
            source = re.sub("[,:]", r"\\\g<0>", str(folder))
            binds = [f"--bind={source}/{m}:/{m}:{'rw' if m == CSVS else 'ro'}" for m in mounts]
            environment = [f"--env={key}={value}" for key, value in _ONE_THREAD.items()]
            start = ["apptainer", "exec", "--containall", "--no-home", "--net", "--network=none", *binds, *environment]
            return [*start, *s.engine_arguments, s.image, s.program, *self._program_arguments(inside)]
        sources = {m: _csv_field(f"source={folder / m}") for m in mounts}
        binds = [f"--mount=type=bind,{sources[m]},target=/{m}{'' if m == CSVS else ',readonly'}" for m in mounts]
        start = [s.runtime, "run", "--rm", "--init", "--pull=never", "--network=none", f"--user={self._user}"]
        start += [
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            # where SELinux is enforced, a container may read no folder that was not labelled for it
            "--security-opt=label=disable",
            f"--memory={s.memory_mb}m",
            "--cpus=1",
        ]
        start += [f"--env={key}={value}" for key, value in _ONE_THREAD.items()]
        start += [f"--name={self._container(name)}", f"--label=ulcag={self.owner}", f"--entrypoint={s.program}"]
        return [*start, *binds, *s.engine_arguments, s.image, *self._program_arguments(inside)]

    def stop_leftovers(self) -> None:
        """Remove containers that a killed job of the same owner left behind."""
        runtime = self.settings.runtime
        if runtime in ("docker", "podman"):
            listed = _output([runtime, "ps", "--all", "--quiet", f"--filter=label=ulcag={self.owner}"])
            if listed:
                _output([runtime, "rm", "--force", *listed.split()])

    def close(self) -> None:
        """Stop all calls and start no more."""
        with self._lock:
            self._closed = True
            running = list(self._running.items())
        for name, process in running:
            self._kill(name, process)
        # Clients of a killed job outlive it, and may have started a container after this one had looked.
        self.stop_leftovers()

    def _wait(self, process: "subprocess.Popen[bytes]", name: str, folder: Path) -> bool:
        """Wait for the end; True if it had to be stopped because nothing came out any more."""
        limit = self.settings.stall_seconds
        before, quiet, step = (-1, -1), 0.0, min(0.5, limit / 10)
        while True:
            try:
                process.wait(timeout=step)
            except subprocess.TimeoutExpired:
                now = (len(os.listdir(folder / CSVS)), (folder / "log").stat().st_size)
                quiet = quiet + step if now == before else 0.0
                before = now
                if quiet >= limit:
                    self._kill(name, process)
                    process.wait()
                    return True
            else:
                return False

    def _kill(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        if self.settings.runtime in ("docker", "podman"):
            # To kill the client would leave the container running.
            _output([self.settings.runtime, "rm", "--force", self._container(name)])
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def _container(self, name: str) -> str:
        return f"ulcag-{self.owner}-{self._token}-{name}"

    def _program_arguments(self, at: Path) -> list[str]:
        s = self.settings
        # Landmarks tell which of several faces is which; in a box there is one.
        boxes = ["-bboxdir", str(at / BOXES)] if s.detector == "box" else ["-2Dfp"]
        folders = ["-fdir", str(at / PICTURES), "-out_dir", str(at / CSVS)]
        return [*folders, "-aus", *boxes, *s.program_arguments]

    def _look_for_models(self, said: str) -> None:
        check_models(self.settings.program, said)
        if OTHER_DETECTOR in said and self.settings.detector == "own" and not self._told:
            self._told = True
            print("OpenFace has no MTCNN model (mtcnn_detector) and searches with HOG-SVM instead", file=sys.stderr)

    @cached_property
    def _user(self) -> str:
        """Whoever is the caller outside: in a rootless container that is root."""
        # Podman that is not rootless was started by root.
        if self.settings.runtime == "podman":
            return "0:0"
        rootless = "name=rootless" in _output(["docker", "info", "--format", "{{.SecurityOptions}}"])
        return "0:0" if rootless else f"{os.getuid()}:{os.getgid()}"

    def _ask(self, *arguments: str, expected: str, do: str = "") -> str:
        runtime = self.settings.runtime
        done = subprocess.run([runtime, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            said = _last_words(done.stderr.strip() or done.stdout)
            do = do or f"start it (sudo systemctl start docker), join the group docker, {_INSTEAD}"
            raise InputError(f"{runtime} {arguments[0]}", expected=expected, found=said, do=do)
        return done.stdout.strip()


def _last_words(said: str) -> str:
    """The line that says what was wrong, among all that a program or an engine's client said."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not _HINT.fullmatch(line.strip())]
    return lines[-1][:400] if lines else "no message"


def _csv_field(text: str) -> str:
    """A part of `--mount`, which is a line of CSV."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n') else text


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def _signal(code: int) -> signal.Signals | None:
    """A shell and a container report a signal as 128 + its number, Python as its negative."""
    try:
        return signal.Signals(-code if code < 0 else code - 128)
    except ValueError:
        return None
