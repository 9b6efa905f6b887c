"""Reader for AffectNet, in the two releases that circulate.

Full:   Manually_Annotated_Images/<dir>/<hash>.jpg, training.csv, validation.csv (without header in some copies),
        Automatically_Annotated_Images/..., automatically_annotated.csv; the column `expression` counts from neutral
2021:   train_set|val_set/images/<id>.jpg and annotations/<id>_exp.npy

The validation part is the test split: AffectNet publishes no other with labels. Archives unpack into folders of their
own, lists into another than pictures: `affectnet_places` finds them.
"""

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ulcag.classes import CLASSES
from ulcag.config import AffectNetSamples
from ulcag.errors import InputError
from ulcag.samples.affectnet_places import find_2021, find_images, find_list, open_list
from ulcag.samples.reader_result import (
    AFFECTNET_CODES,
    LeftOut,
    ReaderResult,
    is_hidden,
    names_in,
    pictures_by_stem,
    samples_table,
)

_CLASS_OF = {code: CLASSES.index(name) for name, code in AFFECTNET_CODES.items()}
# Codes that are none of the seven classes.
_OTHERS = {7: "contempt", 8: "none", 9: "uncertain", 10: "non-face", 11: "without expression"}
_SPLITS = {"train_set": "train", "val_set": "test"}
_PREFIX = {"manual": "manually/", "automatic": "automatically/"}
_LABEL = "_exp.npy"

Row = tuple[str, str, str, int]  # sample id, path, split, class


def read_affectnet(settings: AffectNetSamples) -> ReaderResult:
    """Rows of the samples table for the seven classes; everything else is left out, counted and named.

    Raises:
        InputError: neither release is there, a label is no code of AffectNet's, or a picture is listed with two labels.
    """
    root = Path(settings.root)
    left_out = LeftOut()
    parts = find_2021(root)
    if parts:
        if settings.part == "automatic":
            do = "set `part: manual`, or `root` to the full release"
            raise InputError(root, expected="the full release", found="the one of 2021 (train_set)", do=do)
        rows = [row for folder in parts.values() for row in _release_2021(folder, left_out)]
        notes = ["AffectNet, release of 2021 (npy annotations): " + ", ".join(map(str, parts.values()))]
        missing = {name: split for name, split in _SPLITS.items() if name not in parts}
        notes += [f"there is no {name}: the {split} split is empty" for name, split in missing.items()]
    else:
        rows, notes = _full(settings, left_out)
    if not rows:
        found = "; ".join(("none", *left_out.notes()))
        raise InputError(root, expected="samples of the seven classes", found=found)
    return ReaderResult(samples_table(*zip(*rows, strict=True)), (*notes, *left_out.notes()))


def _full(settings: AffectNetSamples, left_out: LeftOut) -> tuple[list[Row], list[str]]:
    root = Path(settings.root)
    rows: list[Row] = []
    notes = [f"AffectNet, full release, {settings.part} part"]
    listed: dict[str, Listed] = {}
    training, validation = find_list(root, settings.part), find_list(root, "validation")
    # The latter first: a picture that is in both lists is for the test.
    for split, part, path in (("test", "manual", validation), ("train", settings.part, training)):
        of_list = list(_once(list_rows(path, part, left_out), listed, left_out))
        images = find_images(root, part, [one.name for one in of_list])
        rows += [(one.sample_id, str(images / one.name), split, one.label) for one in of_list if one.label is not None]
        notes.append(f"{split}: {path}, images {images}")
    return rows, notes


@dataclass(frozen=True)
class Listed:
    """A row of a list of the full release.

    Attributes:
        path: of the list.
        row: the line of the list.
        sample_id: part and name, such as `manually/1/a.jpg`.
        name: of the picture, relative to the folder of images.
        code: AffectNet's.
        label: the class, None if it is none of the seven.
    """

    path: Path
    row: int
    sample_id: str
    name: str
    code: int
    label: int | None

    @property
    def where(self) -> str:
        return f"{self.path}, row {self.row}"


