"""The command line: `ulcag <room> ...`. It imports rooms; no room imports it."""

import argparse
import sys
from collections.abc import Sequence

import ulcag.cli.audit_commands as audit_commands
import ulcag.cli.data_commands as data_commands
import ulcag.cli.prediction_commands as prediction_commands
import ulcag.cli.reporting_commands as reporting_commands
import ulcag.cli.run_commands as run_commands
from ulcag import __version__
from ulcag.errors import InputError


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="ulcag",
        description="Uncertain label correction via auxiliary action unit graphs (ULC-AG). The commands are the "
        "stages of the pipeline, in order; Snakemake calls them, and so can you.",
    )
    parser.add_argument("--version", action="version", version=f"ulcag {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for room in (data_commands, run_commands, prediction_commands, audit_commands, reporting_commands):
        room.add_commands(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 1 for input that is not what it must be, with the reason on stderr."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    # One command of two words; a data set that lies in a folder `apply` is ./apply.
    if words[:2] == ["audit", "apply"]:
        words[:2] = ["audit apply"]
    options = build_parser().parse_args(words)
    try:
        options.do(options)
    except InputError as error:
        print(f"ulcag {options.command}: error\n{error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    return 0
