"""Reader for FER2013 (fer2013.csv: emotion, pixels, Usage), with the votes of FER+ (fer2013new.csv) beside it.

The published label is `label`; the crowd's majority, by the rule of FER+'s authors, is `clean_label`. Pictures are
numbers in the CSV: they are written as PNG files into the cache.
"""

import csv
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from ulcag.classes import CLASSES, class_index
from ulcag.config import Fer2013Samples
from ulcag.errors import InputError
from ulcag.files import whole_or_absent
from ulcag.progress import progress
from ulcag.samples.found import FER2013_CODES, Found, counted, first_that_exists, samples_table, votes_table

_SIDE = 48
_CLASS_OF = {str(code): CLASSES.index(name) for name, code in FER2013_CODES.items()}
_VOTES = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF",
)  # fmt: skip
# Theirs for our seven classes, in our order.
_SEVEN = sorted((name for name in _VOTES if class_index(name) is not None), key=lambda name: class_index(name) or 0)


def read_fer2013(settings: Fer2013Samples, cache: Path) -> Found:
    """Rows of the samples table; sample ids are FER+'s names, fer0000000.png and so on.

    Training images are the training split, PrivateTest the test split; PublicTest is what `settings.public_test` says.

    Raises:
        InputError: no fer2013.csv, a row that is not 48 x 48 pixels with a code 0 to 6, or votes for other images.
    """
    root = Path(settings.root)
    table = pixel_table(settings)
    votes = _votes(root)
    splits = {"Training": "train", "PrivateTest": "test", "PublicTest": settings.public_test}
    names, paths, split, label, clean, counts = [], [], [], [], [], []
    left_out: Counter[str] = Counter()
    cache.mkdir(parents=True, exist_ok=True)
    with table.open(newline="") as file:
        for number, row in enumerate(progress(csv.DictReader(file), what="FER2013", unit="picture")):
            picture, code, usage = _row(table, number, row)
            if splits[usage] == "drop":
                left_out[f"{usage} images"] += 1
                continue
            names.append(picture_name(number))
            paths.append(str(cache / names[-1]))
            split.append(splits[usage])
            label.append(code)
            of_picture = _of_picture(root, votes, number)
            clean.append(majority(of_picture))
            counts.append([of_picture.get(name, 0) for name in _SEVEN])
            if not Path(paths[-1]).exists():
                with whole_or_absent(Path(paths[-1])) as beside:
                    beside.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    crowd = "without FER+ votes" if votes is None else "with FER+ votes"
    known = sum(code is not None for code in clean)
    notes = (f"FER2013 {crowd}: {table}", f"{known} of {len(clean)} have a clean label", *counted(left_out))
    samples = samples_table(names, paths, split, label, clean_label=clean)
    return Found(samples, notes, votes_table(names, np.array(counts).reshape(-1, len(CLASSES))))


def pixel_table(settings: Fer2013Samples) -> Path:
    """Where fer2013.csv is.

    Raises:
        InputError: at none of the usual places.
    """
    places = ["fer2013.csv", "fer2013/fer2013.csv", "data/fer2013.csv"]
    return first_that_exists(Path(settings.root), places, "fer2013.csv")


def picture_name(number: int) -> str:
    """FER+'s name, and the sample id, of a row of fer2013.csv; the first one below the header is 0."""
    return f"fer{number:07d}.png"


def majority(votes: dict[str, int]) -> int | None:
    """Class that more than half of the votes name, single votes apart; None where there is none of the seven.

    The rule of FER+'s authors: a class with one vote is an outlier and does not count; what is unknown, not a face or
    contempt is none of the seven classes.
    """
    counted_votes = {name: n for name, n in votes.items() if n > 1}
    total = sum(counted_votes.values())
    for name, n in counted_votes.items():
        if 2 * n > total:
            return class_index(name)
    return None


def _votes(root: Path) -> list[dict[str, int]] | None:
    """Votes by FER+'s class names for each row; None where there is no file of them."""
    path = next((p for p in (root / "fer2013new.csv", root / "FERPlus" / "fer2013new.csv") if p.exists()), None)
    if path is None:
        return None
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        return [{name: int(row[name]) for name in _VOTES} for row in rows]
    except (KeyError, ValueError) as error:
        raise InputError(path, expected=f"columns {', '.join(_VOTES)} with numbers", found=str(error)) from None


def _of_picture(root: Path, votes: list[dict[str, int]] | None, number: int) -> dict[str, int]:
    """A picture's votes; empty where nobody voted."""
    if votes is None:
        return {}
    if number >= len(votes):
        found = f"{len(votes)} rows, and fer2013.csv has more"
        raise InputError(root / "fer2013new.csv", expected="a row for each of fer2013.csv", found=found)
    return votes[number]


def _row(table: Path, number: int, row: dict[str, str]) -> tuple[np.ndarray, int, str]:
    """Picture (48, 48) uint8, class, usage."""
    pixels = (row.get("pixels") or "").split()
    code, usage = _CLASS_OF.get((row.get("emotion") or "").strip()), (row.get("Usage") or "").strip()
    good = len(pixels) == _SIDE**2 and all(p.isdecimal() and int(p) < 256 for p in pixels)
    if not good or code is None or usage not in ("Training", "PublicTest", "PrivateTest"):
        found = f"emotion {row.get('emotion')!r}, {len(pixels)} pixels, Usage {row.get('Usage')!r}"
        expected = f"emotion 0 to 6, {_SIDE**2} pixels 0 to 255, Usage Training, PublicTest or PrivateTest"
        raise InputError(f"{table}, row {number}", expected=expected, found=found)
    return np.array(pixels, dtype=np.uint8).reshape(_SIDE, _SIDE), code, usage
