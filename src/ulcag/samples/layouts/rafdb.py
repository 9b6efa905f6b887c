"""RAF-DB (basic), as its owners ship it.

    basic/EmoLabel/list_patition_label.txt        rows such as `train_00001.jpg 5`; the misspelling is official
    basic/Image/aligned/train_00001_aligned.jpg   100 x 100
    basic/Image/original/train_00001.jpg

The split is the file name's prefix. People call the root RAF-DB, raf-basic or basic.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples.layouts.layout import Changed, Counts, Layout, LayoutSettings, Place, holds, seven
from ulcag.samples.reader_result import LeftOut, ReaderResult, first_that_exists, pictures_by_stem, samples_table
from ulcag.samples.rewrite import Written, link_but
from ulcag.text import create_text, encoding_of, open_text, read_text

if TYPE_CHECKING:
    import pandas as pd

_LIST = "list_patition_label.txt"
_ROOTS = ("", "basic", "RAF-DB/basic", "RAF-DB", "raf-basic", "raf-basic/basic")
_PICTURES = ("original", "aligned")
# Label codes, by the name of our class.
RAFDB_CODES = {"surprise": 1, "fear": 2, "disgust": 3, "happy": 4, "sad": 5, "angry": 6, "neutral": 7}
_CLASS_OF = {str(code): CLASSES.index(name) for name, code in RAFDB_CODES.items()}


class RafDbSamples(LayoutSettings):
    """RAF-DB (basic) as distributed by its owners."""

    reader: Literal["rafdb"] = "rafdb"
    root: str = Field(description="the folder RAF-DB, raf-basic or basic")
    images: Literal["original", "aligned"] = Field(
        "original",
        description="original: find faces with MTCNN; aligned: 100 x 100 pixels, for faces.source: whole_image",
    )


class RafDb(Layout):
    """The layout; sample ids are the file names of the label list."""

    name = "rafdb"
    settings_type = RafDbSamples
    label_files = (_LIST,)
    settings: RafDbSamples

    @classmethod
    def recognise_folder(cls, folder: Path, given: Mapping[str, Any]) -> Place | None:
        """By its label list."""
        with suppress(InputError):
            return folder, holds(folder, given, [label_list(folder)])
        return None

    @classmethod
    def published_counts(cls, settings: Mapping[str, Any]) -> Counts:
        """As its authors say."""
        return {"train": seven("705 717 281 4772 2524 1982 1290"), "test": seven("162 160 74 1185 680 478 329")}

    def read(self, cache: Path, workers: int = 1) -> ReaderResult:
        """Rows of the samples table.

        Pictures are .jpg, or of another ending where there is no such file.

        Raises:
            InputError: no label list at any of the usual places, or a row that is not `<split>_<number>.jpg <1..7>`, or
                a file that occurs twice.
        """
        labels = label_list(Path(self.settings.root))
        images = labels.parents[1] / "Image" / self.settings.images
        if not images.is_dir():
            do = "set `images` to original or aligned, whichever you have"
            raise InputError(images, expected="the folder of pictures", found="no such folder", do=do)
        rows = rafdb_rows(labels)
        if not rows:
            do = "copy the list again"
            raise InputError(labels, expected="rows such as `train_00001.jpg 5`", found="none", do=do)
        seen: dict[str, int] = {}
        for number, name, _ in rows:
            # By the stem, which is what the picture is found by.
            first = seen.setdefault(Path(name).stem, number)
            if first != number:
                found = f"{name} again, first in line {first}"
                do = "remove one of the lines"
                raise InputError(f"{labels}, line {number}", expected="each picture once", found=found, do=do)
        suffix = "_aligned" if self.settings.images == "aligned" else ""
        left_out = LeftOut()
        there = pictures_by_stem(images, left_out, suffix)
        names = [name for _, name, _ in rows]
        path = [str(images / there.get(stem, f"{stem}{suffix}.jpg")) for stem in seen]
        for name in sorted(there[stem] for stem in there.keys() - seen.keys()):
            left_out.add(f"pictures in {images} that are not in the label list", name)
        notes = (f"RAF-DB: labels {labels}, {self.settings.images} images", *left_out.notes())
        codes = [code for _, _, code in rows]
        return ReaderResult(samples_table(names, path, [name.split("_")[0] for name in names], codes), notes)

    def fingerprint(self, results: Path) -> str:
        """Of the label list, and of the names of those pictures that are read."""
        from ulcag.sources import tree_print

        others = tuple(name for name in _PICTURES if name != self.settings.images)
        return tree_print(self.data, results, self.label_files, not_in=others)

    def write(self, samples: "pd.DataFrame", changed: Changed, out: Path) -> Written:
        """A new label list; the rest is links."""
        root = Path(self.settings.root)
        path = label_list(root)
        encoding = encoding_of(path)
        with open_text(path, encoding) as file:
            lines = file.read().splitlines(keepends=True)
        for number, line in enumerate(lines):
            if line.strip():
                sample_id = rafdb_row(path, number + 1, line)[0]
                if sample_id in changed:
                    code = RAFDB_CODES[CLASSES[changed[sample_id]]]
                    lines[number] = re.sub(r"\d+(\s*)$", rf"{code}\1", line)
        link_but(root, path, out)
        with create_text(out / path.relative_to(root), encoding) as file:
            file.writelines(lines)
        return Written(self.settings.model_copy(update={"root": str(out)}))


def label_list(root: Path) -> Path:
    """Where the label list is.

    Raises:
        InputError: at none of the usual places.
    """
    places = [str(Path(folder) / "EmoLabel" / _LIST) for folder in _ROOTS]
    return first_that_exists(root, places, "RAF-DB's label list")


def rafdb_rows(path: Path, lowest_code: int = 1) -> list[tuple[int, str, int]]:
    """Line number from 1, file name and class of each row of a label list or a file of noisy labels.

    Raises:
        InputError: the file cannot be read, or as `rafdb_row`.
    """
    lines = enumerate(read_text(path).split("\n"), start=1)
    return [(number, *rafdb_row(path, number, line, lowest_code)) for number, line in lines if line.strip()]


def rafdb_row(where: Path, number: int, line: str, lowest_code: int = 1) -> tuple[str, int]:
    """File name and class of a row such as `train_00001.jpg 5`; a path before the name is dropped.

    Args:
        where, number, line: for the error.
        lowest_code: 1 as RAF-DB counts; 0 in SCN's noise files, whose codes are RAF-DB's minus 1.
    """
    # Folders may have names with spaces.
    path, _, code = line.strip().replace("\t", " ").rpartition(" ")
    name = path.strip().replace("\\", "/").split("/")[-1].replace("_aligned", "")
    code = str(int(code) + 1 - lowest_code) if code.isdecimal() else ""
    if not name.startswith(("train_", "test_")) or len(name.split()) > 1 or code not in _CLASS_OF:
        expected = f"`train_<number>.jpg` or `test_<number>.jpg`, and a code {lowest_code} to {lowest_code + 6}"
        other = 1 - lowest_code
        do = f"correct or remove it; for noisy labels with codes {other} to {other + 6}: `first_code: {other}`"
        raise InputError(f"{where}, line {number}", expected=expected, found=repr(line), do=do)
    return name, _CLASS_OF[code]
