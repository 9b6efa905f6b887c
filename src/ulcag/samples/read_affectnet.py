"""Reader for AffectNet, in the two releases that circulate.

Full:   Manually_Annotated_Images/<dir>/<hash>.jpg, training.csv, validation.csv (without header in some copies),
        Automatically_Annotated_Images/..., automatically_annotated.csv; the column `expression` counts from neutral
2021:   train_set|val_set/images/<id>.jpg and annotations/<id>_exp.npy

The validation part is the test split: AffectNet publishes no other with labels.
"""

from collections import Counter
from pathlib import Path

import numpy as np

from ulcag.classes import CLASSES
from ulcag.config import AffectNetSamples
from ulcag.errors import InputError
from ulcag.samples.found import AFFECTNET_CODES, Found, counted, first_that_exists, samples_table
from ulcag.text import CsvFile

_CLASS_OF = {code: CLASSES.index(name) for name, code in AFFECTNET_CODES.items()}
# Codes that are none of the seven classes.
_OTHERS = {7: "contempt", 8: "none", 9: "uncertain", 10: "non-face", 11: "without expression"}
_FILE, _EXPRESSION, _COLUMNS = "subDirectory_filePath", "expression", 9
_TABLES = {
    "manual": ("Manually_Annotated_Images", "training.csv"),
    "automatic": ("Automatically_Annotated_Images", "automatically_annotated.csv"),
}
_PLACES = ("", "Manually_Annotated_file_lists", "Automatically_annotated_file_list")

Row = tuple[str, str, str, int]  # sample id, path, split, class


def read_affectnet(settings: AffectNetSamples) -> Found:
    """Rows of the samples table for the seven classes; everything else is left out and counted.

    Raises:
        InputError: neither release is there, or a label is no code of AffectNet's.
    """
    root = Path(settings.root)
    left_out: Counter[str] = Counter()
    if is_of_2021(settings):
        if settings.part == "automatic":
            do = "set `part: manual`, or `root` to the full release"
            raise InputError(root, expected="the full release", found="the one of 2021 (train_set)", do=do)
        parts = (("train_set", "train"), ("val_set", "test"))
        rows = [row for folder, split in parts for row in _release_2021(root / folder, split, left_out)]
        layout = "AffectNet, release of 2021 (npy annotations)"
    else:
        images, table = _TABLES[settings.part]
        rows = _full(root, images, table, "train", left_out)
        rows += _full(root, _TABLES["manual"][0], "validation.csv", "test", left_out)
        layout = f"AffectNet, full release, {settings.part} part"
    if not rows:
        raise InputError(root, expected="samples of the seven classes", found="none")
    return Found(samples_table(*zip(*rows, strict=True)), (layout, *counted(left_out)))


def _full(root: Path, images: str, table: str, split: str, left_out: Counter[str]) -> list[Row]:
    path = _table(root, table)
    folder = first_that_exists(root, [images, f"{images}/{images}"], "the images")
    rows = []
    places = None
    for record in CsvFile(path).records():
        fields = record.cells
        if places is None:
            places = file_and_expression(fields)
            if _FILE in fields:
                continue
        place_file, place_expression = places
        # One row of training.csv is cut off in some copies.
        if len(fields) < _COLUMNS or not fields[place_expression].isdecimal():
            left_out[f"malformed rows of {table}"] += 1
            continue
        label = _class(f"{path}, row {record.row}", int(fields[place_expression]), left_out)
        if label is not None:
            name = fields[place_file]
            rows.append((f"{images.split('_')[0].lower()}/{name}", str(folder / name), split, label))
    return rows


def is_of_2021(settings: AffectNetSamples) -> bool:
    """Whether it is the release of 2021, with a file for each label."""
    return (Path(settings.root) / "train_set").is_dir()


def training_table(settings: AffectNetSamples) -> tuple[Path, str]:
    """Full release: the table with the training labels, and what stands before its file names in sample ids.

    Raises:
        InputError: it is at none of the usual places.
    """
    images, table = _TABLES[settings.part]
    return _table(Path(settings.root), table), f"{images.split('_')[0].lower()}/"


def file_and_expression(first: list[str]) -> tuple[int, int]:
    """In which columns a table of the full release has them, by its first row, which is no header in some copies."""
    return (first.index(_FILE), first.index(_EXPRESSION)) if _FILE in first else (0, 6)


def _table(root: Path, name: str) -> Path:
    return first_that_exists(root, [str(Path(place) / name) for place in _PLACES], name)


def _release_2021(folder: Path, split: str, left_out: Counter[str]) -> list[Row]:
    rows = []
    for path in sorted((folder / "annotations").glob("*_exp.npy")):
        name = path.name.removesuffix("_exp.npy")
        try:
            code = int(np.load(path, allow_pickle=False).item())
        except (ValueError, OSError, EOFError) as error:
            raise InputError(path, expected="a number in npy format", found=str(error)) from None
        label = _class(str(path), code, left_out)
        if label is not None:
            image = folder / "images" / f"{name}.jpg"
            rows.append((f"{folder.name}/{name}", str(image), split, label))
    return rows


def _class(where: str, code: int, left_out: Counter[str]) -> int | None:
    """Index of our class, or None for a code that is none of the seven: counted."""
    if code in _OTHERS:
        left_out[f"labelled {_OTHERS[code]}"] += 1
        return None
    if code not in _CLASS_OF:
        raise InputError(where, expected="an expression code 0 to 11", found=str(code))
    return _CLASS_OF[code]
