"""AffectNet's full release: lists with a row a picture.

    Manually_Annotated_Images/<dir>/<hash>.jpg, training.csv, validation.csv (without header in some copies),
    Automatically_Annotated_Images/..., automatically_annotated.csv; the column `expression` counts from neutral

Archives unpack into folders of their own, lists into another than pictures: `places` finds them.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples.layouts.affectnet.codes import AFFECTNET_CODES, OTHERS, class_of, in_words
from ulcag.samples.layouts.affectnet.places import find_images, find_list, open_list
from ulcag.samples.layouts.layout import Changed
from ulcag.samples.reader_result import LeftOut
from ulcag.samples.rewrite import rewrite_cells

_PREFIX = {"manual": "manually/", "automatic": "automatically/"}

Row = tuple[str, str, str, int]  # sample id, path, split, class


def read_full(root: Path, part: str, left_out: LeftOut) -> tuple[list[Row], list[str]]:
    """Rows of both splits, and notes.

    Args:
        root: of the data set.
        part: manual or automatic, for training.
        left_out: counts what is left out.

    Raises:
        InputError: as `list_rows`; a list or a folder of images is missing; or a picture is listed with two labels.
    """
    rows: list[Row] = []
    notes = [f"AffectNet, full release, {part} part"]
    listed: dict[str, Listed] = {}
    training, validation = find_list(root, part), find_list(root, "validation")
    # The latter first: a picture that is in both lists is for the test.
    for split, of, path in (("test", "manual", validation), ("train", part, training)):
        of_list = list(_once(list_rows(path, of, left_out), listed, left_out))
        images = find_images(root, of, [one.name for one in of_list])
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
        label = class_of(f"{path}, row {record.row}", code)
        yield Listed(path, record.row, _PREFIX[part] + name, name, code, label)


def _once(rows: Iterator[Listed], before: dict[str, Listed], left_out: LeftOut) -> Iterator[Listed]:
    """Each picture of the seven classes once; `before` are those of this list and earlier ones."""
    for one in rows:
        first = before.setdefault(one.sample_id, one)
        if first is one:
            if one.label is None:
                left_out.add(f"labelled {OTHERS[one.code]}", one.name)
            else:
                yield one
        elif first.code != one.code:
            found = f"{one.name} with {in_words(one.code)}, but with {in_words(first.code)} in {first.where}"
            raise InputError(
                one.where, expected="one label for each picture", found=found, do="remove one of these rows"
            )
        else:
            left_out.add("repeated rows", f"{one.where}, as {first.where}")


def write_full(root: Path, part: str, changed: Changed, out: Path) -> None:
    """A new list of training labels; the rest is links. Arguments as in `read_full` and `Layout.write`."""
    path = find_list(root, part)
    file, (_, place, _, _) = open_list(path)
    listed = {one.row: one.sample_id for one in list_rows(path, part, LeftOut())}
    new = {row: AFFECTNET_CODES[CLASSES[changed[name]]] for row, name in listed.items() if name in changed}
    rewrite_cells(root, file, place, new, out)
