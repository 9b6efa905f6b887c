"""Services that the system tests need, started by hand; a test says so where one cannot be had."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.system.audit_page import ABOUT, AUDIT, picture
from tests.system.browser import Browser, wait_for
from ulcag.audit.page import write_page

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


@pytest.fixture(scope="session")
def chromedriver() -> Iterator[str]:
    """Address of Debian's driver for Debian's Chromium."""
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        skip_unless_root_of_debian("Chromium")
        install = "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium chromium-driver"
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        if subprocess.run(install, shell=True, env=environment, timeout=600).returncode != 0:
            pytest.skip("Chromium cannot be installed here")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL)

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_for(listens)
        yield f"http://127.0.0.1:{port}"
    finally:
        driver.terminate()
        driver.wait(timeout=30)


@pytest.fixture
def browser(chromedriver: str, tmp_path: Path) -> Iterator[Browser]:
    """A browser without a window; its profile is empty."""
    chromium = shutil.which("chromium")
    assert chromium is not None
    with Browser(chromedriver, chromium, tmp_path / "browser") as session:
        yield session


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Path:
    """The page of the audit by hand, open."""
    out = tmp_path / "page.html"
    write_page(AUDIT, np.eye(7) * 10, picture, ABOUT, out)
    browser.open(out)
    return out
