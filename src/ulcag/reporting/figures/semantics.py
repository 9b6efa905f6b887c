"""What the auxiliary branch sees in single samples, as the paper's Fig. 6, with what people and the classifier say."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ulcag.classes import CLASSES
from ulcag.evaluation.metrics import softmax
from ulcag.reporting.chosen import choose_samples, verdict
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.read import MOMENTS, labels_of_run, pictures
from ulcag.reporting.style import COLOURS, MAP, UNKNOWN, readable_on, save
from ulcag.samples.table import VOTE_SHARES, VOTES
from ulcag.tables import read_table
from ulcag.training.tables import DISTANCES, LOGITS, TEMPLATES

FIGURE = Declaration(
    of="run",
    files=("run", "samples", "noise", "faces", "votes"),
    about="template distances, classifier output and people's votes of single samples, as in the paper's Fig. 6",
    label="semantics",
    caption=(
        "Distances between the templates and from single samples to the templates, with the probabilities of the "
        "classifier and, if there are votes, the shares of people's votes (the paper's Fig. 6). A tick means that "
        "the label after training is the true one."
    ),
    shows=("distances",),
)

# Samples of each kind: changed and now right, changed and now wrong, ...
_OF_A_KIND = 2
_CLASSIFIER, _PEOPLE = "classifier, after training", "people"
_COLOURS = dict(zip((*MOMENTS.values(), _CLASSIFIER, _PEOPLE), COLOURS, strict=False))
# Heights, inches: templates, or that there are none; what is above and below the samples; a sample.
_TEMPLATES, _NO_TEMPLATES, _AROUND, _SAMPLE = 3.2, 1.0, 1.0, 0.95


def draw(run: Path, samples: Path, noise: Path, faces: Path, votes: Path, base: Path) -> None:
    """Distances to templates of single samples, beside what the classifier and people say."""
    state, given, truth, title = labels_of_run(run, samples, noise)
    templates, said = read_table(run / "templates.parquet", TEMPLATES), read_table(votes, VOTES)
    save(semantics_figure(state, templates, given, truth, said, pictures(faces), title), base)


def semantics_figure(
    state: pd.DataFrame,
    templates: pd.DataFrame,
    given: pd.Series,
    truth: pd.Series,
    votes: pd.DataFrame,
    picture: Callable[[str], np.ndarray],
    title: str,
) -> Figure:
    """Distances between templates before and after; a row a sample: picture, distances, class probabilities, votes.

    Args:
        state: rows of the train_state table, both moments.
        templates: rows of the templates table, both moments.
        given: labels before training, by sample id.
        truth: nullable true labels by sample id.
        votes: rows of the votes table; none where nobody voted.
        picture: sample id to (H, W, 3) uint8.
        title: what it is of.
    """
    rows = [row for part in choose_samples(state, given, truth).values() for row in _ends(part).to_dict("records")]
    heights = (_NO_TEMPLATES if templates.empty else _TEMPLATES, _AROUND + _SAMPLE * len(rows))
    figure = Figure(figsize=(11, sum(heights)))
    top, below = cast(np.ndarray, figure.subfigures(2, 1, height_ratios=heights))
    top.suptitle(title)
    for axes, (moment, text) in zip(top.subplots(1, 2, sharey=True), MOMENTS.items(), strict=True):
        _between_templates(axes, templates[templates["moment"] == moment], text)
    if not rows:
        return figure
    grid = below.subplots(len(rows), 3, width_ratios=(0.75, 2, 2), squeeze=False)
    far = [_distances(state, row["sample_id"]) for row in rows]
    farthest = float(np.nanmax(np.concatenate([[*of_row.values()] for of_row in far]), initial=0.0)) or 1.0
    for (shown, distances, opinions), row, of_row in zip(grid, rows, far, strict=True):
        shown.imshow(picture(row["sample_id"]))
        shown.set_axis_off()
        text, colour = verdict(row["given"], row["label"], row["truth"])
        shown.text(-0.08, 0.5, text.strip(), ha="right", va="center", color=colour, transform=shown.transAxes)
        _bars(distances, of_row, row["label"], farthest)
        _bars(opinions, _opinions(state, votes, row["sample_id"]), row["label"], 1.0)
    for axes, text in zip(grid[0, 1:], ("distance to the template of", "probability, or share of votes"), strict=True):
        axes.set_title(text)
    for axes in grid[:-1, 1:].flat:
        axes.tick_params(labelbottom=False)
    entries = {
        name: handle for axes in grid.flat for handle, name in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    below.legend(entries.values(), entries.keys(), loc="outside upper center", ncols=len(entries), fontsize=9)
    return figure


def _ends(rows: pd.DataFrame) -> pd.DataFrame:
    """Of samples sorted by confidence the lowest and the highest."""
    return rows.iloc[np.unique(np.linspace(0, len(rows) - 1, min(_OF_A_KIND, len(rows))).astype(int))]


def _between_templates(axes: Axes, templates: pd.DataFrame, text: str) -> None:
    axes.set_title(f"distances between templates, {text}", fontsize=10)
    if templates.empty:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "this arm has no templates", ha="center", color=UNKNOWN, transform=axes.transAxes)
        return
    values = templates.sort_values("class")[DISTANCES].to_numpy(float)
    largest = max(float(np.nanmax(values, initial=0.0)), 1e-12)
    values = np.where(np.abs(values) < 1e-6 * largest, 0, values)  # what rounding leaves of 0
    axes.imshow(values, cmap=MAP, vmin=0, vmax=largest, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        shown = "–" if np.isnan(value) else f"{value:.2g}"
        ink = UNKNOWN if np.isnan(value) else readable_on(value / largest)
        axes.text(column, row, shown, ha="center", va="center", fontsize=8, color=ink)
    axes.set_xticks(range(len(CLASSES)), CLASSES, rotation=45, ha="right")
    axes.set_yticks(range(len(CLASSES)), CLASSES)


def _distances(state: pd.DataFrame, sample_id: str) -> dict[str, np.ndarray]:
    """A sample's distances to the templates; an arm that never changes labels has no moment before it does."""
    of_sample = state[state["sample_id"] == sample_id].set_index("moment")
    return {
        text: of_sample.loc[moment, DISTANCES].to_numpy(float)
        for moment, text in MOMENTS.items()
        if moment in of_sample.index
    }


