"""Commands around the pipeline as a whole: init, schema."""

import argparse
import json
import shlex
from pathlib import Path
from typing import Any


def add_commands(commands: Any) -> None:
    """Add the commands."""
    init = commands.add_parser("init", help="a config.yaml to edit, and a Snakefile that runs the pipeline on it")
    init.add_argument("folder", type=Path, nargs="?", default=Path(), help="where to write them; here if not given")
    init.set_defaults(do=_init)

    schema = commands.add_parser("schema", help="the JSON Schema of config.yaml, for editors")
    schema.set_defaults(do=_schema)


def _init(options: argparse.Namespace) -> None:
    from ulcag.pipeline import start_project

    start_project(options.folder)
    print(f"edit      {options.folder / 'config.yaml'}; as it is, it makes the demo")
    print(f"then run  cd {shlex.quote(str(options.folder))} && snakemake --cores 2")


def _schema(options: argparse.Namespace) -> None:
    from ulcag.config.schema import config_schema

    print(json.dumps(config_schema(), indent=2))
