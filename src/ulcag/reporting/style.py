"""One look for all figures: legible, safe for colour-blind readers, the same bytes for the same data."""

from pathlib import Path

import matplotlib
from cycler import cycler
from matplotlib.figure import Figure

from ulcag.files import whole_or_absent

matplotlib.use("Agg")

# Okabe and Ito's colours, in an order in which neighbours differ in lightness too.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000", "#F0E442")
# One less than colours: of 56 arms no two have the same of both.
MARKERS = "osv^DPX"
RIGHT, WRONG, UNKNOWN = "#0072B2", "#D55E00", "#888888"
MAP = "cividis"
INK = "#222222"

matplotlib.rcParams.update(
    {
        "font.size": 10,
        "axes.titlesize": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": INK,
        "axes.prop_cycle": cycler(color=COLOURS),
        "axes.grid": False,
        "grid.color": "#dddddd",
        "legend.frameon": False,
        "figure.constrained_layout.use": True,
        "svg.hashsalt": "ulcag",
        "pdf.fonttype": 42,  # text stays text
    }
)


def save(figure: Figure, base: Path) -> list[Path]:
    """Write `base`.png and `base`.pdf, whole or absent, without dates in them."""
    written = []
    for suffix, options in ((".png", {"dpi": 160}), (".pdf", {"metadata": {"CreationDate": None}})):
        path = base.with_name(base.name + suffix)
        with whole_or_absent(path) as beside:
            figure.savefig(beside, **options)
        written.append(path)
    return written


def readable_on(fraction: float) -> str:
    """Ink for text on a cell of `MAP` at `fraction` of its range."""
    return "black" if fraction > 0.5 else "white"