def _opinions(state: pd.DataFrame, votes: pd.DataFrame, sample_id: str) -> dict[str, np.ndarray]:
    """Probabilities of the classes by the classifier, and shares of votes where people voted."""
    end = state[(state["sample_id"] == sample_id) & (state["moment"] == "end")]
    said = {_CLASSIFIER: softmax(end[LOGITS].to_numpy(float))[0]}
    shares = votes.loc[votes["sample_id"] == sample_id, VOTE_SHARES]
    return said | ({_PEOPLE: shares.to_numpy(float)[0]} if len(shares) else {})


def _bars(axes: Axes, values: dict[str, np.ndarray], label: int, top: float) -> None:
    """Seven groups of bars; the one on grey is the label after training."""
    places, width = np.arange(len(CLASSES)), 0.8 / len(values)
    for i, (name, heights) in enumerate(values.items()):
        aside = (i - (len(values) - 1) / 2) * width
        axes.bar(places + aside, np.nan_to_num(heights), width, color=_COLOURS[name], label=name)
    if all(np.isnan(heights).all() for heights in values.values()):
        axes.text(0.5, 0.5, "none", ha="center", color=UNKNOWN, transform=axes.transAxes)
    grey = axes.axvspan(label - 0.5, label + 0.5, color=UNKNOWN, alpha=0.25, linewidth=0, zorder=0)
    grey.set_label("label after training")
    axes.set_xticks(places, CLASSES)
    axes.set_xlim(-0.5, len(CLASSES) - 0.5)
    axes.set_ylim(0, 1.05 * top)
    axes.set_yticks([0, top / 2, top], ["0", f"{top / 2:.2g}", f"{top:.2g}"])
    axes.tick_params(labelsize=8)
