"""Commands of the audit stage: audit, review, and the stages that Snakemake calls."""

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ulcag.cli.settings import add_settings, read_settings, settings_values, whole_number
from ulcag.config import Audit, DatasetSettings, TrainingSettings
from ulcag.errors import InputError
from ulcag.files import whole_or_absent

if TYPE_CHECKING:
    import pandas as pd

    from ulcag.audit.opinions import Heard

_TABLES = ("samples", "noise", "faces", "action_units")
# What a config.yaml begins with that `ulcag audit` may replace.
_WRITTEN_BY = "# Written by `ulcag audit`, which writes it anew each time.\n"
# Pictures on the page, pixels.
_PICTURE = 96
# Of what Snakemake says: progress and errors are left. Whoever runs an audit need not know its rules.
_QUIET = ("--quiet", "host", "reason", "rules")


def add_commands(commands: Any) -> None:
    """Add the commands of this stage."""
    audit = commands.add_parser(
        "audit",
        help="find wrong labels in a data set",
        description="Find wrong labels by running the whole pipeline through Snakemake. If it stops, the same command "
        "resumes it. To apply a review made on the page: ulcag review OUT REVIEW.",
    )
    audit.add_argument(
        "data", type=Path, help="folders named after the classes, a table (.csv, .parquet), or a known data set"
    )
    audit.add_argument("--out", type=Path, required=True, help="the audit's folder, for all output")
    audit.add_argument(
        "--action-units", default="", metavar="DIR", help="CSV files from OpenFace, LibreFace or py-feat"
    )
    audit.add_argument(
        "--openface",
        default="",
        choices=["", "docker", "podman", "apptainer", "none"],
        help="container engine for OpenFace; none: a local build",
    )
    audit.add_argument(
        "--networks",
        action="store_true",
        help="train networks even without a GPU, where the default is logistic regressions on a frozen face network",
    )
    audit.add_argument("--small", action="store_true", help=argparse.SUPPRESS)
    audit.add_argument(
        "--folds", type=int, default=4, help="number of folds, each judged by classifiers fitted to the others"
    )
    audit.add_argument("--seed", type=whole_number(0), default=0, help="random seed")
    audit.add_argument("--cleanlab", action="store_true", help="also rank the labels with cleanlab (extra `cleanlab`)")
    audit.add_argument("--cores", type=whole_number(1), default=2, help="number of CPU cores to use")
    audit.add_argument(
        "--no-run", action="store_true", help="write config.yaml and print the command, without running it"
    )
    add_settings(audit, DatasetSettings)
    audit.set_defaults(do=_audit)

    review = commands.add_parser("review", help="apply a review made on an audit's page")
    review.add_argument("folder", type=Path, help="the audit's folder")
    review.add_argument("review", type=Path, help="review.csv as downloaded from the page")
    review.add_argument("--out", type=Path, help="folder to write to (default: FOLDER/review)")
    review.set_defaults(do=_review)

    judge = commands.add_parser("judge", help="judge labels with the runs of all folds")
    judge.add_argument("--runs", type=Path, nargs="+", required=True, help="run folders, one for each fold")
    _add_judge(judge)
    judge.set_defaults(do=_judge)

    frozen = commands.add_parser("judge-frozen", help="judge labels with logistic regressions on a frozen backbone")
    frozen.add_argument(
        "--folds",
        type=whole_number(2),
        default=4,
        help="number of folds, each judged by regressions fitted to the others",
    )
    frozen.add_argument("--seed", type=whole_number(0), default=0, help="random seed")
    for name, default in (("dataset", "data"), ("noise", "none"), ("arm", "linear")):
        frozen.add_argument(f"--{name}-name", default=default, help="name to store with the result")
    _add_judge(frozen)
    add_settings(frozen, TrainingSettings)
    frozen.set_defaults(do=_judge_frozen)

    page = commands.add_parser("audit-page", help="write an audit as a page to browse and review")
    page.add_argument("folder", type=Path, help="the audit's folder")
    page.add_argument("--faces", type=Path, required=True, help="faces.parquet")
    page.add_argument("--out", type=Path, required=True, help="page to write (.html)")
    page.set_defaults(do=_page)

    clean = commands.add_parser("clean", help="write the data set with the labels that an audit decided on")
    clean.add_argument("folder", type=Path, help="the audit's folder, where labels_clean.csv and clean/ are written")
    clean.add_argument("--samples", type=Path, help="samples.parquet (default: the path that the audit recorded)")
    clean.set_defaults(do=_clean)


