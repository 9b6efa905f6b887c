"""Commands of the reporting stage: tables and figures."""

import argparse
import json
from pathlib import Path
from typing import Any

from ulcag.errors import InputError
from ulcag.reporting.figures import FIGURES, draw_figure
from ulcag.reporting.figures.declaration import FILES, LISTS


def add_commands(commands: Any) -> None:
    """Add the commands of this stage."""
    tables = commands.add_parser("tables", help="write tables of runs: mean and standard deviation over seeds")
    tables.add_argument("metrics", type=Path, nargs="*", help="metrics.json of each finished run")
    tables.add_argument("--runs", help="JSON list of the runs to show, finished or not (default: those given)")
    tables.add_argument("--published", type=Path, required=True, help="published numbers (.csv)")
    tables.add_argument("--elsewhere", type=Path, nargs="*", default=[], help="metrics of runs on other data sets")
    tables.add_argument("--out", type=Path, required=True, help="folder to write to")
    tables.set_defaults(do=_tables)

    figures = commands.add_parser("figures", help="draw one figure, as PNG and PDF")
    names = figures.add_subparsers(dest="figure", metavar="FIGURE", required=True)
    for name, figure in FIGURES.items():
        parser = names.add_parser(name, help=figure.about)
        for file in figure.files:
            several = {"nargs": "+"} if file in LISTS else {}
            parser.add_argument(
                f"--{file.replace('_', '-')}", type=Path, required=True, help=(FILES | LISTS)[file], **several
            )
        parser.add_argument("--out", type=Path, required=True, help="path of the figure, without .png or .pdf")
        parser.set_defaults(do=_figure)


def _tables(options: argparse.Namespace) -> None:
    from ulcag.config import Run
    from ulcag.evaluation.record import read_metrics
    from ulcag.reporting.run import write_tables

    if options.runs:
        try:
            runs = json.loads(options.runs)
        except ValueError as error:
            raise InputError("--runs", expected="a JSON list of runs", found=str(error)) from None
        if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs):
            raise InputError("--runs", expected="a JSON list of runs", found=options.runs[:100])
        runs = [Run.read(run, "--runs").plain() for run in runs]
    else:
        runs = [read_metrics(path)["run"] for path in options.metrics]
    write_tables(runs, options.metrics, options.published, options.elsewhere, options.out)


def _figure(options: argparse.Namespace) -> None:
    files = {file: getattr(options, file) for file in FIGURES[options.figure].files}
    draw_figure(options.figure, files, options.out)
