"""Commands of the stages that work on one run: training and evaluation."""

import argparse
from pathlib import Path
from typing import Any

from ulcag.cli.settings import add_settings, settings_values, whole_number
from ulcag.config import Run, TrainSettings
from ulcag.errors import InputError
from ulcag.files import hashes
from ulcag.methods import METHODS

_RUN_TABLES = ("samples", "noise", "faces", "action_units", "cooccurrence")


def add_commands(commands: Any) -> None:
    """Add the commands of these stages."""
    train = commands.add_parser("train", help="train one arm with one seed")
    for name in _RUN_TABLES:
        train.add_argument(f"--{name.replace('_', '-')}", type=Path, required=True, help=f"{name}.parquet")
    train.add_argument("--seed", type=whole_number(0), default=0, help="random seed")
    train.add_argument("--fold", default="all", help="all, or the held-out part, such as 1of10")
    train.add_argument("--dataset-name", default="data", help="name to store with the result")
    train.add_argument("--noise-name", default="none", help="name to store with the result")
    train.add_argument("--arm-name", help="name to store with the result (default: the method)")
    train.add_argument("--out", type=Path, required=True, help="the run's folder")
    train.add_argument("--state", type=Path, help="folder for checkpoints, from which a killed run resumes")
    train.add_argument("--tensorboard", type=Path, help="folder for TensorBoard events")
    add_settings(train, TrainSettings, **{f"settings of the method {name}": of for name, of in METHODS.items()})
    train.set_defaults(do=_train)

    evaluate = commands.add_parser("evaluate", help="compute predictions and metrics of a run")
    evaluate.add_argument("--samples", type=Path, required=True, help="samples.parquet")
    evaluate.add_argument("--noise", type=Path, help="noise table that the run was trained with")
    evaluate.add_argument("--run", type=Path, required=True, help="the run's folder")
    evaluate.add_argument("--out", type=Path, required=True, help="folder for metrics.json and predictions.parquet")
    evaluate.add_argument("--data", metavar="NAME", help="evaluate on the test split of another data set, of this name")
    evaluate.add_argument(
        "--faces",
        type=Path,
        help="with --data: its faces.parquet; --samples is also from that data set, and --out a JSON file",
    )
    evaluate.set_defaults(do=_evaluate)


def _train(options: argparse.Namespace) -> None:
    from ulcag.action_units.table import ACTION_UNITS
    from ulcag.faces.shard import crops_of
    from ulcag.faces.table import FACES
    from ulcag.graph.table import read_cooccurrence
    from ulcag.samples.table import NOISE, SAMPLES
    from ulcag.tables import read_table
    from ulcag.training.data import gather_run_data
    from ulcag.training.network import weights_file
    from ulcag.training.run import train_run

    settings = TrainSettings.read(settings_values(options), where="--settings")
    run = Run(
        dataset=options.dataset_name,
        noise=options.noise_name,
        arm=options.arm_name or settings.method,
        seed=options.seed,
        fold=options.fold,
    )
    graph = read_cooccurrence(options.cooccurrence)
    # faces.parquet says which crops it describes, so they need not be hashed again for each run
    pretrained = weights_file(settings.training)
    weights = {} if pretrained is None else {"weights": pretrained}
    data = gather_run_data(
        read_table(options.samples, SAMPLES),
        read_table(options.noise, NOISE),
        read_table(options.faces, FACES),
        read_table(options.action_units, ACTION_UNITS),
        graph,
        run.fold,
        crops_of(options.faces),
        hashes({name: getattr(options, name) for name in _RUN_TABLES} | weights),
    )
    train_run(run, settings, data, options.out, options.state, options.tensorboard)


def _evaluate(options: argparse.Namespace) -> None:
    from ulcag.evaluation.evaluate import evaluate_run
    from ulcag.samples.table import NOISE, SAMPLES
    from ulcag.tables import read_table

    needed = "faces" if options.data else "noise"
    if getattr(options, needed) is None:
        raise InputError("evaluate", expected=f"--{needed}", found="no such option")
    if options.data:
        # here alone, because it needs torch
        from ulcag.evaluation.elsewhere import evaluate_elsewhere
        from ulcag.faces.shard import crops_of
        from ulcag.faces.table import FACES

        samples, faces = read_table(options.samples, SAMPLES), read_table(options.faces, FACES)
        evaluate_elsewhere(options.run, options.data, samples, faces, crops_of(options.faces), options.out)
        return
    evaluate_run(options.run, read_table(options.samples, SAMPLES), read_table(options.noise, NOISE), options.out)
