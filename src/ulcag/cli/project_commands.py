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
        help="what is here, what each lack costs, and what to type",
        description="What is here, what each lack costs, and what to type. Exit code 1 if something is missing that is "
        "needed always. Where `ulcag` itself does not start: python -m ulcag.doctor.",
    )
    doctor.add_argument("--results", type=Path, default=Path("results"), help="where results go, for room on its disk")
    doctor.add_argument("--images", type=whole_number(1), help="of a data set: does it fit into disk and memory?")
    doctor.add_argument("--json", action="store_true", help="as JSON")
    doctor.set_defaults(do=_doctor)

    init = commands.add_parser("init", help="a config.yaml to edit, and a Snakefile that runs the pipeline on it")
    init.add_argument("folder", type=Path, nargs="?", default=Path(), help="where to write them; here if not given")
    init.set_defaults(do=_init)

    schema = commands.add_parser("schema", help="the JSON Schema of config.yaml, for editors")
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
    print(f"edit      {options.folder / 'config.yaml'}; as it is, it makes the demo")
    print(f"then run  cd {shlex.quote(str(options.folder))} && snakemake --cores 2")


def _schema(options: argparse.Namespace) -> None:
    from ulcag.config.schema import config_schema

    print(json.dumps(config_schema(), indent=2))
