"""AffectNet's label codes."""

from ulcag.classes import CLASSES
from ulcag.errors import InputError

# By the name of our class. A code that is missing here is no expression of the seven.
AFFECTNET_CODES = {"neutral": 0, "happy": 1, "sad": 2, "surprise": 3, "fear": 4, "disgust": 5, "angry": 6}
OTHERS = {7: "contempt", 8: "none", 9: "uncertain", 10: "non-face", 11: "without expression"}
_CLASS_OF = {code: CLASSES.index(name) for name, code in AFFECTNET_CODES.items()}


def class_of(where: str, code: int) -> int | None:
    """Index of our class, or None for a code that is none of the seven.

    Raises:
        InputError: it is no code of AffectNet's; `where` it stands.
    """
    if code not in _CLASS_OF and code not in OTHERS:
        raise InputError(where, expected="an expression code 0 to 11", found=str(code), do="correct or remove it")
    return _CLASS_OF.get(code)


def in_words(code: int) -> str:
    """A code and what it means, for a message."""
    return f"label {code} ({CLASSES[_CLASS_OF[code]] if code in _CLASS_OF else OTHERS[code]})"
