"""Where AffectNet's lists and pictures are, as its archives unpack and people move them."""

import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from ulcag.errors import InputError
from ulcag.files import is_folder
from ulcag.samples.reader_result import is_hidden
from ulcag.text import DELIMITERS, CsvFile

# What the names of folders begin with, and the list of training labels.
_FOLDERS = {"manual": "manually_annotated", "automatic": "automatically_annotated"}
_LISTS = {"manual": "training.csv", "automatic": "automatically_annotated.csv", "validation": "validation.csv"}
_FILE, _EXPRESSION, _COLUMNS = "subdirectory_filepath", "expression", 9
# How far below `root` is looked: <any>/<any>/Manually_Annotated/Manually_Annotated_Images.
_DEPTH = 4
# A folder of pictures has more entries, which nobody wants to see listed.
_MOST_ENTRIES, _MOST_FOLDERS = 300, 1000
# How many listed pictures are looked for.
_TRIED = 20


def open_list(path: Path) -> tuple[CsvFile, tuple[int, int, int, bool]]:
    """A list of the full release as CSV; and in which columns file and expression are, how many columns there are, and
    whether the first row says so.

    Raises:
        InputError: it is no list of AffectNet's.
    """
    file = _csv(path)
    places = _places(file.first)
    if places is None:
        columns = f"columns subDirectory_filePath and {_EXPRESSION}, or its {_COLUMNS} columns without a header"
        found = ", ".join(file.first)[:300] or "an empty file"
        raise InputError(path, expected=f"AffectNet's list: {columns}", found=found)
    return file, places


def _csv(path: Path) -> CsvFile:
    """With the delimiter that makes sense of it: in one of its cells are more semicolons than there are cells."""
    files = (CsvFile(path, known_delimiter=delimiter) for delimiter in DELIMITERS)
    return next((file for file in files if _places(file.first) is not None), CsvFile(path))


def _places(first: list[str]) -> tuple[int, int, int, bool] | None:
    names = [cell.lower() for cell in first]
    if _FILE in names and _EXPRESSION in names:
        return names.index(_FILE), names.index(_EXPRESSION), len(names), True
    # Without a header: numbers where they must be.
    if len(first) == _COLUMNS and first[6].isdecimal() and "." in first[0]:
        return 0, 6, _COLUMNS, False
    return None


def is_list(path: Path) -> bool:
    """Whether a file is a list of AffectNet's."""
    try:
        return _places(_csv(path).first) is not None
    except InputError:
        return False


def parts_of_full_release(root: Path) -> tuple[list[Path], list[Path]]:
    """Lists of training labels, and folders of images."""
    folders = [folder for _, folder in _near(root)]
    lists = [folder / _LISTS[part] for part in _FOLDERS for folder in folders]
    images = [folder for part in _FOLDERS for folder in folders if _may_hold_images(folder, part)]
    return [path for path in lists if path.is_file() and is_list(path)], images


def _may_hold_images(folder: Path, part: str) -> bool:
    name = folder.name.lower()
    return name.startswith(_FOLDERS[part]) and "list" not in name


def find_list(root: Path, which: str) -> Path:
    """The list of training labels of the part `manual` or `automatic`, or that of `validation`.

    Raises:
        InputError: it is nowhere below `root`, or there are several.
    """
    name = _LISTS[which]
    folders = _near(root)
    found = [(level, folder / name) for level, folder in folders if (folder / name).is_file()]
    if not found:
        expected = f"{name}, in it or in a folder such as Manually_Annotated_file_lists, up to {_DEPTH} levels below"
        do = "set `root` to the folder that holds AffectNet's lists and pictures"
        do = do if root.is_dir() else "check `root`: there is no such folder"
        raise InputError(root, expected=expected, found="none", do=do)
    ours = [one for one in found if is_list(one[1])] or found
    nearest = [path for level, path in ours if level == ours[0][0]]
    return _one_of(nearest, name, root)


def find_images(root: Path, part: str, names: Sequence[str]) -> Path:
    """The folder that file names in a list are relative to.

    Args:
        root: of the data set.
        part: manual or automatic.
        names: in the list; the folder that has some of the first is taken.

    Raises:
        InputError: no folder of that name.
    """
    folders = [folder for _, folder in _near(root) if _may_hold_images(folder, part)]
    folders += [inner for folder in folders if (inner := folder / folder.name).is_dir() and inner not in folders]
    # In a folder called so the pictures are; else another copy of it may hold them.
    folders.sort(key=lambda folder: not folder.name.lower().endswith("_images"))
    for folder in folders:
        if any((folder / name).exists() for name in names[:_TRIED]):
            return folder
    if not folders:
        expected = f"a folder {_FOLDERS[part].title()}_Images, up to {_DEPTH} levels below"
        do = "set `root` to the folder that holds AffectNet's lists and pictures"
        raise InputError(root, expected=expected, found="none", do=do)
    return folders[0]


def find_2021(root: Path) -> dict[str, Path]:
    """Release of 2021: `train_set` and `val_set`, those that are there; none if it is another release.

    Raises:
        InputError: there are several.
    """
    named = [(level, folder) for level, folder in _near(root) if folder.name in ("train_set", "val_set")]
    parts = [(level, folder) for level, folder in named if (folder / "annotations").is_dir()]
    nearest = [folder for level, folder in parts if level == parts[0][0]]
    place = _one_of([folder.parent for folder in nearest], "train_set with val_set", root) if nearest else root
    return {folder.name: folder for folder in nearest if folder.parent == place}


def _one_of(found: Sequence[Path], what: str, root: Path) -> Path:
    """The first, if all the others are links to it."""
    if len({path.resolve() for path in found}) > 1:
        do = "move the other one away, or set `root` to a folder further down"
        raise InputError(root, expected=f"one {what}", found=", ".join(map(str, dict.fromkeys(found))), do=do)
    return found[0]


def _near(root: Path) -> list[tuple[int, Path]]:
    """`root` and folders below it, nearest first, each with its level; without those that hold pictures."""
    level, found = [root], [(0, root)]
    for number in range(1, _DEPTH + 1):
        level = [inner for folder in level for inner in _folders(folder)][: _MOST_FOLDERS - len(found)]
        found += [(number, folder) for folder in level]
    return found


def _folders(folder: Path) -> list[Path]:
    """Folders in a folder, by name; none if it is one of pictures."""
    if folder.name.lower().endswith(("_images", "images", "annotations")) or folder.name.isdecimal():
        return []
    try:
        with os.scandir(folder) as entries:
            some = list(islice(entries, _MOST_ENTRIES + 1))
            names = sorted(e.name for e in some if not is_hidden(e.name) and is_folder(e))
    except OSError:
        return []
    return [folder / name for name in names] if len(some) <= _MOST_ENTRIES else []
