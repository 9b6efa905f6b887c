"""Class folders, RAF-DB, AffectNet and FER2013 with new labels: links to the originals, and new files of labels."""

import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from ulcag.audit.rewrite import (
    Written,
    folders_of,
    link,
    link_all,
    word_or_error,
    words_for,
)
from ulcag.classes import CLASSES, class_index
from ulcag.config import AffectNetSamples, Fer2013Samples, FolderSamples, RafDbSamples
from ulcag.samples.affectnet_places import open_list
from ulcag.samples.read_affectnet import annotations, is_of_2021, list_rows, training_table
from ulcag.samples.read_fer2013 import fer_pictures, pixel_table
from ulcag.samples.read_folder import read_tree
from ulcag.samples.read_rafdb import label_list, rafdb_row
from ulcag.samples.reader_result import AFFECTNET_CODES, FER2013_CODES, RAFDB_CODES, LeftOut
from ulcag.text import CsvFile, create_text, encoding_of, open_text, with_cell

Changed = Mapping[str, int]  # sample id -> new class


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
    notes = (f"{others} moved files got another name, because theirs was taken: <name>__from_<old folder>",)
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


def write_rafdb(settings: RafDbSamples, changed: Changed, out: Path) -> Written:
    """RAF-DB with a new label list; the rest is links."""
    path = label_list(settings)
    encoding = encoding_of(path)
    with open_text(path, encoding) as file:
        lines = file.read().splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.strip():
            sample_id = rafdb_row(path, number + 1, line)[0]
            if sample_id in changed:
                code = RAFDB_CODES[CLASSES[changed[sample_id]]]
                lines[number] = re.sub(r"\d+(\s*)$", rf"{code}\1", line)
    _link_but(Path(settings.root), path, out)
    with create_text(out / path.relative_to(settings.root), encoding) as file:
        file.writelines(lines)
    return Written(settings.model_copy(update={"root": str(out)}))


def write_affectnet(settings: AffectNetSamples, changed: Changed, out: Path) -> Written:
    """AffectNet with a new table of training labels, or new annotations of changed samples; the rest is links."""
    if is_of_2021(settings):
        _write_annotations(settings, changed, out)
    else:
        _write_expressions(settings, changed, out)
    return Written(settings.model_copy(update={"root": str(out)}))


def _write_annotations(settings: AffectNetSamples, changed: Changed, out: Path) -> None:
    root, paths = Path(settings.root), annotations(settings, changed)
    names = {sample_id: path.relative_to(root).as_posix() for sample_id, path in paths.items()}
    link_all(root, out, folders_of(names.values()), set(names.values()))
    for sample_id, name in names.items():
        old = np.load(root / name, allow_pickle=False)
        new = np.full(old.shape, AFFECTNET_CODES[CLASSES[changed[sample_id]]], dtype=old.dtype)
        np.save(out / name, new, allow_pickle=False)


def _write_expressions(settings: AffectNetSamples, changed: Changed, out: Path) -> None:
    path = training_table(settings)
    file, (_, place, _, _) = open_list(path)
    listed = {one.row: one.sample_id for one in list_rows(path, settings.part, LeftOut())}
    new = {row: AFFECTNET_CODES[CLASSES[changed[name]]] for row, name in listed.items() if name in changed}
    _rewrite(Path(settings.root), file, place, new, out)


def write_fer2013(settings: Fer2013Samples, changed: Changed, out: Path) -> Written:
    """FER2013 with new emotions; the votes and the rest are links."""
    file = CsvFile(pixel_table(settings))
    names = {picture.row: picture.sample_id for picture in fer_pictures(settings)}
    new = {row: FER2013_CODES[CLASSES[changed[name]]] for row, name in names.items() if name in changed}
    _rewrite(Path(settings.root), file, file.places(["emotion"])["emotion"], new, out)
    return Written(settings.model_copy(update={"root": str(out)}))


def _rewrite(root: Path, file: CsvFile, place: int, new: Mapping[int, int], out: Path) -> None:
    """A data set with new codes in some rows of one file, by the row's place in it; the rest is links."""
    _link_but(root, file.path, out)
    with create_text(out / file.path.relative_to(root), file.encoding) as written:
        for record in file.records():
            code = new.get(record.row)
            text = record.text if code is None else with_cell(record.text, place, str(code), file.delimiter)
            written.write(text)


def _link_but(root: Path, file: Path, out: Path) -> None:
    """Links to all but one file."""
    name = file.relative_to(root).as_posix()
    link_all(root, out, folders_of([name]), {name})
