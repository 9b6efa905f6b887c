"""Files that are whole or absent, and hashes that say which file it was."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ulcag.errors import InputError

# What only writing meets, so that a file which cannot be read is not blamed on the one being written.
_CANNOT_WRITE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


@contextmanager
def whole_or_absent(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; it takes the name `path` only when the block ends without error.

    A killed process leaves no half-written file under the final name; readers never see one.

    Raises:
        InputError: the disk is full, nothing may be written there, or there is a folder or a device.
    """
    path = Path(path)
    if not path.name or (path.exists() and not path.is_file()):
        # A device would be replaced by a file, for all programs.
        found = "a folder" if path.is_dir() else "a device"
        raise InputError(path, expected="a file to write", found=found, do="give the path of a file")
    # The suffix stays, because writers such as matplotlib choose the format by it.
    beside = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield beside
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)


@contextmanager
def whole_or_absent_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder beside `path`; it takes the name `path` only when the block ends without error.

    A folder that has this name already is deleted, its links but not what they lead to: the caller makes sure that it
    may be.

    Raises:
        InputError: the disk is full, or nothing may be written there.
    """
    beside, old = (path.with_name(f".{path.name}.{os.getpid()}.{ending}") for ending in ("part", "old"))
    with _explained(path):
        try:
            beside.mkdir(parents=True)
            yield beside
            if path.exists():
                path.rename(old)
            try:
                beside.rename(path)
            except OSError:
                if old.exists():
                    old.rename(path)
                raise
        finally:
            for folder in (beside, old):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        do = "free disk space or grant write permission, then run the command again"
        raise InputError(path, expected="a writable file", found=str(error), do=do) from None


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, whole or absent."""
    with whole_or_absent(path) as beside:
        beside.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n")


def read_json(path: Path, *needed: str) -> Any:
    """Read a JSON file.

    Args:
        path: the file.
        needed: keys that it must have, such as `run.seed` for one in another; a part that is null needs none.

    Raises:
        InputError: the file is absent, is not JSON, or lacks a key.
    """
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(path, expected="a JSON file", found="no such file") from None
    except (ValueError, OSError) as error:
        raise InputError(path, expected="a JSON file", found=str(error)) from None
    for key in needed:
        part = value
        for name in key.split("."):
            if part is None and part is not value:
                break
            if not isinstance(part, dict) or name not in part:
                do = "give a file written by this version, or recreate it"
                raise InputError(path, expected=f"the key '{key}'", found=f"no '{name}'", do=do)
            part = part[name]
    return value


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, in hex.

    Raises:
        InputError: there is no such file.
    """
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise InputError(path, expected="a file", found="no such file") from None
    except IsADirectoryError:
        raise InputError(path, expected="a file", found="a folder") from None


def hashes(paths: Mapping[str, Path]) -> dict[str, str]:
    """SHA-256 of each named file, for the record of what a result was made from."""
    return {name: sha256(path) for name, path in paths.items()}


def binding(*what: Mapping[str, Any]) -> str:
    """SHA-256 of settings and inputs: what a killed job left behind is only of use to a job with the same."""
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder or a link to one; a link that leads to itself is none."""
    return os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()
