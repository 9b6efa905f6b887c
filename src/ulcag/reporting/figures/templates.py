"""Templates and samples in two dimensions, before labels change and after training."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ulcag.classes import CLASSES
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.read import MOMENTS, state_of_run
from ulcag.reporting.style import COLOURS, INK, UNKNOWN, WRONG, save
from ulcag.tables import read_table
from ulcag.training.tables import DISTANCES, TEMPLATES

FIGURE = Declaration(
    of="run",
    files=("run", "samples"),
    about="templates and samples in two dimensions",
    label="templates",
    caption=(
        "Training samples and templates, placed by their distances to the seven templates (Eq. 9) and projected onto "
        "the two principal directions, before labels change and after training. Rings: the label at that moment is "
        "not the true one. Stars: the templates."
    ),
    shows=("templates",),
)

# More dots than this hide each other.
_MOST = 1500


def draw(run: Path, samples: Path, base: Path) -> None:
    """Templates and samples in two dimensions."""
    state, truth, title = state_of_run(run, samples)
    templates = read_table(run / "templates.parquet", TEMPLATES)
    save(templates_figure(state, templates, truth, title), base)


def templates_figure(state: pd.DataFrame, templates: pd.DataFrame, truth: pd.Series, title: str) -> Figure:
    """Every sample by its distances to the seven templates, and the templates by theirs.

    A distance here is half a squared Euclidean one (Eq. 9: between unit vectors). How it differs from the mean over the
    templates is linear in the sample's place, so the figure is a projection of that place onto what tells templates
    apart: its two principal directions, the same at both moments.

    Args:
        state: rows of the train_state table, both moments.
        templates: rows of the templates table, both moments.
        truth: nullable true labels by sample id.
        title: what it is of.
    """
    figure = Figure(figsize=(11.5, 5.6))
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    figure.suptitle(title)
    places, known = _places(state), _places(templates)
    if not len(places) or not len(known):
        for axes, text in zip(panels, MOMENTS.values(), strict=True):
            axes.set_axis_off()
            axes.set_title(text)
            axes.text(0.5, 0.5, "this arm has no templates", ha="center", color=UNKNOWN, transform=axes.transAxes)
        return figure
    # A class without template has no coordinate.
    columns = places.columns[places.notna().all()]
    centre = places[columns].mean()
    _, _, directions = np.linalg.svd(places[columns].to_numpy() - centre.to_numpy(), full_matrices=False)
    for axes, (moment, text) in zip(panels, MOMENTS.items(), strict=True):
        of_moment = state.loc[places.index[state.loc[places.index, "moment"] == moment]]
        of_moment = of_moment.iloc[:: max(1, len(of_moment) // _MOST)]
        dots = (places.loc[of_moment.index, columns] - centre).to_numpy() @ directions[:2].T
        _draw_samples(axes, dots, of_moment, truth)
        marks = templates.loc[known.index[templates.loc[known.index, "moment"] == moment]]
        marks = marks.dropna(subset=list(columns))
        _draw_templates(axes, (known.loc[marks.index, columns] - centre).to_numpy() @ directions[:2].T, marks)
        axes.set_title(text)
        axes.set_xlabel("first principal direction")
        axes.locator_params(nbins=4)
    panels[0].set_ylabel("second principal direction")
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=8, fontsize=9, markerscale=1.6)
    return figure


def _places(table: pd.DataFrame) -> pd.DataFrame:
    """Distances less their mean over the templates, of the rows that have any."""
    distances: pd.DataFrame = table[DISTANCES].dropna(how="all").astype(float)
    return distances.sub(distances.mean(axis=1), axis=0)


def _draw_samples(axes: Axes, dots: np.ndarray, rows: pd.DataFrame, truth: pd.Series) -> None:
    label = rows["label"].to_numpy(dtype=int)
    true = truth.reindex(rows["sample_id"]).to_numpy(dtype=float, na_value=np.nan)
    for c, name in enumerate(CLASSES):
        x, y = dots[label == c].T
        axes.scatter(x, y, s=7, color=COLOURS[c], alpha=0.6, linewidth=0, label=name)
    wrong = ~np.isnan(true) & (true != label)
    x, y = dots[wrong].T
    axes.scatter(x, y, s=22, facecolor="none", edgecolor=WRONG, linewidth=0.6, label="label is wrong")


def _draw_templates(axes: Axes, marks: np.ndarray, rows: pd.DataFrame) -> None:
    for (x, y), c in zip(marks, rows["class"], strict=True):
        axes.scatter(x, y, marker="*", s=190, color=COLOURS[c], edgecolor="white", linewidth=1, zorder=3)
        axes.annotate(
            CLASSES[c],
            (x, y),
            (6, 6),
            textcoords="offset points",
            color=INK,
            weight="bold",
            zorder=4,
            bbox={"facecolor": "white", "alpha": 0.7, "pad": 1, "linewidth": 0},
        )