def list_rows(path: Path, part: str, left_out: LeftOut) -> Iterator[Listed]:
    """The rows of a list, such as training.csv, that are whole; others are counted.

    Args:
        path: the list.
        part: manual or automatic.
        left_out: counts malformed rows.

    Raises:
        InputError: it is no list of AffectNet's, or a label is no code of AffectNet's.
    """
    file, (place_name, place_code, width, has_header) = open_list(path)
    for record in file.records():
        if record.is_blank or has_header:
            has_header &= record.is_blank
            continue
        # One row of training.csv is cut off in some copies.
        number = record.cells[place_code].removesuffix(".0") if len(record.cells) >= width else ""
        if not number.isdecimal() or not record.cells[place_name] or any(record.cells[width:]):
            left_out.add(f"malformed rows of {path.name}", f"row {record.row}")
            continue
        # A picture has one name: not another one on Windows, and none that begins with `./`.
        name, code = posixpath.normpath(record.cells[place_name].replace("\\", "/")), int(number)
        label = _class(f"{path}, row {record.row}", code)
        yield Listed(path, record.row, _PREFIX[part] + name, name, code, label)


def _once(rows: Iterator[Listed], before: dict[str, Listed], left_out: LeftOut) -> Iterator[Listed]:
    """Each picture of the seven classes once; `before` are those of this list and earlier ones."""
    for one in rows:
        first = before.setdefault(one.sample_id, one)
        if first is one:
            if one.label is None:
                left_out.add(f"labelled {_OTHERS[one.code]}", one.name)
            else:
                yield one
        elif first.code != one.code:
            found = f"{one.name} with {_word(one.code)}; and with {_word(first.code)} in {first.where}"
            raise InputError(
                one.where, expected="one label for a picture", found=found, do="take out one of these rows"
            )
        else:
            left_out.add("rows that say again what another one says", f"{one.where}, as {first.where}")


def is_of_2021(settings: AffectNetSamples) -> bool:
    """Whether it is the release of 2021, with a file for each label."""
    return bool(find_2021(Path(settings.root)))


def training_table(settings: AffectNetSamples) -> Path:
    """Full release: the table with the training labels.

    Raises:
        InputError: it is at none of the usual places.
    """
    return find_list(Path(settings.root), settings.part)


def annotations(settings: AffectNetSamples, sample_ids: Iterable[str]) -> dict[str, Path]:
    """Release of 2021: the file with the label of each sample."""
    parts = find_2021(Path(settings.root))
    split = {sample_id: sample_id.split("/", 1) for sample_id in sample_ids}
    return {sample_id: parts[part] / "annotations" / f"{name}{_LABEL}" for sample_id, (part, name) in split.items()}


def _release_2021(folder: Path, left_out: LeftOut) -> list[Row]:
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
        label = _class(str(path), code)
        if label is None:
            left_out.add(f"labelled {_OTHERS[code]}", f"{part}/{name}")
        else:
            rows.append((f"{part}/{name}", str(folder / "images" / pictures[name]), _SPLITS[part], label))
    for name in sorted(pictures.keys() - annotated):
        left_out.add("pictures without an annotation", f"{part}/images/{pictures[name]}")
    return rows


def _code_in(path: Path) -> int:
    try:
        number = float(np.load(path, allow_pickle=False).item())
        if number != int(number):
            raise ValueError(f"{number} is no whole number")
        return int(number)
    except Exception as error:
        # NumPy's reader raises anything at all on damaged files.
        do = "copy the file again, or take it out"
        raise InputError(path, expected="a number in npy format", found=str(error), do=do) from None


def _class(where: str, code: int) -> int | None:
    """Index of our class, or None for a code that is none of the seven."""
    if code not in _CLASS_OF and code not in _OTHERS:
        raise InputError(where, expected="an expression code 0 to 11", found=str(code), do="correct it, or take it out")
    return _CLASS_OF.get(code)


def _word(code: int) -> str:
    return f"label {code} ({CLASSES[_CLASS_OF[code]] if code in _CLASS_OF else _OTHERS[code]})"
