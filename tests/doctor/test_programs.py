"""Container engines, conda and Slurm, with programs of our own on PATH."""

from pathlib import Path
from typing import Any

import pytest

from ulcag.action_units.sources.openface import OPENFACE_IMAGE
from ulcag.doctor import programs


def test_no_engine_at_all(on_path: Any) -> None:
    engine, image = programs.engines()
    assert (engine.state, image.state) == ("optional", "optional")
    assert engine.found.startswith("none of docker, podman, apptainer")


def test_an_engine_without_the_image_says_what_to_type(on_path: Any) -> None:
    on_path("docker", '[ "$1" = info ] && echo 27.1')
    engine, image = programs.engines()
    assert (engine.state, engine.found) == ("ok", "docker 27.1")
    assert (image.state, image.do) == ("optional", f"docker pull {OPENFACE_IMAGE}")


def test_the_image_is_looked_for_in_every_engine_that_answers(on_path: Any) -> None:
    on_path("docker", "exit 1")
    on_path("podman", f'if [ "$1" = image ]; then [ "$5" = {OPENFACE_IMAGE} ] && echo id; else echo 4.3; fi')
    engine, image = programs.engines()
    assert engine.found == "podman 4.3, docker does not answer"
    assert (image.state, image.found) == ("ok", "in podman")


def test_an_image_of_apptainer_is_a_file(on_path: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    on_path("apptainer", "echo apptainer version 1.3")
    assert programs.engines()[1].do == f"apptainer pull openface.sif docker://{OPENFACE_IMAGE}"
    (tmp_path / "openface.sif").touch()
    assert programs.engines()[1].state == "ok"


@pytest.mark.parametrize("script", ["exit 3", "echo partly; exit 1", "", "/bin/sleep 600"])
def test_a_daemon_that_does_not_answer(script: str, on_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_PATIENCE", 0.5)
    on_path("docker", script)
    engine, _ = programs.engines()
    assert engine.state == "optional"
    assert engine.found.startswith("docker does not answer")
    assert engine.do == "sudo systemctl start docker"


def test_a_file_that_is_no_program(on_path: Any, tmp_path: Path) -> None:
    on_path("conda", "")
    (tmp_path / "bin" / "conda").write_bytes(b"\x7fELF, and nothing else")
    (finding,) = programs.conda()
    assert finding.found.startswith("does not answer")


def test_conda(on_path: Any) -> None:
    assert programs.conda()[0].state == "optional"
    on_path("conda", "echo conda 24.9.2")
    assert programs.conda()[0].found == "24.9.2"


def test_slurm(on_path: Any) -> None:
    on_path("sbatch", "")
    (finding,) = programs.slurm()
    assert (finding.state, finding.found[:9]) == ("optional", "no sinfo;")
    on_path("sinfo", "exit 1")
    assert "does not answer" in programs.slurm()[0].found
    on_path("sinfo", "echo cpu; echo gpu")
    assert programs.slurm()[0].found == "partitions cpu, gpu"
