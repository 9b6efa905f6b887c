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
    about="distances to templates, classifier and people's votes for single samples, as the paper's Fig. 6",
    label="semantics",
    caption=(
        "How far templates are from each other, and single samples from them, beside what the classifier and, "
        "where there are votes, people say (the paper's Fig. 6). A tick means that the label after training is "
        "the true one."
    ),
)

# Samples of each kind: changed and now right, changed and now wrong, ...
_OF_A_KIND = 2


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
    chosen = choose_samples(state, given, truth)
    rows = [row for part in chosen.values() for row in _ends(part).to_dict("records")]
    people = votes.set_index("sample_id")[VOTE_SHARES]
    figure = Figure(figsize=(11, 4 + 1.75 * len(rows)))
    top, below = cast(np.ndarray, figure.subfigures(2, 1, height_ratios=(4, max(1.75 * len(rows), 0.1))))
    top.suptitle(title)
    for axes, (moment, text) in zip(top.subplots(1, 2), MOMENTS.items(), strict=True):
        _between_templates(axes, templates[templates["moment"] == moment], text)
    if not rows:
        return figure
    at = {moment: state[state["moment"] == moment].set_index("sample_id") for moment in MOMENTS}
    grid = below.subplots(len(rows), 3, width_ratios=(1, 2.4, 2.4), squeeze=False)
    for (shown, distances, opinions), row in zip(grid, rows, strict=True):
        name = row["sample_id"]
        shown.imshow(picture(name))
        shown.set_axis_off()
        text, colour = verdict(row["given"], row["label"], row["truth"])
        shown.set_title(text.strip(), fontsize=8.5, color=colour, pad=3)
        # an arm that never changes labels has no moment before it does
        there = {text: at[moment] for moment, text in MOMENTS.items() if name in at[moment].index}
        pairs = {text: part.loc[name, DISTANCES].to_numpy(float) for text, part in there.items()}
        _bars(distances, pairs, "distance to the template of", highlight=row["label"])
        said = {"classifier, after training": softmax(at["end"].loc[[name], LOGITS].to_numpy(float))[0]}
        if name in people.index:
            said["people"] = people.loc[name].to_numpy(float)
        _bars(opinions, said, "who says so, part of 1", highlight=row["label"], top=1.0)
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
    axes.imshow(values, cmap=MAP, vmin=0, vmax=largest)
    for (row, column), value in np.ndenumerate(values):
        shown = "–" if np.isnan(value) else f"{value:.2g}"
        ink = UNKNOWN if np.isnan(value) else readable_on(value / largest)
        axes.text(column, row, shown, ha="center", va="center", fontsize=7.5, color=ink)
    axes.set_xticks(range(len(CLASSES)), CLASSES, rotation=45, ha="right")
    axes.set_yticks(range(len(CLASSES)), CLASSES)


def _bars(axes: Axes, values: dict[str, np.ndarray], title: str, highlight: int, top: float | None = None) -> None:
    """Seven groups of bars; the class whose name is bold is the label after training."""
    places, width = np.arange(len(CLASSES)), 0.8 / len(values)
    for i, (name, heights) in enumerate(values.items()):
        axes.bar(
            places + (i - (len(values) - 1) / 2) * width, np.nan_to_num(heights), width, color=COLOURS[i], label=name
        )
    if all(np.isnan(heights).all() for heights in values.values()):
        axes.text(0.5, 0.5, "none", ha="center", color=UNKNOWN, transform=axes.transAxes)
    axes.set_xticks(places, CLASSES, fontsize=7.5)
    axes.get_xticklabels()[highlight].set_fontweight("bold")
    axes.tick_params(axis="y", labelsize=7.5)
    # room for the legend above the bars
    top = top or float(np.nanmax(np.concatenate(list(values.values())), initial=0.0)) or 1.0
    axes.set_ylim(0, 1.45 * top)
    axes.set_yticks(np.linspace(0, top, 3).tolist(), [f"{tick:.2g}" for tick in np.linspace(0, top, 3)])
    axes.set_title(title, fontsize=8.5)
    axes.legend(fontsize=7, loc="upper right", ncols=2)
