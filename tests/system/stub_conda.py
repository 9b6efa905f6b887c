"""Stands for conda where there is none: what Snakemake asks of it, without a solver and without a download.

`conda env create` makes a virtual environment that sees, of the packages that the test itself runs with, those that the
file names under pip and what they require, and no others. Another version than the installed one is an error.
"""

import argparse
import json
import os
import sys
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

import yaml
from packaging.requirements import Requirement

# What `source activate PREFIX` must do.
ACTIVATE = 'export CONDA_PREFIX="$1" PATH="$1/bin:$PATH"\n'


def with_requirements(lines: list[str]) -> list[Distribution]:
    """The installed packages that requirements name, and all that those require."""
    found: dict[str, Distribution] = {}
    todo, seen = [Requirement(line) for line in lines], set()
    while todo:
        wanted = todo.pop()
        if (key := (wanted.name.lower(), *sorted(wanted.extras))) in seen:
            continue
        seen.add(key)
        package = distribution(wanted.name)
        if package.version not in wanted.specifier:
            sys.exit(f"{wanted} is wanted, and {package.version} is installed")
        found[package.name.lower()] = package
        for needed in map(Requirement, package.requires or ()):
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in ("", *wanted.extras)):
                todo.append(needed)
    return list(found.values())


def create(file: Path, prefix: Path) -> None:
    """Make the environment of a conda file."""
    *_, pip = yaml.safe_load(file.read_text())["dependencies"]
    venv.create(prefix)
    packages = next(prefix.glob("lib/python*/site-packages"))
    for package in with_requirements(pip["pip"]):
        for name in {path.parts[0] for path in package.files or ()} - {"..", "__pycache__"}:
            if not (packages / name).exists():
                (packages / name).symlink_to(package.locate_file(name))


def main() -> None:
    base = Path(os.environ["STUB_CONDA"])
    command = sys.argv[1:]
    if command == ["info", "--json"]:
        (base / "bin").mkdir(exist_ok=True)
        (base / "bin" / "activate").write_text(ACTIVATE)
        print(json.dumps({"conda_prefix": str(base), "platform": "linux-64"}))
    elif command == ["--version"]:
        print("conda 25.1.0")
    elif command == ["config", "--get", "channel_priority", "--json"]:
        print(json.dumps({"get": {"channel_priority": "strict"}}))
    elif command[:2] == ["env", "create"]:
        parser = argparse.ArgumentParser()
        parser.add_argument("--file", type=Path)
        parser.add_argument("--prefix", type=Path)
        options, _ = parser.parse_known_args(command)
        create(options.file, options.prefix)
    elif command[:1] != ["clean"]:
        sys.exit(f"no such command of conda's stand-in: {command}")


if __name__ == "__main__":
    main()
