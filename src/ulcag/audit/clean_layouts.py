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
from ulcag.classes import CLASSES
from ulcag.config import AffectNetSamples, Fer2013Samples, FolderSamples, RafDbSamples
from ulcag.samples.found import AFFECTNET_CODES, FER2013_CODES, RAFDB_CODES
from ulcag.samples.read_affectnet import file_and_expression, is_of_2021, training_table
from ulcag.samples.read_fer2013 import picture_name, pixel_table
from ulcag.samples.read_folder import class_folders
from ulcag.samples.read_rafdb import label_list, rafdb_row
from ulcag.text import CsvFile, create_text, encoding_of, open_text, with_cell

Changed = Mapping[str, int]  # sample id -> new class


def write_folder(settings: FolderSamples, samples: pd.DataFrame, changed: Changed, out: Path) -> Written:
    """The tree of class folders with a link for each file; a changed one lies in the folder of its new class.

    Where that has a file of the same name already, the link is called `<stem>__from_<old folder><suffix>`. Folders to
    drop are links.

    Args:
        settings: of the reader.
        samples: rows of the samples table.
        changed: of some training samples, the new class.
        out: an empty folder.
    """
    root = Path(settings.root)
    folders = [folder.relative_to(root) for folder, _, _ in class_folders(settings)]
    depth = len(folders[0].parts) - 1  # 1 with folders for splits, 0 without
    used: dict[tuple[str, ...], Counter[str]] = {}
    for folder in folders:
        # Words of other splits serve, too: that is what a count of 0 is for.
        used.setdefault(folder.parts[:depth], Counter({other.name: 0 for other in folders}))
    for name in samples["sample_id"]:
        parts = PurePosixPath(name).parts
        used[parts[:depth]][parts[depth]] += 1
    words = {part: words_for(counts, settings.labels) for part, counts in used.items()}

    renamed: dict[str, str] = {}
    given: set[str] = set()
    for name, code in changed.items():
        parts = PurePosixPath(name).parts
        word = word_or_error(words[parts[:depth]], code, root)
        wanted = PurePosixPath(*parts[:depth], word, *parts[depth + 1 :])
        renamed[name] = _free_name(root, wanted, parts[depth], given)
        given.add(renamed[name])
    opened = folders_of([*samples["sample_id"], *renamed.values()])
    link_all(root, out, opened, renamed)
    target = os.path.realpath(root)
    for before, after in renamed.items():
        (out / after).parent.mkdir(parents=True, exist_ok=True)
        link(os.path.join(target, before), out / after)
    others = sum(PurePosixPath(before).name != PurePosixPath(after).name for before, after in renamed.items())
    notes = (f"{others} moved files got another name, because theirs was taken: <name>__from_<old folder>",)
    at = settings.model_copy(update={"root": str(out)})
    return Written(at, notes if others else (), renamed)


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


def write_affectnet(settings: AffectNetSamples, samples: pd.DataFrame, changed: Changed, out: Path) -> Written:
    """AffectNet with a new table of training labels, or new annotations of changed samples; the rest is links."""
    if is_of_2021(settings):
        _write_annotations(Path(settings.root), changed, out)
    else:
        _write_expressions(settings, samples, changed, out)
    return Written(settings.model_copy(update={"root": str(out)}))


def _write_annotations(root: Path, changed: Changed, out: Path) -> None:
    names = {sample_id: "{}/annotations/{}_exp.npy".format(*sample_id.split("/", 1)) for sample_id in changed}
    link_all(root, out, folders_of(names.values()), set(names.values()))
    for sample_id, name in names.items():
        old = np.load(root / name, allow_pickle=False)
        new = np.full(old.shape, AFFECTNET_CODES[CLASSES[changed[sample_id]]], dtype=old.dtype)
        np.save(out / name, new, allow_pickle=False)


def _write_expressions(settings: AffectNetSamples, samples: pd.DataFrame, changed: Changed, out: Path) -> None:
    path, prefix = training_table(settings)
    _link_but(Path(settings.root), path, out)
    published = dict(zip(samples["sample_id"], samples["label"], strict=True))
    table, places = CsvFile(path), None
    with create_text(out / path.relative_to(settings.root), table.encoding) as new:
        for record in table.records():
            text, cells = record.text, record.cells
            place_file, place_code = places = places or file_and_expression(cells)
            if len(cells) > max(places):
                sample_id, code = prefix + cells[place_file], cells[place_code]
                # The same picture may occur again in a row that is left out, as contempt or none.
                if (
                    sample_id in changed
                    and code.isdecimal()
                    and int(code) == AFFECTNET_CODES[CLASSES[published[sample_id]]]
                ):
                    text = with_cell(
                        text, place_code, str(AFFECTNET_CODES[CLASSES[changed[sample_id]]]), table.delimiter
                    )
            new.write(text)


def write_fer2013(settings: Fer2013Samples, changed: Changed, out: Path) -> Written:
    """FER2013 with new emotions; the votes and the rest are links."""
    path = pixel_table(settings)
    _link_but(Path(settings.root), path, out)
    table, number = CsvFile(path), -1  # of the header
    place = table.places(["emotion"])["emotion"]
    with create_text(out / path.relative_to(settings.root), table.encoding) as new:
        for record in table.records():
            text = record.text
            if not record.is_blank:
                code = changed.get(picture_name(number)) if number >= 0 else None
                text = (
                    text if code is None else with_cell(text, place, str(FER2013_CODES[CLASSES[code]]), table.delimiter)
                )
                number += 1
            new.write(text)
    return Written(settings.model_copy(update={"root": str(out)}))


def _link_but(root: Path, file: Path, out: Path) -> None:
    """Links to all but one file."""
    name = file.relative_to(root).as_posix()
    link_all(root, out, folders_of([name]), {name})
