"""The conda environments: the versions that were tested, and enough of them to import what their rules run."""

import re
from pathlib import Path

import pytest
import yaml

from ulcag.action_units.sources import SOURCES

ROOT = Path(__file__).parents[1]
ENVS = sorted((ROOT / "envs").glob("*.yaml"))


def pins(lines: list[str]) -> dict[str, str]:
    return {name.lower(): version for name, version in (line.split("==") for line in lines)}


@pytest.mark.parametrize("path", ENVS, ids=lambda path: path.stem)
def test_an_environment_has_the_tested_versions(path: Path) -> None:
    constraints = pins([line for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line])
    dependencies = yaml.safe_load(path.read_text())["dependencies"]
    found = pins(dependencies[-1]["pip"])
    assert dependencies[0] == "python=3.11"
    assert found == {name: constraints[name] for name in found}


def test_every_rule_that_runs_a_command_has_an_environment_log_and_benchmark() -> None:
    for path in (ROOT / "workflow" / "rules").glob("*.smk"):
        rules = re.split(r"^(?:rule|checkpoint) ", path.read_text(), flags=re.MULTILINE)[1:]
        for rule in rules:
            if "shell:" not in rule:
                continue
            for part in ("conda:", "log:", "benchmark:", "mem_mb=", "runtime="):
                assert part in rule, f"{path.name}: rule {rule.split(':')[0]} has no {part}"
            env = re.search(r"envs/(.+)\.yaml", rule)
            assert env is not None
            # a source of action units names its own
            sources = {source.environment for source in SOURCES.values()}
            for name in sources if env[1] == "{units(w).environment}" else {env[1]}:
                assert (ROOT / "envs" / f"{name}.yaml") in ENVS
