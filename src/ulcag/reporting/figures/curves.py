"""What happened in a run, epoch by epoch."""

from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ulcag.config import TrainSettings
from ulcag.errors import InputError
from ulcag.evaluation.record import read_metrics
from ulcag.files import read_json
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.style import COLOURS, UNKNOWN, save
from ulcag.tables import read_table
from ulcag.training.schedule import relabelling_start
from ulcag.training.tables import HISTORY, RUN_KEYS

FIGURE = Declaration(
    of="run",
    files=("run", "metrics"),
    about="losses, accuracy, confidence and labels by epoch",
    label="curves",
    caption=(
        "The run by epoch: losses, held-out accuracy, confidence α with its high and low group, and the share of "
        "training labels that agree with the truth, if it is known. The dashed line marks the first epoch in which "
        "labels may change."
    ),
)

_LOSSES = (
    ("loss_classification", "classification"),
    ("loss_rank", "rank regularisation"),
    ("loss_action_units", "action units"),
)


def draw(run: Path, metrics: Path, base: Path) -> None:
    """Curves of a run."""
    record = read_json(run / "run.json", *RUN_KEYS, "settings")
    settings = TrainSettings.read(record["settings"], where=str(run / "run.json"))
    history = read_table(run / "history.parquet", HISTORY)
    of_run = read_metrics(metrics, "held_out.by_epoch", "labels.by_epoch")
    if of_run["run"] != record["run"]:
        do = "give the metrics that `ulcag evaluate` wrote for this run"
        raise InputError(metrics, expected=f"metrics of {record['run']}", found=f"metrics of {of_run['run']}", do=do)
    save(curves_figure(history, of_run, relabelling_start(settings)), base)


def curves_figure(history: pd.DataFrame, metrics: dict[str, Any], relabel_start: int | None) -> Figure:
    """Losses, held-out accuracy, confidence, and labels by epoch.

    Args:
        history: rows of the history table.
        metrics: what metrics.json holds.
        relabel_start: first epoch in which labels may change; None: never.
    """
    figure = Figure(figsize=(10, 6.8))
    losses, accuracy, confidence, labels = figure.subplots(2, 2).ravel()
    epochs = history["epoch"]

    for (column, label), marker in zip(_LOSSES, "osv", strict=True):
        if history[column].notna().any():
            losses.plot(epochs, history[column], marker=marker, markersize=4, label=label)
    losses.set_yscale("log", nonpositive="mask")  # the rank loss is often 0
    losses.set_title("training losses")

    held_out = pd.DataFrame(metrics["held_out"]["by_epoch"])
    for column, marker in (("accuracy", "o"), ("mean_class_accuracy", "s")):
        accuracy.plot(
            held_out["epoch"], 100 * held_out[column], marker=marker, markersize=4, label=column.replace("_", " ")
        )
    accuracy.set_title("held-out accuracy, %")

    if history["alpha_mean"].notna().any():
        confidence.fill_between(
            epochs,
            history["alpha_min"],
            history["alpha_max"],
            color=UNKNOWN,
            alpha=0.2,
            linewidth=0,
            label="min to max",
        )
        for column, label, marker in (
            ("alpha_high", "high group", "^"),
            ("alpha_mean", "mean", "o"),
            ("alpha_low", "low group", "v"),
        ):
            confidence.plot(epochs, history[column], marker=marker, markersize=4, label=label)
        confidence.set_ylim(0, 1)
    else:
        _say(confidence, "this arm has no confidence")
    confidence.set_title("confidence α")

    quality = metrics["labels"]
    if quality is None:
        _say(labels, "the true labels are unknown")
    else:
        by_epoch = pd.DataFrame(quality["by_epoch"])
        for column, marker in (("agreement", "o"), ("macro_agreement", "s")):
            labels.plot(
                by_epoch["epoch"], 100 * by_epoch[column], marker=marker, markersize=4, label=column.replace("_", " ")
            )
        labels.axhline(100 * quality["before"]["agreement"], color=UNKNOWN, linestyle=":", label="labels as given")
    labels.set_title("training labels that agree with the truth, %")

    for axes in (losses, accuracy, confidence, labels):
        axes.set_xlabel("epoch")
        if len(epochs) == 1:
            axes.set_xlim(-1, 1)  # or marks would be at parts of an epoch
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y")
        if relabel_start is not None:
            axes.axvline(relabel_start, color=COLOURS[6], linewidth=1, linestyle="--", label="relabelling starts")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(fontsize=8)
    run = metrics["run"]
    figure.suptitle(f"{run['arm']} on {run['dataset']}, noise {run['noise']}, seed {run['seed']}, fold {run['fold']}")
    return figure


def _say(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes, color=UNKNOWN)
    axes.set_yticks([])
