"""What is known of a data set's action units: how often each action unit, how surely, and where nothing is."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ulcag.action_units.table import ACTION_UNITS, INTENSITY_UNITS, OK, PRESENCE_UNITS
from ulcag.classes import CLASSES
from ulcag.config import SourceSettings
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.style import COLOURS, MAP, UNKNOWN, readable_on, save
from ulcag.samples.table import SAMPLES
from ulcag.tables import read_table, rows_of, settings_of

FIGURE = Declaration(
    of="dataset",
    files=("samples", "action_units"),
    about="quality of the action units: rates by class, presence against intensity, confidence, status",
    label="action units",
    caption=(
        "Action units of the data set. Only samples with the status `ok` count; low confidence, no face and failures "
        "count as missing everywhere."
    ),
)

_STATUS = {"ok": COLOURS[0], "low_confidence": COLOURS[1], "no_face": UNKNOWN, "failed": COLOURS[5]}
# An intensity of 1 is the weakest that the coding manual has a letter for (A).
_PRESENT = 1.0


def draw(samples: Path, action_units: Path, base: Path) -> None:
    """Quality of a data set's action units."""
    table = read_table(action_units, ACTION_UNITS)
    labels = rows_of(read_table(samples, SAMPLES), table["sample_id"], "samples")["label"]
    settings = SourceSettings.read(settings_of(action_units), where=str(action_units))
    title = f"Action units (source: {settings.source}), {len(table)} samples"
    codes = labels.to_numpy(dtype=np.int64)
    save(action_units_figure(codes, table, settings.min_confidence, title), base)


def action_units_figure(labels: np.ndarray, table: pd.DataFrame, min_confidence: float, title: str) -> Figure:
    """Four panels: rates by class, presence against intensity, confidence, status by class.

    Args:
        labels: (n,) class codes as published.
        table: n rows of the action units table, in the same order.
        min_confidence: below it a row counts as missing.
        title: of the page.
    """
    figure = Figure(figsize=(11, 9))
    rates, agreement, confidence, status = figure.subplots(2, 2, width_ratios=(1.25, 1)).ravel()
    usable = (table["status"] == OK).to_numpy()
    _rates(rates, labels[usable], table[usable])
    _agreement(agreement, table[usable])
    _confidence(confidence, table["confidence"].dropna().to_numpy(dtype=float), min_confidence)
    _status(status, labels, table["status"].to_numpy())
    figure.suptitle(title)
    return figure


def _rates(axes: Axes, labels: np.ndarray, table: pd.DataFrame) -> None:
    presence = _values(table, "c", PRESENCE_UNITS)
    counts = np.bincount(labels, minlength=len(CLASSES))
    rates = np.full((len(CLASSES), len(PRESENCE_UNITS)), np.nan)
    for code in counts.nonzero()[0]:
        rates[code] = presence[labels == code].mean(axis=0)
    axes.imshow(rates, cmap=MAP, vmin=0, vmax=1, aspect="auto")
    for (row, column), rate in np.ndenumerate(rates):
        if not np.isnan(rate):
            axes.text(column, row, f"{100 * rate:.0f}", ha="center", va="center", fontsize=7.5, color=readable_on(rate))
    axes.set_yticks(range(len(CLASSES)), [f"{c} ({n})" for c, n in zip(CLASSES, counts, strict=True)])
    axes.set_xticks(range(len(PRESENCE_UNITS)), PRESENCE_UNITS, rotation=90)
    axes.set_title("present (AUxx_c), % of each published class")


def _agreement(axes: Axes, table: pd.DataFrame) -> None:
    """OpenFace trains the two apart: how often each says present, and how often they agree; no bar where unknown."""
    present, strong = _values(table, "c", INTENSITY_UNITS), _values(table, "r", INTENSITY_UNITS)
    unknown = np.isnan(present) | np.isnan(strong)
    strong = np.where(np.isnan(strong), np.nan, strong >= _PRESENT)
    places = np.arange(len(INTENSITY_UNITS))
    if len(table):
        agree = np.where(unknown, np.nan, present == strong).mean(axis=0)
        axes.barh(places - 0.2, 100 * present.mean(axis=0), 0.38, color=COLOURS[0], label="AUxx_c is 1")
        axes.barh(places + 0.2, 100 * strong.mean(axis=0), 0.38, color=COLOURS[1], label=f"AUxx_r ≥ {_PRESENT:g}")
        axes.plot(100 * agree, places, "D", color="black", markersize=4, label="the two agree")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=3, fontsize=8)
    axes.set_yticks(places, INTENSITY_UNITS)
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_title("presence against intensity, % of usable samples")


def _values(table: pd.DataFrame, kind: str, units: tuple[str, ...]) -> np.ndarray:
    """(n, M) presences (c) or intensities (r), NaN where unknown."""
    return table[[f"{unit}_{kind}" for unit in units]].to_numpy(dtype=float, na_value=np.nan)


def _confidence(axes: Axes, values: np.ndarray, least: float) -> None:
    axes.hist(values, bins=[i / 40 for i in range(41)], color=COLOURS[0])
    axes.axvline(least, color=COLOURS[5], linestyle="--")
    below = int((values < least).sum())
    axes.set_title(f"confidence: {below} of {len(values)} below {least:g} (dashed), not used")
    axes.set_xlabel("confidence")
    axes.set_ylabel("samples")


def _status(axes: Axes, labels: np.ndarray, status: np.ndarray) -> None:
    left = np.zeros(len(CLASSES))
    total = np.maximum(np.bincount(labels, minlength=len(CLASSES)), 1)
    for name, colour in _STATUS.items():
        part = 100 * np.bincount(labels[status == name], minlength=len(CLASSES)) / total
        axes.barh(CLASSES, part, left=left, color=colour, label=f"{name} ({int((status == name).sum())})")
        left += part
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("% of the class")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, fontsize=8)
    axes.set_title("status by published class")
