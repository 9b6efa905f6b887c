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
from ulcag.samples.found import RAFDB_CODES, Found, first_that_exists, samples_table

_LIST = "EmoLabel/list_patition_label.txt"
_ROOTS = ("", "basic", "RAF-DB/basic", "RAF-DB", "raf-basic", "raf-basic/basic")
_CLASS_OF = {str(code): CLASSES.index(name) for name, code in RAFDB_CODES.items()}


def read_rafdb(settings: RafDbSamples) -> Found:
    """Rows of the samples table; sample ids are the file names of the label list.

    Raises:
        InputError: no label list at any of the usual places, or a row that is not `<split>_<number>.jpg <1..7>`, or a
            file that occurs twice.
    """
    labels = label_list(settings)
    images = labels.parents[1] / "Image" / settings.images
    if not images.is_dir():
        do = "set `images` to original or aligned, whichever you have"
        raise InputError(images, expected="the folder of images", found="no such folder", do=do)
    names, split, label = [], [], []
    for number, line in enumerate(labels.read_text().splitlines(), start=1):
        if line.strip():
            name, code = rafdb_row(labels, number, line)
            names.append(name)
            split.append(name.split("_")[0])
            label.append(code)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(labels, expected="each image once", found=f"{twice} more than once")
    stems = [Path(name).stem for name in names]
    suffix = "_aligned.jpg" if settings.images == "aligned" else ".jpg"
    path = [str(images / f"{stem}{suffix}") for stem in stems]
    notes = (f"RAF-DB: labels {labels}, {settings.images} images",)
    return Found(samples_table(names, path, split, label), notes)


def label_list(settings: RafDbSamples) -> Path:
    """Where the label list is.

    Raises:
        InputError: at none of the usual places.
    """
    return first_that_exists(Path(settings.root), [str(Path(p) / _LIST) for p in _ROOTS], "RAF-DB's label list")


def rafdb_row(where: Path, number: int, line: str, lowest_code: int = 1) -> tuple[str, int]:
    """File name and class of a row such as `train_00001.jpg 5`; a path before the name is dropped.

    Args:
        where, number, line: for the error.
        lowest_code: 1 as RAF-DB counts; 0 in SCN's noise files, whose codes are RAF-DB's minus 1.
    """
    parts = line.split()
    name = parts[0].replace("\\", "/").split("/")[-1].replace("_aligned", "") if parts else ""
    code = str(int(parts[1]) + 1 - lowest_code) if len(parts) == 2 and parts[1].isdecimal() else ""
    if not name.startswith(("train_", "test_")) or code not in _CLASS_OF:
        expected = f"`train_<number>.jpg` or `test_<number>.jpg`, and a code {lowest_code} to {lowest_code + 6}"
        raise InputError(f"{where}, line {number}", expected=expected, found=repr(line))
    return name, _CLASS_OF[code]
