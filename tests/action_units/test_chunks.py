"""Pictures through a stand-in of FaceLandmarkImg: whatever happens, each gets its own outcome."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.action_units.conftest import DEADLY, HALF, HANG, LOW, NO_FACE, TWO_FACES, install_stand_in, png_header
from ulcag.action_units.chunks import run_chunks
from ulcag.action_units.engine import Engine
from ulcag.action_units.outcomes import Outcomes
from ulcag.action_units.picture import openface_box
from ulcag.action_units.unit_csv import select_face
from ulcag.config import OpenFaceSettings
from ulcag.errors import InputError

ROOT = Path(__file__).parents[2]
GOOD = (200, 100)


def work(
    pictures: dict[str, bytes], program: Path, state: Path, before: Outcomes | None = None, **options: Any
) -> Outcomes:
    """Run all pictures; a box is written where the detector is `box`, and the name does not start with `unboxed`."""
    options = {"runtime": "none", "program": str(program), "detector": "own", "threads": 1} | options
    engine = Engine(OpenFaceSettings(**options), "test")

    def prepare(stem: str, folder: Path) -> None:
        (folder / "in" / f"{stem}.png").write_bytes(pictures[stem])
        if options["detector"] == "box" and not stem.startswith("unboxed"):
            width, height = (int.from_bytes(pictures[stem][at : at + 4], "big") for at in (16, 20))
            x0, y0, x1, y1 = openface_box((0.3 * width, 0.2 * height, 0.7 * width, 0.8 * height))
            (folder / "box" / f"{stem}.txt").write_text(f"{x0} {y0} {x1} {y1}\n")

    outcomes = Outcomes(state / "outcomes.jsonl", "here")
    run_chunks(list(pictures), prepare, lambda stem, path, faces: select_face(path, faces), engine, outcomes, before)
    return outcomes


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return install_stand_in(tmp_path / "bin")


def test_each_picture_gets_its_own_values(program: Path, tmp_path: Path) -> None:
    found = work({f"p{i}": png_header(100 + i, 100) for i in range(7)}, program, tmp_path, chunk=3)
    for i in range(7):
        face = found[f"p{i}"].face
        assert face is not None
        assert (found[f"p{i}"].status, face.confidence, face.values["AU01_r"]) == ("ok", 0.95, (100 + i) / 1000)


def test_one_bad_picture_costs_no_other(program: Path, tmp_path: Path) -> None:
    pictures = {f"p{i:02d}": png_header(*GOOD) for i in range(20)}
    pictures |= {"p03": b"no picture", "p04": png_header(42, 200), "p05": png_header(200, 42)}
    pictures |= {"p11": png_header(200, NO_FACE), "p12": png_header(200, HALF), "p13": png_header(59, 100)}
    pictures |= {"p17": png_header(200, LOW), "p19": png_header(200, TWO_FACES)}
    found = work(pictures, program, tmp_path, chunk=8, threads=2)
    failed = {stem: found[stem].reason for stem in pictures if found[stem].status == "failed"}
    assert failed == {
        "p03": "OpenFace ended with code 1: Could not read p03",
        "p04": "OpenFace ended with SIGABRT: assertion failed at p04",
        "p05": "OpenFace ended with SIGABRT: assertion failed at p05",
        "p12": "OpenFace ended with SIGSEGV: no message",
    }
    assert {stem for stem in pictures if found[stem].status == "no_face"} == {"p11", "p13"}
    # both are for the caller to judge
    assert found["p17"].face is not None
    assert found["p17"].face.confidence == 0.2
    assert found["p19"].face is not None
    assert found["p19"].face.face == 1


def test_no_face_says_who_looked(program: Path, tmp_path: Path) -> None:
    pictures = {"p": png_header(200, NO_FACE)}
    for detector, where in (("own", "by its own detector"), ("box", "in the box that it was given")):
        found = work(pictures, program, tmp_path / detector, detector=detector)
        assert found["p"].reason == f"OpenFace found no face, {where}"


def test_a_model_that_is_not_there_costs_one_call(tmp_path: Path) -> None:
    program = install_stand_in(tmp_path / "bin")
    program.write_text(program.read_text().replace("#!/bin/sh", f"#!/bin/sh\necho >> {tmp_path / 'calls'}", 1))
    pictures = {f"p{i}": png_header(*GOOD) for i in range(30)}
    with pytest.raises(InputError, match="Could not load the landmark detector"):
        work(pictures, program, tmp_path, chunk=1, threads=1, program_arguments=["-mloc", "model/none.txt"])
    assert len((tmp_path / "calls").read_text()) == 1


def test_where_another_detector_did_its_work_a_death_is_the_picture_s_own(program: Path, tmp_path: Path) -> None:
    pictures = {f"p{i:02d}": png_header(200, DEADLY) for i in range(25)} | {"good": png_header(*GOOD)}
    before = work({"good": pictures["good"]} | pictures, program, tmp_path / "own", chunk=1)
    assert sum(before[stem].status == "failed" for stem in pictures) == 25
    broken = {stem: b"broken" for stem in pictures if stem != "good"}
    again = work(broken, program, tmp_path / "box", detector="box", before=before)
    assert {again[stem].status for stem in broken} == {"failed"}
    # those that it did not die of before are another matter
    fine = work(dict.fromkeys(broken, png_header(200, NO_FACE)), program, tmp_path / "fine")
    with pytest.raises(InputError, match="20 pictures failed, the last:"):
        work(broken, program, tmp_path / "new", detector="box", before=fine)


def test_a_box_spares_the_search_and_a_missing_one_is_a_failure(program: Path, tmp_path: Path) -> None:
    pictures = {"small": png_header(50, 50), "unboxed": png_header(*GOOD), "other": png_header(*GOOD)}
    found = work(pictures, program, tmp_path, detector="box")
    assert [found[stem].status for stem in pictures] == ["ok", "failed", "ok"]
    assert found["unboxed"].reason == "OpenFace ended with code 1: no box for unboxed"


def test_a_picture_that_hangs_is_stopped(program: Path, tmp_path: Path) -> None:
    pictures = {f"p{i}": png_header(200, HANG if i == 2 else 100) for i in range(5)}
    found = work(pictures, program, tmp_path, stall_seconds=1)
    assert [found[stem].status for stem in pictures] == ["ok", "ok", "failed", "ok", "ok"]
    assert found["p2"].reason == "OpenFace no output for 1 s, stopped"


def test_versions_before_2_1_are_read_too(tmp_path: Path) -> None:
    old = install_stand_in(tmp_path / "bin", "FaceLandmarkImg-old")
    found = work({"p": png_header(123, 100)}, old, tmp_path)
    assert found["p"].face is not None
    assert found["p"].face.values["AU01_r"] == 0.123


KINDS = {
    "ok": png_header(*GOOD),
    "no_face": png_header(200, NO_FACE),
    "failed": b"broken",
}


@settings(max_examples=12)
@given(kinds=st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=12), chunk=st.integers(1, 12))
def test_no_picture_is_lost_or_blamed_for_another(
    kinds: list[str], chunk: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("chunks")
    pictures = {f"p{i:02d}": KINDS[kind] for i, kind in enumerate(kinds)}
    program = install_stand_in(folder / "bin")
    if set(kinds) == {"failed"}:
        # then it may as well be the program's fault
        with pytest.raises(InputError, match="expected: a working OpenFace"):
            work(pictures, program, folder, chunk=chunk)
        return
    found = work(pictures, program, folder, chunk=chunk)
    assert [found[stem].status for stem in pictures] == kinds


def test_what_dies_of_everything_is_an_error_and_not_a_thousand_bad_pictures(program: Path, tmp_path: Path) -> None:
    pictures = {f"p{i:03d}": b"broken" for i in range(200)}
    with pytest.raises(InputError, match=r"20 pictures failed, the last: OpenFace ended with code 1: Could not read"):
        work(pictures, program, tmp_path)
    # nothing is held against them once it works
    found = work({stem: png_header(*GOOD) for stem in pictures}, program, tmp_path)
    assert {found[stem].status for stem in pictures} == {"ok"}


def test_pictures_that_failed_for_want_of_time_are_tried_again(program: Path, tmp_path: Path) -> None:
    pictures = {"p0": png_header(*GOOD), "p1": png_header(200, HANG)}
    assert work(pictures, program, tmp_path, stall_seconds=1)["p1"].status == "failed"
    found = work({"p0": b"broken", "p1": png_header(*GOOD)}, program, tmp_path)
    assert (found["p0"].status, found["p1"].status) == ("ok", "ok")


def test_csv_files_that_are_none_of_openface_stop_the_work(tmp_path: Path) -> None:
    program = tmp_path / "FaceLandmarkImg"
    program.write_text('#!/bin/sh\nfor p in "$2"/*.png; do s=${p##*/}; echo a,b > "$4/${s%.png}.csv"; done\n')
    program.chmod(0o755)
    with pytest.raises(InputError, match="run OpenFace with -aus"):
        work({"p": b""}, program, tmp_path)


def test_a_damaged_csv_is_one_failure(tmp_path: Path) -> None:
    program = install_stand_in(tmp_path / "bin")
    program.write_text(program.read_text().replace("0.95", "1.95"))
    found = work({"p": png_header(*GOOD), "q": png_header(200, NO_FACE)}, program, tmp_path)
    assert found["p"].reason == "OpenFace's CSV, row 2, confidence: expected a number from 0 to 1, found '1.95'"
    assert found["q"].status == "no_face"


def test_what_is_known_is_not_done_again(program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = {f"p{i}": png_header(*GOOD) for i in range(4)}
    work(dict(list(pictures.items())[:3]), program, tmp_path)
    # whoever looks at them again fails
    again = dict.fromkeys(("p0", "p1", "p2"), b"broken") | {"p3": pictures["p3"]}
    found = work(again, program, tmp_path)
    assert [found[stem].status for stem in pictures] == ["ok"] * 4
    assert "resuming after 3 pictures" in capsys.readouterr().err


JOB = """
import sys
from pathlib import Path
from tests.action_units.test_chunks import work, many
state, program = Path(sys.argv[1]), Path(sys.argv[2])
work(many(), program, state, chunk=10, threads=2, stall_seconds=1)
"""


def many() -> dict[str, bytes]:
    """60 pictures, one unreadable, one tiny, one that hangs, two without face."""
    pictures = {f"p{i:02d}": png_header(100 + i, 100) for i in range(60)}
    bad = {7: b"broken", 23: png_header(20, 20), 41: png_header(200, HANG)}
    bad |= dict.fromkeys((30, 59), png_header(200, NO_FACE))
    return pictures | {f"p{i:02d}": picture for i, picture in bad.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """Of a job that was left alone."""
    folder = tmp_path_factory.mktemp("whole")
    return work(many(), install_stand_in(folder / "bin"), folder, chunk=10, stall_seconds=1)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_job_that_is_stopped_goes_on_to_the_same_table(
    how: signal.Signals, whole: Outcomes, program: Path, tmp_path: Path
) -> None:
    state = tmp_path / "stopped"
    job = [sys.executable, "-c", JOB, str(state), str(program)]
    paths = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    process = subprocess.Popen(
        job,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths, "TMPDIR": str(tmp_path)},
        stderr=subprocess.DEVNULL,
        # a shell's background jobs ignore ctrl-C, and so would this
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not (state / "outcomes.jsonl").exists() or len((state / "outcomes.jsonl").read_text().splitlines()) < 5:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(how)
    assert process.wait(60) != 0
    resumed = work(many(), program, state, chunk=10, stall_seconds=1)
    assert len(resumed) == len(whole) == 60
    for stem in many():
        one, other = whole[stem], resumed[stem]
        assert (one.status, one.face) == (other.status, other.face)
    assert sum(whole[stem].status == "failed" for stem in many()) == 3
