"""The schema that editors check config.yaml by: what it lets through, and what it does not."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ulcag.config import ARMS, Config
from ulcag.config.arms import merged
from ulcag.config.schema import config_schema

ROOT = Path(__file__).parents[2]
EXPERIMENTS = ROOT / "workflow" / "experiments"
SCHEMA = Draft202012Validator(config_schema())
CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "config.yaml").read_text())


def refused(values: dict[str, Any]) -> list[str]:
    return [error.message for error in SCHEMA.iter_errors(values)]


def nested(path: str, value: Any) -> dict[str, Any]:
    for key in reversed(path.split(".")):
        value = {key: value}
    return merged(CONFIG, value)


def test_it_is_the_file_that_config_yaml_points_to() -> None:
    first = (ROOT / "config.yaml").read_text().splitlines()[0]
    shipped = ROOT / first.removeprefix("# yaml-language-server: $schema=")
    assert json.loads(shipped.read_text()) == config_schema(), f"ulcag schema > {shipped.relative_to(ROOT)}"


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(config_schema())


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_our_own_configurations_are_let_through(path: Path) -> None:
    base = (
        EXPERIMENTS / path.name.removeprefix("audit-")
        if path.stem.endswith("-noise")
        else EXPERIMENTS / "datasets.yaml"
    )
    values = CONFIG
    for file in (base, path):
        values = merged(values, yaml.safe_load(file.read_text()))
    assert not refused(values)


def test_a_configuration_is_let_through_with_all_its_defaults_written_out() -> None:
    plain = Config.read(CONFIG | {"arms": ARMS}).plain()
    assert not refused(plain)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("reslts", "here"),
        ("tensorboard", "no"),
        ("noise.uniform30.rate", 1.5),
        ("noise.uniform30.kind", "unifrom"),
        ("datasets.synthetic.trianing", {}),
        ("datasets.synthetic.samples.train", "many"),
        ("datasets.synthetic.samples.root", "data"),
        ("datasets.synthetic.samples.reader", "sythetic"),
        ("datasets.synthetic.check", "of"),
        ("datasets.synthetic.action_units.source", "openfaces"),
        ("datasets.synthetic.training.epochs", 0),
        ("datasets.synthetic.training.augmentation.flips", 0.5),
        ("datasets.synthetic.methods.scn.margins", 0.1),
        ("datasets.synthetic.methods.ruls", {}),
        ("arms.mine", {"method": "scn", "settings": {"high_fractoin": 0.7}}),
        ("arms.mine", {"method": "scn", "settings": {"branches": "target"}}),
        ("arms.mine", {"settings": {}}),
        ("runs", [{"datasets": ["synthetic"]}]),
        ("runs", [{"datasets": ["synthetic"], "arms": ["scn"], "seeds": [-1]}]),
    ],
)
def test_typos_and_wrong_values_are_refused(path: str, value: Any) -> None:
    assert refused(nested(path, value))


@pytest.mark.parametrize("labels", [{"happy": 3}, {"0": "happy"}])
def test_what_yaml_makes_of_words_is_let_through(labels: dict[str, Any]) -> None:
    samples = {"reader": "table", "path": "labels.csv", "columns": labels}
    assert not refused(CONFIG | {"arms": None, "datasets": {"mine": {"samples": samples, "check": False}}})
