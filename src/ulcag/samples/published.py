"""How many samples of each class the data sets have, as their authors and the papers that use them say."""

from collections.abc import Mapping
from typing import Any

from ulcag.classes import CLASSES

Counts = dict[str, dict[str, int]]  # split -> class -> samples


def _counts(numbers: str) -> dict[str, int]:
    """Seven numbers in the order of `CLASSES`."""
    return dict(zip(CLASSES, map(int, numbers.split()), strict=True))


# angry, disgust, fear, happy, neutral, sad, surprise
_RAFDB = {
    "train": _counts("705 717 281 4772 2524 1982 1290"),
    "test": _counts("162 160 74 1185 680 478 329"),
}
_AFFECTNET = {
    "train": _counts("24882 3803 6378 134415 74874 25459 14090"),
    "test": _counts("500 500 500 500 500 500 500"),
}
_FER2013 = {
    "Training": _counts("3995 436 4097 7215 4965 4830 3171"),
    "PublicTest": _counts("467 56 496 895 607 653 415"),
    "PrivateTest": _counts("491 55 528 879 626 594 416"),
}


def published_counts(settings: Mapping[str, Any]) -> Counts:
    """Counts by split and class for the settings of a reader; a split whose numbers are not known is not in it.

    Args:
        settings: of the stage samples, `reader` and what it needs; keys that are missing have their defaults.
    """
    match settings.get("reader"):
        case "rafdb":
            return _RAFDB
        case "affectnet":
            # Of the automatic part everybody takes another subset.
            manual = settings.get("part", "manual") == "manual"
            return _AFFECTNET if manual else {"test": _AFFECTNET["test"]}
        case "fer2013":
            counts = {"train": _FER2013["Training"], "test": _FER2013["PrivateTest"]}
            split = settings.get("public_test", "drop")
            if split in counts:
                both = (counts[split], _FER2013["PublicTest"])
                counts[split] = {name: sum(one[name] for one in both) for name in CLASSES}
            return counts
        case _:
            return {}
