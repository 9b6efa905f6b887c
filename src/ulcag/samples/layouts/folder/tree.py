"""The tree of folders named like classes, and the pictures in them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ulcag.classes import CLASSES, class_index
from ulcag.errors import InputError
from ulcag.files import is_folder
from ulcag.image import IMAGE_ENDINGS
from ulcag.samples.layouts.folder import FolderSamples
from ulcag.samples.layouts.own_words import how_to_translate
from ulcag.samples.reader_result import LeftOut, class_names, folders_in, is_hidden, is_utf8, listing, splits_of


@dataclass(frozen=True)
class ClassFolder:
    """A folder of pictures.

    Attributes:
        name: relative to the root.
        split: train, test, or None for a validation split that is left out.
        label: the class, or None for a folder to drop.
    """

    name: str
    split: str | None
    label: int | None


@dataclass(frozen=True)
class Tree:
    """What a root holds.

    Attributes:
        folders: of classes, sorted by name.
        pictures: path relative to the root -> its folder.
        again: folders that are read already under another name, which links lead to; relative to the root.
        notes: what a user must hear.
    """

    folders: list[ClassFolder]
    pictures: dict[str, ClassFolder]
    again: list[str]
    notes: tuple[str, ...]


def read_tree(settings: FolderSamples) -> Tree:
    """All folders of classes below a root, and the pictures in them.

    A folder is read once: folders first, then links to folders in the order of their names.

    Raises:
        InputError: no such folder, it may not be read, or a folder in it that is no class; or one in a folder of a
            class that is named like another class or a split.
    """
    root = Path(settings.root)
    if not root.is_dir():
        raise InputError(root, expected="a folder", found="no such folder", do="check `root`")
    left_out = LeftOut()
    parts, notes = _splits(root, settings, left_out)
    folders = [
        ClassFolder(f"{part}{entry.name}", split, _class_of(Path(entry.path), settings))
        for part, split in parts.items()
        for entry in _entries(root, part, left_out, loose="pictures outside the folders of classes")
        if is_folder(entry)
    ]
    pictures, again = _pictures(root, [*parts], folders, left_out)
    filled = set(pictures.values())
    for folder in folders:
        if folder not in filled:
            left_out.add("folders without a picture", folder.name)
    for name, folder in pictures.items():
        if folder.label is None:
            left_out.add("pictures in folders to drop", name)
        elif folder.split is None:
            left_out.add("pictures of the validation split (to use them: `validation: train` or `test`)", name)
    return Tree(folders, pictures, again, (*notes, *left_out.notes()))


def _splits(root: Path, settings: FolderSamples, left_out: LeftOut) -> tuple[dict[str, str | None], list[str]]:
    """What the folders of splits, such as `train/`, are used for; or "" for a root without. And notes."""
    names = folders_in(root)
    splits, said = splits_of(names, settings.validation)
    if not splits:
        return {"": "train"}, ["no folders of splits: all pictures are for training"]
    beside = [name for name in names if name not in splits]
    classes = class_names(root, settings.labels)
    if "train" not in splits.values() and any(name in classes for name in beside):
        found = f"{', '.join(splits)}, and next to it {', '.join(beside)}"
        do = "move the folders of training pictures into a folder `train`"
        raise InputError(root, expected="a folder `train`, or only folders of classes", found=found, do=do)
    for name in beside:
        left_out.add("folders next to those of the splits", name)
    notes = [f"folders: {', '.join(splits)}", *said]
    if "train" not in splits.values():
        notes.append("there is no training split")
    for _ in _entries(root, "", left_out, loose="pictures outside the folders of classes"):
        pass
    return {f"{name}/": split for name, split in splits.items()}, notes


def _pictures(
    root: Path, parts: list[str], folders: list[ClassFolder], left_out: LeftOut
) -> tuple[dict[str, ClassFolder], list[str]]:
    """Pictures by their paths relative to the root, and folders that were read already under another name."""
    # A link to one of these would give pictures a second class.
    seen = {_identity(root / name) for name in ("", *parts)}
    waiting: list[tuple[str, ClassFolder]] = []
    links: list[tuple[str, ClassFolder]] = []
    for folder in folders:
        path = root / folder.name
        linked = path.is_symlink() or (path.parent != root and path.parent.is_symlink())
        (links if linked else waiting).append((folder.name, folder))
    seen |= {_identity(root / name) for name, _ in waiting}
    pictures: dict[str, ClassFolder] = {}
    again: list[str] = []

    def once(name: str) -> bool:
        identity = _identity(root / name)
        if identity in seen:
            left_out.add("links to folders that are read already", name)
            again.append(name)
        new = identity not in seen
        seen.add(identity)
        return new

    while waiting or links:
        if not waiting:
            links.sort(key=lambda link: link[0], reverse=True)
            name, folder = links.pop()
            if not once(name):
                continue
            waiting.append((name, folder))
        inside, folder = waiting.pop()
        for entry in _entries(root, f"{inside}/", left_out):
            name = f"{inside}/{entry.name}"
            if not is_folder(entry):
                pictures[name] = folder
                continue
            _check_inner(root / name, folder)
            if entry.is_symlink():
                links.append((name, folder))
            elif once(name):
                waiting.append((name, folder))
    return dict(sorted(pictures.items())), again


def _check_inner(path: Path, folder: ClassFolder) -> None:
    """Nothing, if a folder in one of a class is not named like another class or a split."""
    code = class_index(path.name)
    if folder.label is None or (code in (None, folder.label) and not splits_of([path.name])[0]):
        return
    expected = f"no folder of a class or split inside one of {CLASSES[folder.label]}"
    do = "move or rename it: splits hold classes, and classes hold pictures, as in train/happy/"
    raise InputError(path, expected=expected, found=f"'{path.name}'", do=do)


def _entries(root: Path, inside: str, left_out: LeftOut, loose: str = "") -> Iterator[os.DirEntry[str]]:
    """Folders and pictures in a folder, by name; everything else is left out, and pictures too if they are `loose`."""
    for entry in listing(root / inside):
        name = f"{inside}{entry.name}"
        ending = os.path.splitext(entry.name)[1].lower()
        if is_hidden(entry.name):
            left_out.add("hidden files and folders", name)
        elif not is_utf8(entry.name):
            left_out.add("names that are not UTF-8", name)
        elif is_folder(entry):
            yield entry
        elif entry.is_symlink() and not os.path.exists(entry.path):
            left_out.add("broken links", name)
        elif ending not in IMAGE_ENDINGS or not (entry.is_symlink() or entry.is_file()):
            left_out.add("files without the ending of a picture", name)
        elif loose:
            left_out.add(loose, name)
        else:
            yield entry


def _class_of(folder: Path, settings: FolderSamples) -> int | None:
    name = settings.labels.get(folder.name, folder.name)
    if name == "drop":
        return None
    code = class_index(name)
    if code is None:
        do = how_to_translate(folder.name)
        if class_names(folder, settings.labels):
            do = f"set `root` to {folder}, which holds splits or classes itself, or move it away"
        raise InputError(folder, expected=f"a folder named {', '.join(CLASSES)}", found=folder.name, do=do)
    return code


def _identity(folder: Path) -> tuple[int, int]:
    """Which folder it is, whatever links lead to it."""
    found = os.stat(folder)
    return found.st_dev, found.st_ino
