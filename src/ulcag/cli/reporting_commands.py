"""Commands of the reporting stage: tables and figures."""

import argparse
import json
from pathlib import Path
from typing import Any

from ulcag.errors import InputError

# Each figure and the files that it is drawn from.
_FIGURES = {
    "action_units": ("samples", "action_units"),
    "check": ("samples", "pictures", "check"),
    "confidence": ("run", "samples", "noise"),
    "confusion": ("metrics",),
    "cooccurrence": ("cooccurrence",),
    "curves": ("run", "metrics"),
    "flow": ("run", "samples", "noise"),
    "semantics": ("run", "samples", "noise", "faces", "votes"),
    "sheet": ("run", "samples", "noise", "faces"),
    "templates": ("run", "samples"),
    "across": ("all_metrics", "elsewhere"),
    "comparison": ("all_metrics",),
    "noise_levels": ("all_metrics",),
    "reliability": ("all_audits",),
}
_HELP = {
    "action_units": "quality of OpenFace's output: rates by class, presence against intensity, confidence, status",
    "check": "what a check found in a data set: counts, sizes of pictures, findings",
    "confidence": "confidence of right and of wrong labels",
    "confusion": "confusion matrix, as the paper's Fig. 7",
    "cooccurrence": "co-occurrence of action units, Eq. 5",
    "curves": "losses, accuracy, confidence and labels by epoch",
    "flow": "from which class to which labels went, right or wrong",
    "semantics": "distances to templates, classifier and people's votes for single samples, as the paper's Fig. 6",
    "sheet": "pictures with confidence, given and corrected label, as the paper's Fig. 5",
    "templates": "templates and samples in two dimensions",
    "across": "trained on one data set, tested on another",
    "comparison": "accuracy and label agreement of several runs beside each other",
    "noise_levels": "accuracy and label agreement against the amount of noise",
    "reliability": "share of labels that are right against the quality that audits give them",
}
_FILES = {
    "metrics": "metrics.json",
    "action_units": "action_units.parquet",
    "check": "check.csv",
    "pictures": "pictures.parquet",
    "cooccurrence": "cooccurrence.parquet",
    "run": "the run's folder",
    "samples": "samples.parquet",
    "noise": "the noise table that the run was given",
    "faces": "faces.parquet",
    "votes": "votes.parquet",
    "elsewhere": "metrics of runs on other data sets than their own",
    "all_metrics": "metrics.json of each run",
    "all_audits": "audit.json of each audit",
}


def add_commands(commands: Any) -> None:
    """Add the commands of this stage."""
    tables = commands.add_parser("tables", help="tables over runs: mean and standard deviation over seeds")
    tables.add_argument("metrics", type=Path, nargs="*", help="metrics.json of each run that has been done")
    tables.add_argument("--runs", help="JSON list of all runs wanted, done or not; those given if left out")
    tables.add_argument("--published", type=Path, required=True, help="published numbers (.csv)")
    tables.add_argument("--elsewhere", type=Path, nargs="*", default=[], help="metrics of runs on other data sets")
    tables.add_argument("--out", type=Path, required=True, help="folder")
    tables.set_defaults(do=_tables)

    figures = commands.add_parser("figures", help="draw one figure, as PNG and PDF")
    kinds = figures.add_subparsers(dest="kind", metavar="KIND", required=True)
    for kind, files in _FIGURES.items():
        parser = kinds.add_parser(kind.replace("_", "-"), help=_HELP[kind])
        for name in files:
            several = {"nargs": "+"} if name in ("all_metrics", "all_audits", "elsewhere") else {}
            parser.add_argument(f"--{name.replace('_', '-')}", type=Path, required=True, help=_FILES[name], **several)
        parser.add_argument("--out", type=Path, required=True, help="the figure without .png and .pdf")
        parser.set_defaults(do=_figure, kind=kind)


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
    from ulcag.reporting import run

    draw = getattr(run, f"draw_{options.kind}")
    draw(*(getattr(options, name) for name in _FIGURES[options.kind]), options.out)
