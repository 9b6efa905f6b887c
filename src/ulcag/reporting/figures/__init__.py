"""The figures, by name. A file here and its name below make a figure known to the command line and to the rules.

The file holds `FIGURE`, its declaration, and `draw`, which is given each of the declared files by name and writes
`base`.png and `base`.pdf. Imports no heavy package, as all that the Snakefile reads: a declaration is read from the
text of its file, which is imported when the figure is drawn.
"""

import ast
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from ulcag.reporting.figures.declaration import Declaration


def _declared(name: str) -> Declaration:
    """What the file of a figure declares."""
    path = Path(__file__).with_name(f"{_module(name)}.py")
    for statement in ast.parse(path.read_bytes()).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="FIGURE")], value=ast.Call(keywords=keywords)):
                try:
                    return Declaration(**{str(word.arg): ast.literal_eval(word.value) for word in keywords})
                except ValueError:
                    break
    raise LookupError(f"{path}: expected FIGURE = Declaration(...), of values that are written out")


def _module(name: str) -> str:
    return name.replace("-", "_")


FIGURES = {
    name: _declared(name)
    for name in (
        "across",
        "action-units",
        "check",
        "comparison",
        "confidence",
        "confusion",
        "cooccurrence",
        "curves",
        "flow",
        "noise-levels",
        "reliability",
        "semantics",
        "sheet",
        "side-by-side",
        "templates",
    )
}


def draw_figure(name: str, files: Mapping[str, Path | list[Path]], base: Path) -> None:
    """Draw a figure, as `base`.png and `base`.pdf.

    Args:
        name: of `FIGURES`.
        files: by the names that it declares: paths, lists of them where a name stands for several.
        base: where, without suffix.

    Raises:
        InputError: a file is not what the figure needs.
    """
    import_module(f"{__name__}.{_module(name)}").draw(**files, base=base)
