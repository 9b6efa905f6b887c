"""Who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "ulcag"


def imports(path: Path) -> set[str]:
    """Our own modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return {name for name in found if name.split(".")[0] == "ulcag"}


def test_the_method_imports_nothing_of_ours() -> None:
    for path in (SRC / "method").glob("*.py"):
        allowed = ("ulcag.method", "ulcag.learning", "ulcag.section", "ulcag.classes")
        assert all(name.startswith(allowed) for name in imports(path)), path


def test_nothing_imports_the_command_line() -> None:
    for path in SRC.rglob("*.py"):
        if path.parent.name != "cli" and path.name != "__main__.py":
            assert not any(name.startswith("ulcag.cli") for name in imports(path)), path


def test_no_room_imports_a_later_one() -> None:
    order = ["samples", "faces", "action_units", "graph", "training", "evaluation", "prediction", "audit", "reporting"]
    for place, stage in enumerate(order):
        for path in (SRC / stage).rglob("*.py"):
            assert not of(imports(path), order[place + 1 :]), path


def of(names: set[str], parts: list[str]) -> set[str]:
    """Those of our modules that are in these parts of the package."""
    return {name for name in names if name.split(".")[1:2] and name.split(".")[1] in parts}


@pytest.mark.parametrize("part", ["method", "rivals", "correction", "backbones"])
def test_methods_and_backbones_know_no_stage_and_no_configuration(part: str) -> None:
    stages = sorted(path.name for path in SRC.iterdir() if path.is_dir())
    stages = [name for name in stages if name not in ("method", "rivals", "correction", "backbones")]
    for path in (SRC / part).glob("*.py"):
        assert not of(imports(path), stages), path


def test_the_loop_knows_no_method() -> None:
    for stage in ("training", "evaluation", "prediction", "reporting"):
        for path in (SRC / stage).rglob("*.py"):
            assert not of(imports(path), ["method", "rivals", "correction"]), path


def test_layouts_know_no_configuration_and_nobody_knows_a_layout() -> None:
    layouts = SRC / "samples" / "layouts"
    known = {"ulcag.samples.layouts", "ulcag.samples.layouts.layout"}
    for path in SRC.rglob("*.py"):
        if path.is_relative_to(layouts):
            assert not of(imports(path), ["config"]), path
        elif path != SRC / "samples" / "noise.py":  # files of noisy labels have RAF-DB's rows
            assert {name for name in imports(path) if name.startswith("ulcag.samples.layouts")} <= known, path


def test_neither_the_snakefile_nor_the_help_needs_a_heavy_package() -> None:
    heavy = "('torch', 'pandas', 'cv2', 'matplotlib')"
    ours = "ulcag.cli, ulcag.config, ulcag.pipeline, ulcag.sources, ulcag.reporting.figures"
    code = f"import sys, {ours}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=SRC.parent, check=True)
    assert done.stdout.strip() == "[]"
