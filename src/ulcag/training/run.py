"""A run from its inputs to its folder: set-up, loop, writing."""

import math
import shutil
import time
from pathlib import Path
from typing import Any

from ulcag.config import Run, TrainSettings
from ulcag.errors import InputError
from ulcag.files import binding
from ulcag.progress import progress
from ulcag.training import checkpoint
from ulcag.training.board import Board
from ulcag.training.data import RunData
from ulcag.training.device import name_of
from ulcag.training.epoch import log_of_changes, train_epoch
from ulcag.training.predict import examine, examine_templates, held_out_logits
from ulcag.training.records import VERSIONS, Records, write_run
from ulcag.training.schedule import relabelling_start
from ulcag.training.setup import Setup, set_up


def train_run(
    run: Run,
    settings: TrainSettings,
    data: RunData,
    folder: Path,
    state: Path | None = None,
    tensorboard: Path | None = None,
) -> None:
    """Train one arm with one seed and write the run's folder; `run.json` is written last.

    Args:
        run: what it is called, with seed and fold.
        settings: the method and all that it depends on.
        data: samples, labels, pseudo action units, crops.
        folder: for model.pt, held_out_logits, train_state, templates, relabels, history (Parquet) and run.json.
        state: folder for checkpoints, removed when the run is done; a run that was killed goes on from there and
            ends as it would have. None: no checkpoints.
        tensorboard: folder for events of TensorBoard.

    Raises:
        InputError: fewer training samples than a batch has, a loss that is not finite, or a checkpoint that cannot be
            written.
    """
    setup = set_up(run, settings, data)
    about: dict[str, Any] = {"settings": settings.plain() | {"run": run.plain()}, "inputs": data.inputs}
    # Not the device: a queue may go on elsewhere. The record says where.
    arithmetic = {"precision": setup.precision, "processes": setup.processes.number}
    bound_to = binding(about, VERSIONS, arithmetic)
    records = Records() if state is None else checkpoint.load(state, bound_to, setup.learner)
    setup.processes.check_same("epochs done:", records.epochs, setup.device)
    records.note_device(name_of(setup.device))
    if settings.settings.at_once:
        _fit(run, setup, records)
    else:
        _train(run, setup, records, bound_to, state, tensorboard)
    setup.processes.leave()
    if setup.processes.first:
        _examine(setup, records, "end")
        write_run(folder, run, settings, data, setup.network, records, about, setup.precision)
        if state is not None:
            shutil.rmtree(state, ignore_errors=True)


def _train(
    run: Run, setup: Setup, records: Records, bound_to: str, state: Path | None, tensorboard: Path | None
) -> None:
    """The epochs that are left."""
    settings, first = setup.learner.settings, setup.processes.first
    epochs, started = settings.training.epochs, time.monotonic() - records.seconds
    todo = range(records.epochs, epochs)
    bar = progress(todo, what=run.path, unit="epoch", initial=records.epochs, total=epochs, quiet=not first)
    board = Board(tensorboard if first else None, records.epochs)
    for epoch in bar:
        if epoch == relabelling_start(settings) and first:
            _examine(setup, records, "start")
        setup.train_batches.epoch = epoch
        epoch_started = time.monotonic()
        row, changes = train_epoch(setup.learner, setup.train, epoch)
        check_loss(row, run.path)
        if not first:
            continue
        board.add(row)
        images_per_second = len(setup.train_batches) * settings.training.batch_size / (time.monotonic() - epoch_started)
        logits = held_out_logits(setup.network, setup.held_out, setup.device)
        records.add_epoch(row, setup.named(changes), setup.named(logits, held_out=True))
        records.seconds = time.monotonic() - started
        if state is not None:
            checkpoint.save(state, bound_to, setup.learner, records)
        shown = {"loss": f"{row['loss']:.3f}", "relabelled": len(changes)}
        if row.get("alpha_mean") is not None:
            shown["alpha"] = f"{row['alpha_mean']:.2f}"
        bar.set_postfix(shown | {"images/s": f"{images_per_second:.0f}"})
    board.close()


def _fit(run: Run, setup: Setup, records: Records) -> None:
    """What a method that has no epochs does in their place; the record has one."""
    started = time.monotonic()
    assert setup.start is not None
    loss = setup.network.method.fit(setup.network.classifier, setup.start, setup.learner.samples)
    row: dict[str, float | None] = {
        "epoch": 0,
        "learning_rate": 0.0,
        "loss": loss,
        "loss_classification": loss,
        "relabelled": 0,
    }
    check_loss(row, run.path)
    logits = held_out_logits(setup.network, setup.held_out, setup.device)
    records.add_epoch(row, setup.named(log_of_changes([], 0)), setup.named(logits, held_out=True))
    records.seconds = time.monotonic() - started


def _examine(setup: Setup, records: Records, moment: str) -> None:
    """Look at all training samples and at the templates, at the start of relabelling or at the end."""
    records.templates.append(examine_templates(setup.learner).assign(moment=moment))
    records.states.append(setup.named(examine(setup.learner, setup.train_as_is)).assign(moment=moment))


def check_loss(row: dict[str, float | None], where: str) -> None:
    """Stop a run whose loss is no number any more: what it would go on with is worthless.

    Raises:
        InputError: the epoch's mean loss is not finite.
    """
    loss = row["loss"]
    if loss is None or not math.isfinite(loss):
        do = "lower the learning rates (training.learning_rate, .auxiliary_learning_rate), or use precision: fp32"
        raise InputError(f"run {where}, epoch {row['epoch']}", expected="a finite loss", found=str(loss), do=do)
