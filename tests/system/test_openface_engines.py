"""OpenFace's stand-in in real containers."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from tests.action_units.conftest import GREEDY, HANG, MISSED, NO_FACE, png_header
from tests.action_units.test_chunks import work
from ulcag.action_units.engine import Engine
from ulcag.config import OpenFaceSettings
from ulcag.errors import InputError

pytestmark = pytest.mark.system
ROOT = Path(__file__).parents[2]
PROGRAM = Path("/bin/FaceLandmarkImg")
ENGINES = ("docker", "podman")

# Pictures, and bad ones of each kind; more by environment.
PICTURES = int(os.environ.get("ULCAG_SYSTEM_PICTURES", "200"))
BAD = int(os.environ.get("ULCAG_SYSTEM_BAD", "2"))
STALL = 2.0


def options(runtime: str, **more: Any) -> dict[str, Any]:
    return {"runtime": runtime, "image": "ulcag-stand-in:1", "memory_mb": 200, "threads": 2} | more


def many() -> dict[str, bytes]:
    """Pictures of which some are unreadable, some tiny, some hang, and some show no face."""
    pictures = {f"p{i:04d}": png_header(100 + i % 900, 100) for i in range(PICTURES)}
    kinds = (b"broken", png_header(20, 20), png_header(200, HANG), png_header(200, NO_FACE))
    for at, kind in enumerate(kind for kind in kinds for _ in range(BAD)):
        pictures[f"p{(at * PICTURES // (4 * BAD) + 3):04d}"] = kind
    return pictures


def running(runtime: str) -> str:
    """Containers of ours that are there, running or not."""
    command = [runtime, "ps", "--all", "--quiet", "--filter=label=ulcag=test"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def clients(runtime: str) -> str:
    """Processes that start containers of ours and wait for their end."""
    command = ["pgrep", "--full", "--list-full", f"^{runtime} run .*--label=ulcag=test"]
    return subprocess.run(command, capture_output=True, text=True).stdout


def values(found: Any, pictures: dict[str, bytes]) -> list[Any]:
    return [(found[stem].status, found[stem].reason, found[stem].face) for stem in pictures]


@pytest.mark.usefixtures("engines")
@pytest.mark.parametrize("runtime", ENGINES)
def test_every_picture_gets_its_outcome_in_any_chunks(runtime: str, tmp_path: Path) -> None:
    pictures = many()
    tables = []
    for chunk in (50, 130):
        how = options(runtime, chunk=chunk, stall_seconds=STALL)
        tables.append(values(work(pictures, PROGRAM, tmp_path / str(chunk), **how), pictures))
    assert tables[0] == tables[1]
    statuses = [status for status, _, _ in tables[0]]
    assert statuses.count("failed") == 3 * BAD
    assert statuses.count("no_face") == BAD
    assert statuses.count("ok") == PICTURES - 4 * BAD
    reasons = {reason.split(":")[0] for status, reason, _ in tables[0] if status == "failed"}
    stalled = f"OpenFace no output for {STALL:g} s, stopped"
    assert reasons == {"OpenFace ended with code 1", "OpenFace ended with SIGABRT", stalled}
    assert not running(runtime)


JOB = """
import sys
from pathlib import Path
from tests.system.test_openface_engines import PROGRAM, STALL, many, options
from tests.action_units.test_chunks import work
work(many(), PROGRAM, Path(sys.argv[2]), **options(sys.argv[1], chunk=50, stall_seconds=STALL))
"""


@pytest.mark.usefixtures("engines")
@pytest.mark.parametrize("runtime", ENGINES)
def test_a_killed_job_goes_on_to_the_same_table(runtime: str, tmp_path: Path) -> None:
    pictures, known = many(), tmp_path / "state" / "outcomes.jsonl"
    job = [sys.executable, "-c", JOB, runtime, str(known.parent)]
    paths = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    process = subprocess.Popen(
        job, cwd=ROOT, env=os.environ | {"PYTHONPATH": paths, "TMPDIR": str(tmp_path)}, stderr=subprocess.DEVNULL
    )
    while not known.exists() or len(known.read_text().splitlines()) < PICTURES // 3:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    # What it left running is found by its owner's name. The engine's clients outlive it, too, and may yet start
    # something: they are looked for first, for without one nothing new can come.
    engine, deadline = Engine(OpenFaceSettings(**options(runtime)), "test"), time.monotonic() + 60
    while clients(runtime) or running(runtime):
        assert time.monotonic() < deadline, (clients(runtime), running(runtime))
        engine.stop_leftovers()
        time.sleep(0.2)
    again = work(pictures, PROGRAM, known.parent, **options(runtime, chunk=50, stall_seconds=STALL))
    whole = work(pictures, PROGRAM, tmp_path / "whole", **options(runtime, chunk=50, stall_seconds=STALL))
    assert values(again, pictures) == values(whole, pictures)


@pytest.mark.usefixtures("engines")
@pytest.mark.parametrize("runtime", ENGINES)
def test_the_container_is_shut_in(runtime: str, tmp_path: Path) -> None:
    for name in ("in", "out", "box"):
        (tmp_path / name).mkdir()
    engine = Engine(OpenFaceSettings(**options(runtime, program="/bin/sh", detector="own")), "test")
    command = engine.command("shut-in", tmp_path)
    image = command.index("ulcag-stand-in:1")
    script = "(echo x > /in/x) 2>/dev/null && echo writes; busybox ip link | busybox grep -c mtu; echo y > /out/y"
    done = subprocess.run([*command[: image + 1], "-c", script], capture_output=True, text=True)
    # one network device, which is the loopback
    assert done.stdout.split() == ["1"], done.stderr
    assert (tmp_path / "out" / "y").stat().st_uid == os.getuid()


@pytest.mark.usefixtures("engines")
@pytest.mark.parametrize("runtime", ENGINES)
def test_old_csv_files_and_a_check_before_work(runtime: str, tmp_path: Path) -> None:
    found = work({"p": png_header(123, 100)}, Path("/bin/FaceLandmarkImg-old"), tmp_path, **options(runtime))
    assert found["p"].face is not None
    assert found["p"].face.values["AU01_r"] == 0.123
    assert "sha256:" in Engine(OpenFaceSettings(**options(runtime)), "test").check()
    with pytest.raises(InputError, match=f"run: {runtime} pull nobody/nothing:1"):
        Engine(OpenFaceSettings(**options(runtime, image="nobody/nothing:1")), "test").check()
    with pytest.raises(InputError, match=r"expected: /bin/none to start"):
        work({"p": png_header(*(100, 100))}, Path("/bin/none"), tmp_path / "none", **options(runtime))


@pytest.mark.usefixtures("engines")
@pytest.mark.parametrize("runtime", ENGINES)
def test_boxes_from_a_temporary_folder_with_any_name(
    runtime: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / """a,b:c 'd' $e "f" é"""
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    pictures = {"p": png_header(200, MISSED), "q": png_header(50, 50)}
    found = work(pictures, PROGRAM, tmp_path / "state", **options(runtime, detector="box"))
    assert [found[stem].face and found[stem].face.confidence for stem in pictures] == [0.95, 0.95]
    assert not list(folder.iterdir())


@pytest.mark.usefixtures("engines")
@pytest.mark.parametrize("runtime", ENGINES)
def test_missing_models_and_images_of_ones_own(runtime: str, tmp_path: Path) -> None:
    arguments = ["-mloc", "model/none.txt"]
    with pytest.raises(InputError, match="found:    Could not load the landmark detector"):
        work({"p": png_header(100, 100)}, PROGRAM, tmp_path, **options(runtime, program_arguments=arguments))
    with pytest.raises(InputError, match="to do:    build or load it on this machine"):
        Engine(OpenFaceSettings(**options(runtime, image="openface:none")), "test").check()


@pytest.mark.usefixtures("engines")
def test_too_much_memory_is_the_picture_s_own_failure(tmp_path: Path) -> None:
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    (tmp_path / "in" / "p.png").write_bytes(png_header(200, GREEDY))
    engine = Engine(OpenFaceSettings(**options("docker", program=str(PROGRAM), detector="own", memory_mb=100)), "test")
    assert engine.run("0", tmp_path).startswith("ended with SIGKILL")
