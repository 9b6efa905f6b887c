"""What every reader gives: rows of the samples table, and what it found on the way.

Imports no heavy package by itself, as all that the Snakefile reads.
"""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ulcag.classes import CLASSES, class_index
from ulcag.errors import InputError
from ulcag.files import is_folder

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# Words for splits, in lower case; the last of each row are FER2013's.
_SPLITS = {
    "train": ("train", "training"),
    "test": ("test", "testing", "privatetest"),
    "validation": ("val", "valid", "validation", "dev", "publictest"),
}

# How many of what is left out are named.
_EXAMPLES = 3


@dataclass(frozen=True)
class ReaderResult:
    """What a reader found.

    Attributes:
        samples: rows of the samples table, sorted by sample id.
        notes: what a user must hear: layout, and rows left out.
        votes: rows of the votes table; none for a set that nobody voted on.
    """

    samples: "pd.DataFrame"
    notes: tuple[str, ...] = ()
    votes: "pd.DataFrame" = field(default_factory=lambda: no_votes())


def samples_table(
    sample_id: Sequence[str],
    path: Sequence[str],
    split: Sequence[str],
    label: Sequence[int],
    *,
    clean_label: Sequence[int | None] | None = None,
    identity: Sequence[str | None] | None = None,
) -> "pd.DataFrame":
    """The columns of n samples, as rows of the samples table sorted by sample id.

    Raises:
        InputError: two samples with one name, or a name that cannot be stored.
    """
    import pandas as pd

    if len(set(sample_id)) < len(sample_id):
        twice = Counter(sample_id).most_common(1)[0][0]
        raise InputError(
            f"sample {twice!r}", expected="a unique name for each sample", found="several samples with this name"
        )
    for name in (*sample_id, *path):
        if "\0" in name or not is_utf8(name):
            do = "rename the file or the folder: tables cannot store its name"
            raise InputError(repr(name), expected="a file name in UTF-8", found="other bytes", do=do)
    frame = pd.DataFrame({"sample_id": list(sample_id), "path": list(path), "split": list(split)})
    frame["label"] = pd.array(list(label), dtype="int8")
    frame["clean_label"] = pd.array([None] * len(frame) if clean_label is None else list(clean_label), dtype="Int8")
    frame["identity"] = pd.Series([None] * len(frame) if identity is None else list(identity), dtype="object")
    return frame.sort_values("sample_id", ignore_index=True)


def votes_table(sample_ids: Sequence[str], counts: "np.ndarray") -> "pd.DataFrame":
    """Rows of the votes table, for the samples with at least one vote for one of the seven classes.

    Args:
        sample_ids: n names.
        counts: (n, 7) votes.
    """
    import numpy as np
    import pandas as pd

    from ulcag.samples.table import VOTE_SHARES

    totals = counts.sum(axis=1)
    voted = totals > 0
    frame = pd.DataFrame((counts[voted] / totals[voted, None]).astype(np.float32), columns=VOTE_SHARES)
    frame.insert(0, "sample_id", pd.Series(list(sample_ids), dtype="str")[voted].to_numpy())
    return frame.sort_values("sample_id", ignore_index=True)


def no_votes() -> "pd.DataFrame":
    """A votes table without rows."""
    import numpy as np

    return votes_table([], np.empty((0, len(CLASSES))))


def first_that_exists(root: Path, places: Sequence[str], what: str) -> Path:
    """The first of `places` (relative to the data set's root) that exists.

    Raises:
        InputError: none does; it names the places that were looked at.
    """
    for place in places:
        if (root / place).exists():
            return root / place
    looked = ", ".join(places)
    do = "set `root` to the folder that holds it" if root.is_dir() else "check `root`: there is no such folder"
    raise InputError(root, expected=f"{what} at one of: {looked}", found="none of them", do=do)


