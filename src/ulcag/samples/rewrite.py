"""What writing a data set with new labels needs in every layout: links, cells of a list, and words for classes.

Imports no heavy package by itself, as all that the Snakefile reads.
"""

import errno
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ulcag.classes import CLASSES, SYNONYMS, class_index
from ulcag.errors import InputError
from ulcag.text import CsvFile, create_text, with_cell

if TYPE_CHECKING:
    from ulcag.samples.layouts.layout import LayoutSettings

# Lies in a folder that we made, and says so.
MARKER = ".ulcag-clean.json"
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


@dataclass(frozen=True)
class Written:
    """What a layout's writer wrote.

    Attributes:
        settings: with which the reader reads it.
        notes: what a user must hear.
        renamed: sample id before -> after, where an id is a path that changed.
    """

    settings: "LayoutSettings"
    notes: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)


def link(source: str | Path, name: Path) -> None:
    """Make `name` a symbolic link to `source`.

    Raises:
        InputError: the file system has no links.
    """
    try:
        os.symlink(source, name)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        do = "choose a folder on another disk"
        raise InputError(name.parent, expected="a disk with symbolic links", found=str(error), do=do) from None


def check_links(out: Path) -> None:
    """Nothing, if there can be links in the folder `out`, which need not be there yet.

    Raises:
        InputError: as `link`, or it may not be written to.
    """
    nearest = next(folder for folder in (out, *out.absolute().parents) if folder.is_dir())
    try:
        with tempfile.TemporaryDirectory(dir=nearest, prefix=".links-") as folder:
            link(nearest, Path(folder) / "link")
    except OSError as error:
        do = "choose another folder (--out)"
        raise InputError(nearest, expected="a folder to write to", found=error.strerror or str(error), do=do) from None


def link_all(source: Path, out: Path, opened: Collection[str], left_out: Collection[str] = ()) -> None:
    """Fill `out` with links to what is in `source`.

    A folder is one link, unless it is opened: then it is a folder of its own with links in it, so that what is written
    there is not written into the original.

    Args:
        source: a folder.
        out: an empty folder.
        opened: folders, relative to `source`, as POSIX paths.
        left_out: files and folders, relative to `source`, that get no link.
    """
    from ulcag.progress import progress

    target = os.path.realpath(source)
    for name, is_folder in progress(_entries(source, out, opened), what="links", unit=" files"):
        if not is_folder and name not in left_out:
            link(os.path.join(target, name), out / name)


def _entries(source: Path, out: Path, opened: Collection[str]) -> Iterator[tuple[str, bool]]:
    """What is in `source`, and whether it is an opened folder, which is made in `out`."""
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        with os.scandir(source / inside) as entries:
            for entry in entries:
                name = f"{inside}/{entry.name}" if inside else entry.name
                is_folder = name in opened and entry.is_dir()
                if is_folder:
                    (out / name).mkdir()
                    waiting.append(name)
                if entry.name != MARKER:
                    yield name, is_folder


def folders_of(paths: Iterable[str]) -> set[str]:
    """All folders that relative POSIX paths lie in."""
    nearest = {os.path.dirname(path) for path in paths}
    return nearest | {str(folder) for path in nearest for folder in PurePosixPath(path).parents}


def link_but(root: Path, file: Path, out: Path) -> None:
    """Links to all of a data set but one file."""
    name = file.relative_to(root).as_posix()
    link_all(root, out, folders_of([name]), {name})


def rewrite_cells(root: Path, file: CsvFile, place: int, new: Mapping[int, int], out: Path) -> None:
    """Write a data set with new codes in one of its files; the rest is links.

    Args:
        root: the data set.
        file: in it.
        place: which cell of a row holds the code, from 0.
        new: by the row's place in the file, its new code.
        out: an empty folder.
    """
    link_but(root, file.path, out)
    with create_text(out / file.path.relative_to(root), file.encoding) as written:
        for record in file.records():
            code = new.get(record.row)
            text = record.text if code is None else with_cell(record.text, place, str(code), file.delimiter)
            written.write(text)


def words_for(used: Mapping[str, int], labels: Mapping[str, str]) -> list[str | None]:
    """A word for each class, in the data set's own vocabulary; None for a class that has none.

    The word in use, the most frequent first; else one that `labels` translates; else our name of the class or a synonym
    of it, in the case of the names in use.

    Args:
        used: the data set's words for labels, and how often each is used.
        labels: word -> class name or `drop`, as in the settings.
    """
    names = [word for word in used if class_index(word) is not None]
    style = next((case for case in (str.upper, str.title) if names and all(w == case(w) for w in names)), str.lower)
    candidates = [*sorted(used, key=lambda word: (-used[word], word)), *labels]
    candidates += [style(name) for name in (*CLASSES, *SYNONYMS)]
    words: dict[int, str] = {}
    for word in candidates:
        code = class_index(labels.get(word, word))
        if code is not None:
            words.setdefault(code, word)
    return [words.get(code) for code in range(len(CLASSES))]


def word_or_error(words: list[str | None], code: int, where: Path) -> str:
    """The word for a class.

    Raises:
        InputError: there is none.
    """
    word = words[code]
    if word is None:
        found = f"words for {', '.join(CLASSES[c] for c, w in enumerate(words) if w is not None)}"
        do = f"translate a word to it: labels: {{<word>: {CLASSES[code]}}}, and read the samples again"
        raise InputError(where, expected=f"a word for {CLASSES[code]}", found=found, do=do)
    return word
