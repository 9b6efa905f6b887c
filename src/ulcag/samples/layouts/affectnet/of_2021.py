"""AffectNet's release of 2021: a file for each label.

train_set|val_set/images/<id>.jpg and annotations/<id>_exp.npy
"""

from pathlib import Path

import numpy as np

from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples.layouts.affectnet.codes import AFFECTNET_CODES, OTHERS, class_of
from ulcag.samples.layouts.affectnet.full import Row
from ulcag.samples.layouts.affectnet.places import find_2021
from ulcag.samples.layouts.layout import Changed
from ulcag.samples.reader_result import LeftOut, is_hidden, names_in, pictures_by_stem
from ulcag.samples.rewrite import folders_of, link_all

_SPLITS = {"train_set": "train", "val_set": "test"}
_LABEL = "_exp.npy"


def read_2021(parts: dict[str, Path], left_out: LeftOut) -> tuple[list[Row], list[str]]:
    """Rows of both splits, and notes.

    Args:
        parts: as `find_2021` finds them.
        left_out: counts what is left out.

    Raises:
        InputError: a label cannot be read, or is no code of AffectNet's.
    """
    rows = [row for folder in parts.values() for row in _rows(folder, left_out)]
    notes = ["AffectNet, release of 2021 (npy annotations): " + ", ".join(map(str, parts.values()))]
    missing = {name: split for name, split in _SPLITS.items() if name not in parts}
    return rows, notes + [f"there is no {name}: the {split} split is empty" for name, split in missing.items()]


def write_2021(root: Path, changed: Changed, out: Path) -> None:
    """New annotations of changed samples; the rest is links. Arguments as in `Layout.write`."""
    names = {}
    parts = find_2021(root)
    for sample_id in changed:
        part, name = sample_id.split("/", 1)
        names[sample_id] = (parts[part] / "annotations" / f"{name}{_LABEL}").relative_to(root).as_posix()
    link_all(root, out, folders_of(names.values()), set(names.values()))
    for sample_id, name in names.items():
        old = np.load(root / name, allow_pickle=False)
        new = np.full(old.shape, AFFECTNET_CODES[CLASSES[changed[sample_id]]], dtype=old.dtype)
        np.save(out / name, new, allow_pickle=False)


def _rows(folder: Path, left_out: LeftOut) -> list[Row]:
    part = folder.name
    pictures = pictures_by_stem(folder / "images", left_out)
    rows = []
    annotated = set()
    for file in sorted(names_in(folder / "annotations")):
        if is_hidden(file):
            left_out.add("hidden files", f"{part}/annotations/{file}")
            continue
        if not file.endswith(_LABEL):
            continue
        name = file.removesuffix(_LABEL)
        annotated.add(name)
        if name not in pictures:
            left_out.add("annotations without a picture", f"{part}/annotations/{file}")
            continue
        path = folder / "annotations" / file
        code = _code_in(path)
        label = class_of(str(path), code)
        if label is None:
            left_out.add(f"labelled {OTHERS[code]}", f"{part}/{name}")
        else:
            rows.append((f"{part}/{name}", str(folder / "images" / pictures[name]), _SPLITS[part], label))
    for name in sorted(pictures.keys() - annotated):
        left_out.add("pictures without an annotation", f"{part}/images/{pictures[name]}")
    return rows


def _code_in(path: Path) -> int:
    try:
        number = float(np.load(path, allow_pickle=False).item())
        if number != int(number):
            raise ValueError(f"{number} is not a whole number")
        return int(number)
    except Exception as error:
        # NumPy's reader raises anything at all on damaged files.
        do = "copy the file again, or remove it"
        raise InputError(path, expected="a whole number in npy format", found=str(error), do=do) from None
