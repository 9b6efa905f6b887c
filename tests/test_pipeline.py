"""Where the pipeline of the package lies, and how its commands find the package."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ulcag
from ulcag.errors import InputError
from ulcag.pipeline import link_package, snakefile, snakemake_command

ROOT = Path(__file__).parents[1]


def test_a_clone_has_its_own_snakefile() -> None:
    assert snakefile() == ROOT / "Snakefile"


def test_a_place_where_snakemake_cannot_run_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ulcag.pipeline._PACKAGE", tmp_path / "{here}" / "src" / "ulcag")
    with pytest.raises(InputError, match="without braces"):
        snakefile()


def test_the_link_shows_the_package_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "only").mkdir()
    (tmp_path / "only" / "ulcag").symlink_to(tmp_path / "an earlier place")
    for _ in range(2):
        link_package(tmp_path / "only")
    assert [path.name for path in (tmp_path / "only").iterdir()] == ["ulcag"]
    code = "import ulcag.errors; print(ulcag.__version__)"
    seen = subprocess.run(
        [sys.executable, "-SE", "-c", f"import sys; sys.path.append({str(tmp_path / 'only')!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == ulcag.__version__


def test_a_copied_folder_gets_the_link_again(tmp_path: Path) -> None:
    link_package(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "other", ignore=shutil.ignore_patterns("*.py", "*.pyc"))
    link_package(tmp_path / "other")
    assert (tmp_path / "other" / "ulcag").readlink() == (tmp_path / "one" / "ulcag").readlink()


def test_without_snakemake_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ulcag.pipeline.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'ulcag\[demo\]'"):
        snakemake_command(tmp_path / "config.yaml")
