"""The command line: `ulcag <command> ...`. It imports stages; no stage imports it."""

import argparse
import errno
import os
import sys
from collections.abc import Sequence

import ulcag.cli.audit_commands as audit_commands
import ulcag.cli.data_commands as data_commands
import ulcag.cli.prediction_commands as prediction_commands
import ulcag.cli.project_commands as project_commands
import ulcag.cli.reporting_commands as reporting_commands
import ulcag.cli.run_commands as run_commands
from ulcag import __version__
from ulcag.errors import InputError

_REMEDIES = {
    errno.EACCES: "grant permission, or choose another path",
    errno.EPERM: "grant permission, or choose another path",
    errno.ENOENT: "check the path",
    errno.EISDIR: "give a file: this is a folder",
    errno.ENOTDIR: "choose a path inside a folder: part of this path is a file",
    errno.EEXIST: "choose a path inside a folder: part of this path is a file",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOSPC: "free disk space, then run the command again",
    errno.EMFILE: "raise the limit on open files: ulimit -n",
}


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="ulcag",
        description="Uncertain label correction via auxiliary action unit graphs (ULC-AG). Most commands are "
        "stages of the pipeline, in order; Snakemake calls them, and so can you.",
    )
    parser.add_argument("--version", action="version", version=f"ulcag {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    stages = (data_commands, run_commands, prediction_commands, audit_commands, reporting_commands)
    for part in (*stages, project_commands):
        part.add_commands(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 1 for input that is not what it must be, with the reason on stderr; 130
    if it was interrupted."""
    options = build_parser().parse_args(arguments)
    try:
        options.do(options)
        return 0
    except KeyboardInterrupt:
        print(f"ulcag {options.command}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    except InputError as error:
        message = error
    except OSError as error:
        message = _of_system(error)
    except UnicodeError as error:
        do = "rename the file, or save it as UTF-8"
        message = InputError("a file name or a text", expected="UTF-8", found=ascii(str(error))[1:-1], do=do)
    except MemoryError:
        do = "use a machine with more memory, smaller batches or pictures, or fewer processes"
        message = InputError("memory", expected="enough memory", found="none left", do=do)
    print(f"ulcag {options.command}: error\n{message}", file=sys.stderr)
    return 1


def _of_system(error: OSError) -> InputError:
    """What the system would not do, in our words."""
    # Of a file that is written beside its place and then renamed, the second name is the place.
    name = error.filename2 or error.filename
    where = "the system" if name is None else os.fsencode(name).decode(errors="backslashreplace")
    do = _REMEDIES.get(error.errno or 0, "check the path and the disk, then run the command again")
    return InputError(where, expected="a path that can be read or written", found=error.strerror or str(error), do=do)
