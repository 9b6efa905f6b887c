"""Reader for RAF-DB (basic), as its owners ship it.

    basic/EmoLabel/list_patition_label.txt        rows such as `train_00001.jpg 5`; the misspelling is official
    basic/Image/aligned/train_00001_aligned.jpg   100 x 100
    basic/Image/original/train_00001.jpg

The split is the file name's prefix. People call the root RAF-DB, raf-basic or basic.
"""

from pathlib import Path

from ulcag.classes import CLASSES
from ulcag.config import RafDbSamples
from ulcag.errors import InputError
from ulcag.samples.reader_result import (
    RAFDB_CODES,
    LeftOut,
    ReaderResult,
    first_that_exists,
    pictures_by_stem,
    samples_table,
)
from ulcag.text import read_text

_LIST = "EmoLabel/list_patition_label.txt"
_ROOTS = ("", "basic", "RAF-DB/basic", "RAF-DB", "raf-basic", "raf-basic/basic")
_CLASS_OF = {str(code): CLASSES.index(name) for name, code in RAFDB_CODES.items()}


def read_rafdb(settings: RafDbSamples) -> ReaderResult:
    """Rows of the samples table; sample ids are the file names of the label list.

    Pictures are .jpg, or of another ending where there is no such file.

    Raises:
        InputError: no label list at any of the usual places, or a row that is not `<split>_<number>.jpg <1..7>`, or a
            file that occurs twice.
    """
    labels = label_list(settings)
    images = labels.parents[1] / "Image" / settings.images
    if not images.is_dir():
        do = "set `images` to original or aligned, whichever you have"
        raise InputError(images, expected="the folder of images", found="no such folder", do=do)
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
            do = "take one of the lines out"
            raise InputError(f"{labels}, line {number}", expected="each picture once", found=found, do=do)
    suffix = "_aligned" if settings.images == "aligned" else ""
    left_out = LeftOut()
    there = pictures_by_stem(images, left_out, suffix)
    names = [name for _, name, _ in rows]
    path = [str(images / there.get(stem, f"{stem}{suffix}.jpg")) for stem in seen]
    for name in sorted(there[stem] for stem in there.keys() - seen.keys()):
        left_out.add(f"pictures in {images} that the label list does not name", name)
    notes = (f"RAF-DB: labels {labels}, {settings.images} images", *left_out.notes())
    codes = [code for _, _, code in rows]
    return ReaderResult(samples_table(names, path, [name.split("_")[0] for name in names], codes), notes)


def label_list(settings: RafDbSamples) -> Path:
    """Where the label list is.

    Raises:
        InputError: at none of the usual places.
    """
    return first_that_exists(Path(settings.root), [str(Path(p) / _LIST) for p in _ROOTS], "RAF-DB's label list")


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
        do = f"correct it, or take it out; for noisy labels with codes {other} to {other + 6}: `first_code: {other}`"
        raise InputError(f"{where}, line {number}", expected=expected, found=repr(line), do=do)
    return name, _CLASS_OF[code]
