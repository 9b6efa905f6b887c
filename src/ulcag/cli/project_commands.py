"""Commands around the pipeline as a whole: doctor, init, schema."""

import argparse
import json
import shlex
from pathlib import Path
from typing import Any

from ulcag.cli.settings import whole_number


def add_commands(commands: Any) -> None:
    """Add the commands."""
    doctor = commands.add_parser(
        "doctor",
        help="check what is installed, and what to type for the rest",
        description="Check what is installed, what you cannot do without the rest, and what to type to get it. Exit "
        "with code 1 if something essential is missing. If `ulcag` itself does not start: python -m ulcag.doctor.",
    )
    doctor.add_argument(
        "--results", type=Path, default=Path("results"), help="folder for results, to check its free disk space"
    )
    doctor.add_argument(
        "--images", type=whole_number(1), help="number of pictures, to check that they fit on disk and in memory"
    )
    doctor.add_argument("--json", action="store_true", help="print JSON")
    doctor.set_defaults(do=_doctor)

    init = commands.add_parser("init", help="write a config.yaml to edit, and a Snakefile that runs it")
    init.add_argument(
        "folder", type=Path, nargs="?", default=Path(), help="folder to write them to (default: the current one)"
    )
    init.set_defaults(do=_init)

    schema = commands.add_parser("schema", help="print the JSON Schema of config.yaml, for editors")
    schema.set_defaults(do=_schema)


def _doctor(options: argparse.Namespace) -> None:
    from ulcag.doctor.report import examine, exit_code, plain, text

    findings = examine(options.results, options.images)
    print(json.dumps(plain(findings), indent=2) if options.json else text(findings))
    if code := exit_code(findings):
        raise SystemExit(code)


def _init(options: argparse.Namespace) -> None:
    from ulcag.pipeline import start_project

    start_project(options.folder)
    print(f"edit      {options.folder / 'config.yaml'}; unchanged, it makes the demo")
    print(f"then run  cd {shlex.quote(str(options.folder))} && snakemake --cores 2")


def _schema(options: argparse.Namespace) -> None:
    from ulcag.config.schema import config_schema

    print(json.dumps(config_schema(), indent=2))
