"""Which layout the data is in that a user wants audited, and why it is taken for that."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ulcag.config import Fer2013Samples, RafDbSamples
from ulcag.errors import InputError
from ulcag.samples.affectnet_places import find_2021, is_list, parts_of_full_release
from ulcag.samples.cells import TABLE_ENDINGS
from ulcag.samples.read_fer2013 import FER2013_TABLES, pixel_table
from ulcag.samples.read_folder import class_names
from ulcag.samples.read_rafdb import label_list
from ulcag.samples.reader_result import is_hidden
from ulcag.text import CsvFile

_TABLE = f"a table ({', '.join(TABLE_ENDINGS)})"


def recognise(data: Path, given: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Settings of the reader for RAF-DB, AffectNet, FER2013, a table, or folders named like classes; and why.

    Args:
        data: folder or table.
        given: settings of the samples that the user gives; a reader among them is taken as it is.

    Raises:
        InputError: there is no such file or folder, a file is no table, or it must be given in another way.
    """
    if not data.exists():
        expected, do = "a folder of pictures, or a table of labels", "check the path"
        raise InputError(data, expected=expected, found="no such file or folder", do=do)
    # Not where a link leads to: it has a suffix and neighbours of its own.
    data = Path(os.path.abspath(data))
    if reader := given.get("reader"):
        return {"reader": reader, "path" if reader == "table" else "root": str(data)}, "the settings say so"
    if data.is_file():
        return _file(data, given)
    labels = given.get("labels")
    return _folder(data, labels if isinstance(labels, Mapping) else {})


def _file(data: Path, given: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    if data.suffix.lower() not in TABLE_ENDINGS:
        found = f"suffix '{data.suffix}'"
        do = "unpack an archive; save a sheet as CSV"
        raise InputError(data, expected=f"{_TABLE}, or a folder of pictures", found=found, do=do)
    if data.name in FER2013_TABLES:
        read = pixel_table(Fer2013Samples(root=str(data.parent)))
        if read != data:
            found = f"{read}, which would be read"
            raise InputError(data.parent, expected=f"{data.name} alone", found=found, do="move the one of them away")
        return {"reader": "fer2013", "root": str(data.parent)}, f"it is called {data.name}"
    # Whoever says which columns serve may have any table.
    if data.suffix.lower() != ".parquet" and not given.get("columns"):
        if {"emotion", "pixels", "usage"} <= {name.lower() for name in CsvFile(data).header}:
            found = "FER2013's columns emotion, pixels, Usage"
            raise InputError(data, expected="columns image and label", found=found, do="call the file fer2013.csv")
        if is_list(data):
            do = "give the folder that holds it and AffectNet's images"
            raise InputError(data, expected="columns image and label", found="a list of AffectNet's", do=do)
    return {"reader": "table", "path": str(data)}, "it is a file"


def _folder(data: Path, labels: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    root = str(data)
    classes = class_names(data, {str(word).strip() for word in labels})

    def holds(what: Sequence[Path]) -> str:
        beside = f"; not read are the folders beside it: {', '.join(classes)}" if classes else ""
        return f"it holds {', '.join(str(path.relative_to(data)) for path in what)}{beside}"

    with suppress(InputError):
        return {"reader": "rafdb", "root": root}, holds([label_list(RafDbSamples(root=root))])
    if parts := find_2021(data):
        return {"reader": "affectnet", "root": root}, holds([*parts.values()])
    lists, images = parts_of_full_release(data)
    # Anybody may call a table training.csv.
    if lists and (images or not classes):
        return {"reader": "affectnet", "root": root}, holds([*lists, *images])
    with suppress(InputError):
        return {"reader": "fer2013", "root": root}, holds([pixel_table(Fer2013Samples(root=root))])
    inner = [] if classes else [path for path in sorted(data.iterdir()) if _holds_classes(path)]
    if inner:
        found = f"{inner[0].name}, which holds {', '.join(class_names(inner[0]))}"
        do = f"give the folder that is meant, such as {inner[0]}"
        raise InputError(data, expected="a known data set, or folders named like classes", found=found, do=do)
    tables = sorted(path.name for path in data.iterdir() if path.suffix.lower() in TABLE_ENDINGS and path.is_file())
    if not classes and tables:
        expected = "a known data set, or folders named like classes"
        do = f"give the table that says where the pictures are: {data / tables[0]}"
        raise InputError(data, expected=expected, found=f"none, but {', '.join(tables[:5])}", do=do)
    why = f"it holds {', '.join(classes)}" if classes else "it holds nothing that is known"
    if tables:
        why += f"; not read is {', '.join(tables[:5])} beside them: give such a table itself to have it read"
    return {"reader": "folder", "root": root}, why


def _holds_classes(path: Path) -> bool:
    return path.is_dir() and not is_hidden(path.name) and bool(class_names(path))
