"""The co-occurrence matrix of Eq. 5."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ulcag.graph.table import CoOccurrence, read_cooccurrence
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.style import MAP, readable_on, save

FIGURE = Declaration(
    of="fold",
    files=("cooccurrence",),
    about="co-occurrence of action units, Eq. 5",
    label="co-occurrence",
    caption=(
        "The edges of the action unit graph (Eq. 5): how often action unit p (row) is present, given that action "
        "unit q (column) is present."
    ),
)

NAMES = {
    "AU01": "inner brow raiser", "AU02": "outer brow raiser", "AU04": "brow lowerer", "AU05": "upper lid raiser",
    "AU06": "cheek raiser", "AU07": "lid tightener", "AU09": "nose wrinkler", "AU10": "upper lip raiser",
    "AU12": "lip corner puller", "AU14": "dimpler", "AU15": "lip corner depressor", "AU17": "chin raiser",
    "AU20": "lip stretcher", "AU23": "lip tightener", "AU25": "lips part", "AU26": "jaw drop", "AU28": "lip suck",
    "AU45": "blink",
}  # fmt: skip


def draw(cooccurrence: Path, base: Path) -> None:
    """Heat map of Eq. 5."""
    save(cooccurrence_figure(read_cooccurrence(cooccurrence)), base)


def cooccurrence_figure(graph: CoOccurrence) -> Figure:
    """Heat map of A; the condition is the column, and how often it occurred stands above it."""
    units = len(graph.names)
    figure = Figure(figsize=(9.6, 7.6))
    axes = figure.subplots()
    image = axes.imshow(graph.matrix, cmap=MAP, vmin=0, vmax=1)
    for (row, column), value in np.ndenumerate(graph.matrix):
        text = f"{100 * value:.0f}"
        axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color=readable_on(value))
    axes.set_yticks(range(units), [f"{NAMES.get(name, '')}  {name}" for name in graph.names])
    axes.set_xticks(range(units), graph.names, rotation=90)
    axes.set_ylabel("p: also present")
    axes.set_xlabel("q: given this action unit (column)")
    above = axes.secondary_xaxis("top")
    above.set_xticks(range(units), [str(n) for n in graph.occurrences], rotation=90, fontsize=8)
    above.set_xlabel("samples with q")
    axes.set_title(
        f"A[p, q] = P(p | q), in %, over {graph.n_samples} samples ({graph.n_left_out} without action units left out)"
    )
    figure.colorbar(image, ax=axes, label="P(p | q)", shrink=0.8)
    return figure
