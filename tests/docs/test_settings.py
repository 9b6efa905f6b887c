"""The example in docs/settings.md is one that the configuration takes."""

import re
from pathlib import Path

import yaml

from ulcag.config import ArmSettings
from ulcag.methods import method_settings

TEXT = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()


def test_the_example_of_an_arm() -> None:
    example = re.search(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    (arm,) = (ArmSettings.read(values) for values in yaml.safe_load(example[1])["arms"].values())
    assert method_settings(arm.method, arm.settings, "arm").relabels_from == 20
