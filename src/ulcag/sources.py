"""What lies outside the folder of results and is read: fingerprints by which Snakemake knows that it has changed.

They are parameters of rules and not inputs: an input counts as changed only if its time is later, and files keep their
old time with `cp -p`, rsync and unzip. A list of labels is known by its content, a large one and every picture by size
and time, in nanoseconds. A job process of a cluster makes plans as well: nothing heavy is imported, and nothing listed
before a rule asks.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from ulcag.config import (
    AffectNetSamples,
    Fer2013Samples,
    FolderSamples,
    RafDbSamples,
    SamplesSettings,
    SyntheticSamples,
    TableSamples,
)
from ulcag.files import is_folder

# Larger files are not read for a plan, bytes.
_LARGE = 10_000_000
# Label files by name, in lower case. The places that readers look at are no concern here: all below the root are taken.
_LABEL_FILES = {
    "rafdb": ("list_patition_label.txt",),
    "affectnet": ("training.csv", "validation.csv", "automatically_annotated.csv", "_exp.npy"),
    "fer2013": ("fer2013.csv", "fer2013new.csv", "icml_face_data.csv"),
}
_RAFDB_PICTURES = ("original", "aligned")
# How far below the root FER2013's files are looked for, which has no folders of its own.
_FER2013_DEPTH = 2


def file_print(path: str) -> str:
    """Fingerprint of one file of the configuration; blank for a blank path."""
    return _content(path) if path else ""


def labels_print(settings: SamplesSettings, results: Path) -> str:
    """Fingerprint of what decides the rows of the samples table: label files, and names of pictures in folders.

    Args:
        settings: the reader's.
        results: the folder of results, which may lie in the data set's and is no part of it.
    """
    match settings:
        case SyntheticSamples():
            return ""
        case TableSamples():
            return file_print(settings.path)
        case FolderSamples():
            return _digest(_names_and_files(settings.root, results, _none))
        case RafDbSamples():
            others = tuple(name for name in _RAFDB_PICTURES if name != settings.images)
            return _digest(_names_and_files(settings.root, results, _labels("rafdb"), others))
        case AffectNetSamples():
            return _digest(_names_and_files(settings.root, results, _labels("affectnet")))
        case Fer2013Samples():
            files = _walk(settings.root, results, depth=_FER2013_DEPTH)
            return _digest(f"{name} {_content(path)}" for name, path in files if _labels("fer2013")(name))


def rows_print(samples: Path) -> str:
    """Fingerprint of which samples there are and where, whatever their labels."""
    return _digest(f"{name} {path}" for name, path in _rows(samples))


def pictures_print(samples: Path, settings: SamplesSettings, shards: int = 1, shard: int = 0) -> str:
    """Fingerprint of a shard's samples and of the files at their paths.

    Args:
        samples: samples.parquet.
        settings: the reader's that made it.
        shards, shard: which rows, as in `ulcag.faces.shard.shard_rows`.
    """
    stamp = _no_stamp if _is_ours(settings) else _stamp
    return _digest(f"{name} {path} {stamp(path)}" for name, path in _shard_rows(samples, shards, shard))


def all_missing(samples: Path, settings: SamplesSettings, shards: int, shard: int) -> str:
    """The first picture, if not one of the data set is there; else blank. Arguments as in `pictures_print`.

    The shard's own are looked at first, so that few are where the data set is there.
    """
    rows = _rows(samples)
    if _is_ours(settings) or not rows:
        return ""
    there = any(_stamp(path) != _ABSENT for _, path in chain(_shard_rows(samples, shards, shard), rows))
    return "" if there else rows[0][1]


def csv_print(folder: str, samples: Path, settings: SamplesSettings) -> str:
    """Fingerprint of CSV files of action units.

    Args:
        folder: where they are; blank: `openface` beside or in the folder of all images, as the reader looks for it.
        samples: samples.parquet, whose paths say where that is.
        settings: the reader's.
    """
    if not folder:
        folders = {os.path.abspath(os.path.dirname(path)) for _, path in _rows(samples)}
        if isinstance(settings, SyntheticSamples) or not folders:
            return ""
        images = Path(os.path.commonpath(folders))
        places = [images.parent / "openface", images / "openface"]
    else:
        places = [Path(folder)]
    files = [file for place in places for file in _walk(str(place), Path(), depth=None)]
    return _digest(f"{name} {_stamp(path)}" for name, path in files if name.lower().endswith(".csv"))


_ABSENT = "absent"


def _is_ours(settings: SamplesSettings) -> bool:
    """Whether pictures are rendered or unpacked into our cache: decided by settings, or by a hash in their paths."""
    return isinstance(settings, SyntheticSamples | Fer2013Samples)


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


def _none(_: str) -> bool:
    return False


def _labels(reader: str) -> Callable[[str], bool]:
    return lambda name: name.lower().endswith(_LABEL_FILES[reader])


def _names_and_files(
    root: str, results: Path, is_labels: Callable[[str], bool], skip: tuple[str, ...] = ()
) -> Iterator[str]:
    """Names of pictures, for readers choose by what is there; and names, sizes and times of label files."""
    from ulcag.image import IMAGE_ENDINGS

    for name, path in _walk(root, results, depth=None, skip=skip):
        if is_labels(name):
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