def splits_of(words: Iterable[str], validation: str = "drop") -> tuple[dict[str, str | None], tuple[str, ...]]:
    """What each of a data set's words for splits means.

    Args:
        words: all that occur, in any case.
        validation: what a validation split is used for: train, test, or drop. It is dropped only if there is a test
            split, too; without one it is the test split.

    Returns:
        Word -> train, test, or None for what is left out; words that are no splits are not in it. And a note, where
        validation is taken for test.
    """
    kind_of = {word: kind for word in words for kind, names in _SPLITS.items() if word.strip().lower() in names}
    of_kind: dict[str, str | None] = {"train": "train", "test": "test", "validation": validation}
    notes: tuple[str, ...] = ()
    if validation == "drop":
        of_kind["validation"] = None if "test" in kind_of.values() else "test"
        if of_kind["validation"] and "validation" in kind_of.values():
            names = ", ".join(word for word, kind in kind_of.items() if kind == "validation")
            notes = (f"there is no test split: {names} is used as one",)
    return {word: of_kind[kind] for word, kind in kind_of.items()}, notes


class LeftOut:
    """What a reader leaves out: how many for each reason, and the first few by name."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self._first: dict[str, list[str]] = {}

    def add(self, reason: str, name: str) -> None:
        """One more; a name that is not UTF-8 is told in ASCII."""
        self._count[reason] += 1
        first = self._first.setdefault(reason, [])
        if len(first) < _EXAMPLES:
            first.append(name if is_utf8(name) else ascii(name))

    def notes(self) -> tuple[str, ...]:
        """A note for each reason."""
        return tuple(
            f"left out: {count} {reason}{', such as' if count > _EXAMPLES else ':'} {', '.join(self._first[reason])}"
            for reason, count in self._count.items()
        )


def is_utf8(name: str) -> bool:
    """Whether a file's name can be stored in a table."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_hidden(name: str) -> bool:
    """Whether a system or program keeps a file or folder for itself; macOS adds a folder to archives."""
    return name.startswith((".", "__MACOSX"))


def names_in(folder: Path) -> list[str]:
    """The names of what is in a folder.

    Raises:
        InputError: it is none, or may not be read.
    """
    try:
        return os.listdir(folder)
    except OSError as error:
        found, do = error.strerror or str(error), "unpack the data set again, or grant read permission"
        raise InputError(folder, expected="a folder of the data set", found=found, do=do) from None


def listing(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder, by name.

    Raises:
        InputError: it is none, or may not be read.
    """
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(folder, expected="a readable folder", found=error.strerror or str(error)) from None


def folders_in(folder: Path) -> list[str]:
    """The names of folders in a folder that are not hidden, sorted."""
    return [e.name for e in listing(folder) if is_folder(e) and not is_hidden(e.name) and is_utf8(e.name)]


def class_names(root: Path, words: Collection[str] = ()) -> list[str]:
    """The names of folders in `root` that are splits, classes, or words that `labels` translates."""
    names = folders_in(root)
    splits = splits_of(names)[0]
    return [name for name in names if name in splits or name in words or class_index(name) is not None]


def pictures_by_stem(folder: Path, left_out: LeftOut, suffix: str = "") -> dict[str, str]:
    """Stem -> file name of the pictures in a folder; everything else there is left out.

    Args:
        folder: of pictures.
        left_out: counts what is no picture, and pictures of a stem that has one; .jpg goes first.
        suffix: of stems, such as `_aligned`, that is not told.
    """
    from ulcag.image import IMAGE_ENDINGS

    pictures: dict[str, str] = {}
    for file in sorted(names_in(folder), key=lambda name: (not name.endswith(".jpg"), name)):
        stem, ending = os.path.splitext(file)
        where, stem = f"{folder.parent.name}/{folder.name}/{file}", stem.removesuffix(suffix)
        if is_hidden(file):
            left_out.add("hidden files", where)
        elif not is_utf8(file):
            left_out.add("names that are not UTF-8", where)
        elif ending.lower() not in IMAGE_ENDINGS:
            left_out.add("files without the ending of a picture", where)
        elif stem in pictures:
            left_out.add("further pictures of the same id", where)
        else:
            pictures[stem] = file
    return pictures
