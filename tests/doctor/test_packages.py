"""Versions of Python and of packages, beside what pyproject.toml asks for."""

import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from ulcag.doctor import packages
from ulcag.doctor.finding import Finding

ROOT = Path(__file__).parents[2]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The packages that are installed, by name; empty at first."""
    installed: dict[str, str] = {}

    def version(name: str) -> str:
        try:
            return installed[name]
        except KeyError:
            raise PackageNotFoundError(name) from None

    asked = ["torch>=2.6", "pillow>=12", 'imagehash>=4.3.2; extra == "check"', 'anny==0.6.2; extra == "synthetic"']
    asked += ['scipy>=1.15; extra == "synthetic"', 'hypothesis; extra == "dev"', 'oldest; python_version < "3"']
    monkeypatch.setattr(packages, "version", version)
    monkeypatch.setattr(packages, "requires", lambda name: asked)
    return installed


def found(what: str) -> Finding:
    return next(finding for finding in packages.packages() if finding.what == what)


def test_a_package_in_its_range(fake: dict[str, str]) -> None:
    fake["torch"] = "2.14.1+cu130"
    assert found("torch") == Finding("torch", "ok", "2.14.1+cu130")


@pytest.mark.parametrize(("installed", "said"), [("2.5", "is 2.5, not >=2.6"), (None, "is not installed")])
def test_a_package_that_is_old_or_not_there(fake: dict[str, str], installed: str | None, said: str) -> None:
    if installed:
        fake["torch"] = installed
    assert found("torch") == Finding("torch", "missing", said, "pip install 'torch>=2.6'")


def test_an_extra_is_whole_or_says_what_it_lacks_and_costs(fake: dict[str, str]) -> None:
    fake |= {"imagehash": "4.3.2", "scipy": "1.17"}
    assert found("extra check") == Finding("extra check", "ok", "imagehash 4.3.2")
    synthetic = found("extra synthetic")
    assert synthetic.state == "optional"
    assert synthetic.found == f"anny is not installed; {packages.EXTRAS['synthetic']}"
    assert synthetic.do == "pip install 'ulcag[synthetic]'"


def test_other_pythons_and_other_extras_are_not_asked_for(fake: dict[str, str]) -> None:
    assert not {"oldest", "hypothesis", "extra dev", "extra timm"} & {finding.what for finding in packages.packages()}


def test_without_an_installation_nothing_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(name: str) -> list[str]:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(packages, "requires", requires)
    (only,) = packages.packages()
    assert (only.state, only.do) == ("optional", "pip install --editable .")


@pytest.mark.parametrize(("running", "state"), [((3, 10, 9), "missing"), ((3, 11, 0), "ok")])
def test_python(running: tuple[int, int, int], state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.sys, "version_info", running)
    (only,) = packages.python()
    assert only.state == state


def test_python_and_extras_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == f">={'.'.join(map(str, packages._PYTHON))}"
    # the demo's is made of others; dev and docs are for who works on the project
    assert set(packages.EXTRAS) == set(project["optional-dependencies"]) - {"demo", "dev", "docs"}
