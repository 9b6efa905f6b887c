"""Who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

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
        assert all(name.startswith("ulcag.method") for name in imports(path)), path


def test_nothing_imports_the_command_line() -> None:
    for path in SRC.rglob("*.py"):
        if path.parent.name != "cli" and path.name != "__main__.py":
            assert not any(name.startswith("ulcag.cli") for name in imports(path)), path


def test_no_room_imports_a_later_one() -> None:
    order = ["samples", "faces", "action_units", "graph", "training", "evaluation", "prediction", "audit", "reporting"]
    for place, stage in enumerate(order):
        for path in (SRC / stage).rglob("*.py"):
            later = [
                name for name in imports(path) if name.split(".")[1:2] and name.split(".")[1] in order[place + 1 :]
            ]
            assert not later, f"{path}: {later}"


def test_the_snakefile_needs_no_heavy_package() -> None:
    heavy = "('torch', 'pandas', 'cv2', 'matplotlib')"
    code = f"import sys, ulcag, ulcag.config; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=SRC.parent, check=True)
    assert done.stdout.strip() == "[]"
