"""How the program is started, and what is said when it cannot be."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from ulcag.action_units.engine import Engine
from ulcag.action_units.sources.openface import OPENFACE_IMAGE
from ulcag.config import OpenFaceSettings
from ulcag.errors import InputError


def engine(**options: Any) -> Engine:
    return Engine(OpenFaceSettings(**{"detector": "box"} | options), "job")


def test_a_docker_container_is_shut_in(on_path: Any, tmp_path: Path) -> None:
    on_path("docker", "echo '[name=seccomp,profile=default]'")
    command = engine(engine_arguments=["--ulimit=nofile=99"], program_arguments=["-q"]).command("7", tmp_path)
    image = command.index(OPENFACE_IMAGE)
    options = command[2:image]
    assert command[:2] == ["docker", "run"]
    assert {"--rm", "--init", "--pull=never", "--network=none", "--memory=4000m", "--cpus=1", "--cap-drop=ALL"} <= {
        *options
    }
    assert f"--user={os.getuid()}:{os.getgid()}" in options
    assert f"--mount=type=bind,source={tmp_path}/in,target=/in,readonly" in options
    assert f"--mount=type=bind,source={tmp_path}/box,target=/box,readonly" in options
    assert f"--mount=type=bind,source={tmp_path}/out,target=/out" in options
    assert any(re.fullmatch("--name=ulcag-job-[0-9a-f]{6}-7", option) for option in options)
    assert "--label=ulcag=job" in options
    assert options[-1] == "--ulimit=nofile=99"
    assert command[image + 1 :] == ["-fdir", "/in", "-out_dir", "/out", "-aus", "-bboxdir", "/box", "-q"]


def test_a_folder_with_any_name_can_be_mounted(on_path: Any) -> None:
    on_path("docker", "")
    folder = Path('/tmp/a,b:c "d"')
    assert """--mount=type=bind,"source=/tmp/a,b:c ""d""/in",target=/in,readonly""" in engine().command("7", folder)
    apptainer = engine(runtime="apptainer", image="o.sif").command("7", folder)
    assert r"""--bind=/tmp/a\,b\:c "d"/out:/out:rw""" in apptainer


def test_root_of_a_rootless_container_is_the_caller(on_path: Any, tmp_path: Path) -> None:
    on_path("docker", "echo '[name=seccomp,profile=default name=rootless]'")
    assert "--user=0:0" in engine().command("7", tmp_path)
    assert "--user=0:0" in engine(runtime="podman").command("7", tmp_path)


def test_its_own_detector_gets_no_boxes(on_path: Any, tmp_path: Path) -> None:
    on_path("docker", "")
    own = engine(detector="own").command("7", tmp_path)
    assert own[-6:] == ["-fdir", "/in", "-out_dir", "/out", "-aus", "-2Dfp"]
    assert not any("box" in word for word in own)


def test_apptainer_is_shut_in(tmp_path: Path) -> None:
    command = engine(runtime="apptainer", image="o.sif").command("7", tmp_path)
    assert command[:2] == ["apptainer", "exec"]
    assert {"--containall", "--no-home", "--net", "--network=none", f"--bind={tmp_path}/in:/in:ro"} <= {*command}
    assert f"--bind={tmp_path}/out:/out:rw" in command
    assert command[command.index("o.sif") + 1 :][:3] == [OpenFaceSettings().program, "-fdir", "/in"]


def test_a_local_program_sees_the_folder_itself(tmp_path: Path) -> None:
    command = engine(runtime="none", program="x").command("7", tmp_path)
    assert command[:5] == ["x", "-fdir", f"{tmp_path}/in", "-out_dir", f"{tmp_path}/out"]


@pytest.mark.parametrize("runtime", ["docker", "podman", "apptainer"])
def test_a_missing_runtime(runtime: str, on_path: Any) -> None:
    with pytest.raises(InputError, match=f"{runtime}\n.*this program on PATH.*\n.*\n  to do:    install it, or set"):
        engine(runtime=runtime).check()


def test_a_daemon_that_does_not_run(on_path: Any) -> None:
    on_path("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    with pytest.raises(InputError, match=r"a running Docker daemon.*\n.*Cannot connect.*\n.*systemctl start docker"):
        engine().check()


@pytest.mark.parametrize("runtime", ["docker", "podman"])
def test_a_missing_image_says_what_to_type(runtime: str, on_path: Any) -> None:
    on_path(runtime, 'test "$1" = info || { echo "No such image" >&2; exit 1; }')
    with pytest.raises(InputError, match=f"No such image\n  to do:    run: {runtime} pull someone/openface:1"):
        engine(runtime=runtime, image="someone/openface:1").check()


@pytest.mark.parametrize("image", ["openface:local", "localhost/openface", "openface"])
def test_an_image_of_ones_own_is_not_to_be_pulled(image: str, on_path: Any) -> None:
    on_path("podman", 'echo "Error: image not known" >&2; exit 1')
    with pytest.raises(InputError, match=r"to do:    build or load it on this machine \(`podman images`"):
        engine(runtime="podman", image=image).check()


def test_a_missing_image_file_says_what_to_type(on_path: Any, tmp_path: Path) -> None:
    on_path("apptainer", "")
    with pytest.raises(InputError, match=r"run: apptainer pull openface\.sif docker://algebr/openface@sha256:"):
        engine(runtime="apptainer", image=str(tmp_path / "none.sif")).check()
    (tmp_path / "some.sif").write_text("image")
    assert engine(runtime="apptainer", image=str(tmp_path / "some.sif")).check().startswith("some.sif sha256:")


def test_the_digest_is_what_docker_says(on_path: Any) -> None:
    on_path("docker", "echo algebr/openface@sha256:1234")
    assert engine().check() == "algebr/openface@sha256:1234"


def test_a_missing_program(on_path: Any) -> None:
    with pytest.raises(InputError, match=r"OpenFace's FaceLandmarkImg\n.*\n.*set action_units.openface.program"):
        engine(runtime="none", program="FaceLandmarkImg").check()
    program = on_path("FaceLandmarkImg", "")
    assert engine(runtime="none", program=str(program)).check().startswith("FaceLandmarkImg sha256:")


def test_other_models_are_another_openface(on_path: Any, tmp_path: Path) -> None:
    program = on_path("FaceLandmarkImg", "")
    (tmp_path / "elsewhere").mkdir()
    here = engine(runtime="none", program=str(program))
    there = engine(
        runtime="none", program=str(program), program_arguments=["-mloc", str(tmp_path / "elsewhere" / "a.txt")]
    )
    made = {here.check()}
    for path in ("bin/model/main.txt", "bin/AU_predictors/svr/au.dat", "elsewhere/a.txt", "elsewhere/b.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        for text in ("1", "2"):
            (tmp_path / path).write_text(text)
            assert there.check() == there.check()
            made.add(there.check())
    assert len(made) == 9
    assert re.fullmatch("FaceLandmarkImg sha256:[0-9a-f]{64}, models sha256:[0-9a-f]{64}", here.check())


SAID = {
    "docker": "docker: Error response: no such file: FaceLandmarkImg\n\nRun 'docker run --help' for more information",
    "old docker": "docker: Error response: no such file: FaceLandmarkImg.\nSee 'docker run --help'.",
    "podman": "Error: no such file: FaceLandmarkImg\nSee 'podman run --help'",
}


@pytest.mark.parametrize("said", SAID)
def test_the_hint_of_a_client_is_not_what_was_wrong(said: str, on_path: Any, tmp_path: Path) -> None:
    on_path("docker", f'test "$1" = run || exit 0; printf "%s\n" "{SAID[said]}" >&2; exit 125')
    for name in ("in", "out", "box"):
        (tmp_path / name).mkdir()
    with pytest.raises(InputError, match=r"found:    .*no such file: FaceLandmarkImg\.? \(code 125\)"):
        engine().run("0", tmp_path)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Loading the model\nERROR: Could not load the landmark detector", 1),
        (
            "Could not find CEN patch experts, see the wiki\nERROR: Could not load the landmark detector",
            1,
        ),
        ("Reading the PDM module from: model/pdm.txt....ERROR: Could not load the landmark detector", 1),
        ("WARNING: Can't find the Face checker location", 139),
        ("Could not find the AU detection model to load\nWARNING: no Action Unit models found", 134),
        ("WARNING: no Action Unit models found", 0),
    ],
)
def test_missing_models_are_named_at_the_first_call(said: str, code: int, on_path: Any, tmp_path: Path) -> None:
    program = on_path("FaceLandmarkImg", f'echo "{said}"; exit {code}')
    for name in ("in", "out", "box"):
        (tmp_path / name).mkdir()
    with pytest.raises(InputError) as error:
        engine(runtime="none", program=str(program)).run("0", tmp_path)
    assert re.split(r"ERROR: |WARNING: ", said)[-1] in error.value.found
    assert "download_models.sh" in error.value.do
    assert "program_arguments: ['-mloc'" in error.value.do


@pytest.mark.parametrize("code", [125, 126, 127])
def test_an_engine_that_cannot_start_the_program_is_no_picture_s_fault(code: int, on_path: Any, tmp_path: Path) -> None:
    on_path("docker", f'test "$1" = run || exit 0; echo "no such file: FaceLandmarkImg" >&2; exit {code}')
    for name in ("in", "out", "box"):
        (tmp_path / name).mkdir()
    with pytest.raises(InputError, match=rf"found:    no such file: FaceLandmarkImg \(code {code}\)"):
        engine().run("0", tmp_path)


def test_models_that_are_not_needed_may_be_missing(
    on_path: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "Could not find the HAAR face detector location\nINFO: defaulting to HOG-SVM face detector"
    program = on_path("FaceLandmarkImg", f"echo '{said}'")
    (tmp_path / "out").mkdir()
    own = engine(runtime="none", program=str(program), detector="own")
    assert [own.run(name, tmp_path) for name in "ab"] == ["", ""]
    assert capsys.readouterr().err.count("searches with HOG-SVM") == 1


def test_an_option_without_its_model_is_refused() -> None:
    with pytest.raises(InputError, match="expected: a path after -mloc"):
        engine(program_arguments=["-mloc"]).check()


def test_what_a_killed_jobs_client_started_late_is_removed_at_the_end(on_path: Any, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    on_path("docker", f'echo "$@" >> {log}; [ "$1" = ps ] && echo late')
    engine().close()
    assert log.read_text().splitlines() == ["ps --all --quiet --filter=label=ulcag=job", "rm --force late"]