def _audit(options: argparse.Namespace) -> None:
    import torch
    import yaml

    from ulcag.audit.folder import hand_over
    from ulcag.audit.start import audit_config, made_in
    from ulcag.pipeline import schema_line, snakemake_command

    if options.small:
        do = "drop it: without a GPU, the faster features of a face network are used now; --networks trains networks"
        raise InputError(
            "--small", expected="an option of this release", found="an option of an earlier release", do=do
        )
    path = options.out.resolve() / "config.yaml"
    _check_ours(options.out)
    command = snakemake_command(path, "--cores", str(options.cores), *_QUIET, "--rerun-incomplete", "audit_pages")
    config = audit_config(
        options.data,
        options.out,
        values=settings_values(options),
        units=options.action_units,
        openface=options.openface,
        networks=options.networks or torch.cuda.is_available(),
        folds=options.folds,
        seed=options.seed,
        cleanlab=options.cleanlab,
    )
    with whole_or_absent(path) as beside:
        beside.write_text(_WRITTEN_BY + schema_line() + yaml.safe_dump(config, sort_keys=False))
    print(shlex.join(command), file=sys.stderr)
    if options.no_run:
        return
    # The rules' `python` is this one. Idle OpenMP threads that spin would starve the other jobs of a small machine.
    programs = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(command, env=os.environ | {"OMP_WAIT_POLICY": "PASSIVE", "PATH": programs})
    if done.returncode:
        unlock = shlex.join(snakemake_command(path, "--unlock"))
        do = f"fix the error above; the same command then resumes (after a kill, first run: {unlock})"
        raise InputError(options.out, expected="the pipeline to run to its end", found="an error", do=do)
    hand_over(made_in(config), options.out)
    at = options.out
    print(f"\npage      {at / 'audit.html'}\nlabels    {at / 'labels_clean.csv'}\ndata set  {at / 'clean'}")
    print(f"to apply a review made on the page: ulcag review {shlex.quote(str(at))} review.csv")


def _check_ours(out: Path) -> None:
    """Nothing, if what an audit writes into a folder is not there, or was written by `ulcag audit`."""
    from ulcag.audit.folder import FILES

    path = out / "config.yaml"
    if path.exists():
        if path.read_text(errors="replace").startswith(_WRITTEN_BY):
            return
        do = "choose another folder for --out; to audit with your own configuration: snakemake audit"
        raise InputError(path, expected="no file, or one that `ulcag audit` wrote", found="another file", do=do)
    if there := [name for name in FILES if (out / name).exists()]:
        do = "choose another folder for --out"
        raise InputError(out, expected="a folder without files of an audit", found=", ".join(there), do=do)


def _add_judge(parser: argparse.ArgumentParser) -> None:
    for name in _TABLES:
        parser.add_argument(f"--{name.replace('_', '-')}", type=Path, required=True, help=f"{name}.parquet")
    parser.add_argument("--cleanlab", action="store_true", help="also rank the labels with cleanlab")
    parser.add_argument("--out", type=Path, required=True, help="the audit's folder")


def _judge(options: argparse.Namespace) -> None:
    from ulcag.audit.opinions import of_networks

    samples, noise, faces, action_units = _read_tables(options)
    _write_audit(of_networks(options.runs, noise, action_units), samples, noise, faces, options)


def _judge_frozen(options: argparse.Namespace) -> None:
    from ulcag.audit.opinions import of_regressions
    from ulcag.faces.shard import crops_of
    from ulcag.files import hashes
    from ulcag.training.network import weights_file

    training = read_settings(options, TrainingSettings)
    audit = Audit(
        dataset=options.dataset_name,
        noise=options.noise_name,
        arm=options.arm_name,
        seed=options.seed,
        folds=options.folds,
        cleanlab=options.cleanlab,
    )
    pretrained = weights_file(training)
    files = {name: getattr(options, name) for name in _TABLES} | ({} if pretrained is None else {"weights": pretrained})
    samples, noise, faces, action_units = _read_tables(options)
    crops = crops_of(options.faces)
    heard = of_regressions(audit, training, samples, noise, faces, action_units, crops, hashes(files))
    _write_audit(heard, samples, noise, faces, options)


def _read_tables(options: argparse.Namespace) -> "list[pd.DataFrame]":
    from ulcag.action_units.table import ACTION_UNITS
    from ulcag.faces.table import FACES
    from ulcag.samples.table import NOISE, SAMPLES
    from ulcag.tables import read_table

    kinds = (SAMPLES, NOISE, FACES, ACTION_UNITS)
    return [read_table(getattr(options, name), kind) for name, kind in zip(_TABLES, kinds, strict=True)]


def _write_audit(
    heard: "Heard", samples: "pd.DataFrame", noise: "pd.DataFrame", faces: "pd.DataFrame", options: argparse.Namespace
) -> None:
    from ulcag.audit.run import audit_labels

    # From the audit's folder, so that both can be moved together.
    settings = {"samples": os.path.relpath(options.samples, options.out), "cleanlab": options.cleanlab}
    audit_labels(heard, samples, noise, faces, options.out, settings, options.cleanlab)


def _page(options: argparse.Namespace) -> None:
    from ulcag.audit.run import draw_page

    draw_page(options.folder, options.faces, options.out, _PICTURE)


def _clean(options: argparse.Namespace) -> None:
    from ulcag.audit.folder import TABLE, samples_of, write_labels
    from ulcag.audit.table import AUDIT
    from ulcag.tables import read_table

    audit = read_table(options.folder / TABLE, AUDIT)
    write_labels(audit, options.samples or samples_of(options.folder), options.folder)


def _review(options: argparse.Namespace) -> None:
    from ulcag.audit.folder import review

    review(options.folder, options.review, options.out or options.folder / "review")
