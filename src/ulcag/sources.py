"""What lies outside the folder of results and is read: fingerprints by which Snakemake knows that it has changed.

They are parameters of rules and not inputs: an input counts as changed only if its time is later, and files keep their
old time with `cp -p`, rsync and unzip. A list of labels is known by its content, a large one and every picture by size
and time, in nanoseconds. A job process of a cluster makes plans as well: nothing heavy is imported, and nothing listed
before a rule asks.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from ulcag.files import is_folder
from ulcag.samples.layouts import layout_of
from ulcag.samples.layouts.layout import LayoutSettings

# Larger files are not read for a plan, bytes.
_LARGE = 10_000_000


def file_print(path: str) -> str:
    """Fingerprint of one file of the configuration; blank for a blank path."""
    return _content(path) if path else ""


def tree_print(root: str, results: Path, label_files: tuple[str, ...], not_in: tuple[str, ...] = ()) -> str:
    """Fingerprint of names of pictures, for readers choose by what is there, and of label files, wherever they are.

    Args:
        root: the folder of a data set.
        results: the folder of results, which may lie in the data set's and is no part of it.
        label_files: their names end so, in lower case.
        not_in: names of folders that are not looked into.
    """
    return _digest(_names_and_files(root, results, label_files, not_in))


def files_print(root: str, results: Path, label_files: tuple[str, ...], depth: int) -> str:
    """Fingerprint of label files down to some levels below a folder. Arguments as in `tree_print`."""
    files = _walk(root, results, depth=depth)
    return _digest(f"{name} {_content(path)}" for name, path in files if name.lower().endswith(label_files))


def rows_print(samples: Path) -> str:
    """Fingerprint of which samples there are and where, whatever their labels."""
    return _digest(f"{name} {path}" for name, path in _rows(samples))


def pictures_print(samples: Path, settings: LayoutSettings, shards: int = 1, shard: int = 0) -> str:
    """Fingerprint of a shard's samples and of the files at their paths.

    Args:
        samples: samples.parquet.
        settings: the reader's that made it.
        shards, shard: which rows, as in `ulcag.faces.shard.shard_rows`.
    """
    stamp = _no_stamp if layout_of(settings).makes_pictures else _stamp
    return _digest(f"{name} {path} {stamp(path)}" for name, path in _shard_rows(samples, shards, shard))


def all_missing(samples: Path, settings: LayoutSettings, shards: int, shard: int) -> str:
    """The first picture, if not one of the data set is there; else blank. Arguments as in `pictures_print`.

    The shard's own are looked at first, so that few are where the data set is there.
    """
    rows = _rows(samples)
    if layout_of(settings).makes_pictures or not rows:
        return ""
    there = any(_stamp(path) != _ABSENT for _, path in chain(_shard_rows(samples, shards, shard), rows))
    return "" if there else rows[0][1]


def csv_print(folder: str, samples: Path, settings: LayoutSettings) -> str:
    """Fingerprint of CSV files of action units.

    Args:
        folder: where they are; blank: `openface` beside or in the folder of all images, as the reader looks for it.
        samples: samples.parquet, whose paths say where that is.
        settings: the reader's.
    """
    if not folder:
        folders = {os.path.abspath(os.path.dirname(path)) for _, path in _rows(samples)}
        if not layout_of(settings).data or not folders:
            return ""
        images = Path(os.path.commonpath(folders))
        places = [images.parent / "openface", images / "openface"]
    else:
        places = [Path(folder)]
    files = [file for place in places for file in _walk(str(place), Path(), depth=None)]
    return _digest(f"{name} {_stamp(path)}" for name, path in files if name.lower().endswith(".csv"))


_ABSENT = "absent"


def _no_stamp(_: str) -> str:
    return ""


@cache
def _content(path: str) -> str:
    """Hash of a file, or size and time of a large one."""
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size > _LARGE:
                return _stamp(path)
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except (OSError, ValueError):
        return _stamp(path)


@cache
def _stamp(path: str) -> str:
    """Size and time of a file. Looked at once in a plan: what changes after that is seen by the next."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return _ABSENT
    return f"{found.st_size} {found.st_mtime_ns}" if stat.S_ISREG(found.st_mode) else "no file"


def _shard_rows(samples: Path, shards: int, shard: int) -> list[tuple[str, str]]:
    rows = _rows(samples)
    return rows[len(rows) * shard // shards : len(rows) * (shard + 1) // shards]


def _rows(samples: Path) -> list[tuple[str, str]]:
    """Ids and paths of a samples table; none if it cannot be read, and the job says why."""
    try:
        file = os.stat(samples)
        return _rows_of(str(samples), file.st_mtime_ns, file.st_size)
    except (OSError, ValueError):
        return []


@lru_cache(maxsize=4)
def _rows_of(samples: str, time: int, size: int) -> list[tuple[str, str]]:
    """The same, read once for as long as it is the same file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(samples).read(columns=["sample_id", "path"])
        return list(zip(table["sample_id"].to_pylist(), table["path"].to_pylist(), strict=True))
    except (pa.ArrowException, KeyError) as error:
        raise ValueError(str(error)) from None


def _names_and_files(root: str, results: Path, label_files: tuple[str, ...], not_in: tuple[str, ...]) -> Iterator[str]:
    """Names of pictures; and names, sizes and times of label files."""
    from ulcag.image import IMAGE_ENDINGS

    for name, path in _walk(root, results, depth=None, skip=not_in):
        if name.lower().endswith(label_files):
            yield f"{name} {_stamp(path) if name.endswith('.npy') else _content(path)}"
        elif name.lower().endswith(IMAGE_ENDINGS):
            yield name


def _walk(root: str, results: Path, *, depth: int | None, skip: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Files below a folder, as relative and whole paths. Not hidden ones, nor those of the folder of results.

    Links to folders are followed, each folder once.
    """
    ours = _identity(results)
    seen: set[Any] = {ours} - {None}
    waiting = [(root, "", 0)]
    while waiting:
        folder, name, level = waiting.pop()
        identity = _identity(folder)
        if identity is None or identity in seen:
            continue
        seen.add(identity)
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if not is_folder(entry):
                yield name + entry.name, entry.path
            elif entry.name not in skip and (depth is None or level < depth):
                waiting.append((entry.path, f"{name}{entry.name}/", level + 1))


def _identity(folder: str | Path) -> tuple[int, int] | None:
    try:
        found = os.stat(folder)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _digest(lines: Iterable[str]) -> str:
    # Names that are not UTF-8 come as surrogates.
    text = "\n".join(sorted(lines))
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]
