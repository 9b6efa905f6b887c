"""The registry: what it reads off the files of figures is what they hold."""

import inspect
from importlib import import_module

import pytest

from ulcag.reporting.figures import FIGURES
from ulcag.reporting.figures.declaration import FILES, LISTS


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_given_the_files_that_it_declares(name: str) -> None:
    module = import_module(f"ulcag.reporting.figures.{name.replace('-', '_')}")
    assert FIGURES[name] == module.FIGURE
    assert {*inspect.signature(module.draw).parameters} == {*FIGURES[name].files, "base"}
    assert {*FIGURES[name].files} <= {*FILES, *LISTS}
