"""The built wheel without the clone: the pipeline from a folder of one's own, an audit, a prediction."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ulcag.classes import CLASSES

pytestmark = pytest.mark.system
ROOT = Path(__file__).parents[2]
NOT_SOURCE = shutil.ignore_patterns(
    ".*", "__pycache__", "*.egg-info", "build", "dist", "results", "example", "tests", "benchmarks", "docs"
)


class Installed:
    """An environment that has the wheel and what the tests' own environment has, but for the clone."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        venv.create(folder)
        self.programs = folder / "bin"
        pip = [sys.executable, "-m", "pip", "--python", self.programs / "python", "install", "--quiet"]
        subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
        # A place that a .pth names is no site folder: the editable install there, itself a .pth, is not followed.
        packages = Path(next(folder.glob("lib/python*/site-packages")))
        (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
        self.environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self.environment |= {"PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}", "OMP_WAIT_POLICY": "PASSIVE"}

    def run(self, cwd: Path, *command: str | Path, program: str = "ulcag") -> str:
        """Output of a command, which has to end well."""
        words = [str(self.programs / program), *map(str, command)]
        done = subprocess.run(words, cwd=cwd, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = shutil.copytree(ROOT, folder / "source", ignore=NOT_SOURCE)
    build = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source]
    subprocess.run([sys.executable, "-m", *build], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    environment = Installed(tmp_path_factory.mktemp("environment"), wheel)
    found = environment.run(ROOT.parent, "-c", "import ulcag; print(ulcag.__file__)", program="python")
    assert Path(found.strip()).is_relative_to(environment.programs.parent)
    return environment


def test_the_wheel_has_every_file_of_the_pipeline(wheel: Path) -> None:
    files = [path for name in ("workflow", "envs") for path in (ROOT / name).rglob("*") if path.is_file()]
    expected = {f"ulcag/project/{path.relative_to(ROOT)}" for path in files}
    names = set(zipfile.ZipFile(wheel).namelist())
    expected |= {"ulcag/project/Snakefile", "ulcag/project/config.yaml"}
    assert expected | {"ulcag/py.typed"} <= names


def test_from_a_folder_of_ones_own_to_an_audit_and_a_prediction(installed: Installed, tmp_path: Path) -> None:
    installed.run(tmp_path, "init", "mine")
    project = tmp_path / "mine"
    config = yaml.safe_load((project / "config.yaml").read_text())
    config["datasets"]["synthetic"]["samples"] |= {"train": 40, "test": 8, "size": 144}
    config["datasets"]["synthetic"]["faces"] |= {"shards": 2, "none_found": "whole_image"}
    config["datasets"]["synthetic"]["training"] |= {"batch_size": 16, "epochs": 1}
    config["runs"][0]["arms"] = ["ulc-ag"]
    (project / "config.yaml").write_text(yaml.safe_dump(config))
    with open(project / "Snakefile", "a") as snakefile:
        snakefile.write('\n\nrule mine:\n    input: rules.train.input\n    output: "mine.txt"\n')
        snakefile.write('    shell: "echo trained > {output}"\n')
    installed.run(project, "-m", "snakemake", "--cores", "2", "mine", program="python")
    assert (project / "mine.txt").read_text() == "trained\n"
    run = project / "results/training/synthetic/uniform30/ulc-ag/seed0/all"
    assert (run / "run.json").exists()

    samples = pd.read_parquet(project / "results/samples/synthetic/samples.parquet")
    for row in samples.itertuples():
        folder = tmp_path / "faces" / CLASSES[row.label]
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(project / row.path, folder / f"{row.Index}.jpg")
    pictures = tmp_path / "faces"
    installed.run(tmp_path, "audit", pictures, "--out", "audit", "--folds", "2", "--set", "faces.source=whole_image")
    assert len(pd.read_csv(tmp_path / "audit/labels_clean.csv")) == 48

    installed.run(tmp_path, "predict", run, pictures / "happy", "--out", "seen", "--whole-image")
    assert len(pd.read_csv(tmp_path / "seen/predictions.csv")) == len(list((pictures / "happy").iterdir()))
