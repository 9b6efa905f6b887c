"""Services that the system tests need, started by hand; a test says so where one cannot be had."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def skip_unless_root_of_debian(what: str) -> None:
    if os.getuid() != 0 or shutil.which("apt-get") is None:
        pytest.skip(f"{what}: installed and started here by root of a Debian machine only")


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Docker and Podman with the image `ulcag-stand-in:1`."""
    skip_unless_root_of_debian("Docker and Podman")
    folder = tmp_path_factory.mktemp("engines")
    up = subprocess.run([HERE / "engines.sh", "up", folder], stdout=subprocess.PIPE, text=True, timeout=400)
    if up.returncode == 77:
        pytest.skip("Docker and Podman cannot be installed, or started, here")
    assert up.returncode == 0, (folder / "dockerd.log").read_text()
    with pytest.MonkeyPatch.context() as patch:
        for line in up.stdout.splitlines():
            name, _, value = line.partition("=")
            patch.setenv(name, value)
        yield
    subprocess.run([HERE / "engines.sh", "down", folder], check=True)


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Slurm of one node, with partitions `cpu` and `gpu`."""
    skip_unless_root_of_debian("Slurm")
    folder = tmp_path_factory.mktemp("slurm")
    up = subprocess.run([HERE / "slurm.sh", "up", folder], stderr=subprocess.PIPE, text=True, timeout=400)
    if up.returncode == 77:
        pytest.skip(f"Slurm cannot be had here: {up.stderr}")
    assert up.returncode == 0, up.stderr
    yield
    subprocess.run([HERE / "slurm.sh", "down", folder], check=True)
