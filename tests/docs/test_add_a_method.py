"""The method in docs/add-a-method.md is the one that tests/test_methods.py adds, and takes to metrics."""

import inspect
import re
from pathlib import Path

from tests.test_methods import New, NewSettings

DOC = Path(__file__).parents[2] / "docs" / "add-a-method.md"


def test_the_classes_are_those_that_are_tested() -> None:
    shown = re.findall(r"```python\n(.*?)```", DOC.read_text(), re.DOTALL)
    tested = [inspect.getsource(part) for part in (NewSettings, New)]
    # a test's module has another name
    assert shown == [tested[0].replace('f"{__name__}:New"', '"ulcag.rivals.new:New"'), tested[1]]
