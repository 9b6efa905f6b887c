"""Class folders with new labels: links to the originals, each in the folder of its class."""

import os
from collections import Counter
from pathlib import Path, PurePosixPath

import pandas as pd

from ulcag.classes import class_index
from ulcag.samples.layouts.folder import FolderSamples
from ulcag.samples.layouts.folder.tree import read_tree
from ulcag.samples.layouts.layout import Changed
from ulcag.samples.rewrite import Written, folders_of, link, link_all, word_or_error, words_for


def write_folder(settings: FolderSamples, samples: pd.DataFrame, changed: Changed, out: Path) -> Written:
    """The tree of class folders with a link for each file; a changed one lies in the folder of its new class.

    Where that has a file of the same name already, the link is called `<stem>__from_<old folder><suffix>`. Folders to
    drop are links. Folders that the reader does not read again are left out.

    Args:
        settings: of the reader.
        samples: rows of the samples table.
        changed: of some training samples, the new class.
        out: an empty folder.
    """
    root = Path(settings.root)
    tree = read_tree(settings)
    words = folder_words(settings, samples)
    depth = len(next(iter(words)))
    renamed: dict[str, str] = {}
    given: set[str] = set()
    for name, code in changed.items():
        parts = PurePosixPath(name).parts
        word = word_or_error(words[parts[:depth]], code, root)
        # The class's own name may be there once more, as in sad/sad/, and would now be another's.
        inner = [part for part in parts[depth + 1 : -1] if class_index(part) is None]
        wanted = PurePosixPath(*parts[:depth], word, *inner, parts[-1])
        renamed[name] = _free_name(root, wanted, parts[depth], given)
        given.add(renamed[name])
    opened = folders_of([*samples["sample_id"], *renamed.values(), *tree.again])
    link_all(root, out, opened, {*renamed, *tree.again})
    target = os.path.realpath(root)
    for before, after in renamed.items():
        (out / after).parent.mkdir(parents=True, exist_ok=True)
        link(os.path.join(target, before), out / after)
    others = sum(PurePosixPath(before).name != PurePosixPath(after).name for before, after in renamed.items())
    notes = (f"{others} moved files were renamed, because their name was taken: <name>__from_<old folder>",)
    at = settings.model_copy(update={"root": str(out)})
    return Written(at, notes if others else (), renamed)


def folder_words(settings: FolderSamples, samples: pd.DataFrame) -> dict[tuple[str, ...], list[str | None]]:
    """The folder name for each class, None for a class that has none: for each folder of a split, or for the root."""
    folders = [PurePosixPath(folder.name) for folder in read_tree(settings).folders]
    depth = len(folders[0].parts) - 1  # 1 with folders for splits, 0 without
    used: dict[tuple[str, ...], Counter[str]] = {}
    for folder in folders:
        # Words of other splits serve, too: that is what a count of 0 is for.
        used.setdefault(folder.parts[:depth], Counter({other.name: 0 for other in folders}))
    for name in samples["sample_id"]:
        parts = PurePosixPath(name).parts
        used[parts[:depth]][parts[depth]] += 1
    return {part: words_for(counts, settings.labels) for part, counts in used.items()}


def _free_name(root: Path, wanted: PurePosixPath, old_folder: str, given: set[str]) -> str:
    """`wanted`, or a name like it that neither an original nor another moved file has."""
    name, number = wanted, 1
    while str(name) in given or os.path.lexists(root / name):
        again = "" if number == 1 else f"_{number}"
        name, number = wanted.with_name(f"{wanted.stem}__from_{old_folder}{again}{wanted.suffix}"), number + 1
    return str(name)
