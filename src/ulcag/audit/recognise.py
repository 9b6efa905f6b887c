"""Which layout the data is in that a user wants audited, and why it is taken for that."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ulcag.errors import InputError
from ulcag.samples.layouts import LAYOUTS
from ulcag.samples.layouts.layout import Layout


def recognise(data: Path, given: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Settings of the first layout that the data is in, and why it is; layouts that anybody's data may be in come last.

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
        return {"reader": reader, LAYOUTS.get(str(reader), Layout).paths[0]: str(data)}, "the settings say so"
    for layout in sorted(LAYOUTS.values(), key=lambda layout: layout.general):
        found = layout.recognise_file(data, given) if data.is_file() else layout.recognise_folder(data, given)
        if found is not None:
            place, why = found
            return {"reader": layout.name, layout.paths[0]: str(place)}, why
    raise AssertionError("the general ones take anything")
