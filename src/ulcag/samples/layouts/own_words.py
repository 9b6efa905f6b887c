"""Settings of layouts that anybody's data may be in: words for labels, and what a validation split is used for."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator

from ulcag.classes import CLASSES, class_index

# What a validation split is used for.
Validation = Literal["drop", "train", "test"]
VALIDATION = "split for validation pictures; drop: leave them out, but without test pictures they serve as test"


def _as_words(values: Any) -> Any:
    """Keys and values of a mapping as text; YAML reads a plain 1 as a number, and a plain `no` as false."""
    if not isinstance(values, Mapping):
        return values
    words: dict[str, str] = {}
    for key, value in values.items():
        word = _as_word(key)
        if word in words:
            raise ValueError(f"'{word}' occurs twice")
        words[word] = _as_word(value)
    return words


def _as_word(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"put quotes around the word that YAML reads as {value!r}, such as 'no', 'null' or '1.50'")
    return str(value).strip()


def _to_classes(labels: dict[str, str]) -> dict[str, str]:
    """Nothing wrong, if every word is translated to one of the seven classes, or to `drop`."""
    if labels.get("", "drop") != "drop":
        raise ValueError("an empty label can only be translated to drop")
    for word, name in labels.items():
        if name != "drop" and class_index(name) is None:
            raise ValueError(f"'{word}' is translated to '{name}', which is not one of {', '.join(CLASSES)}, drop")
    return labels


def how_to_translate(word: str) -> str:
    """What to do about a user's word that is no class."""
    meaning = "<class name or drop>"
    return f"translate it: labels: {{'{word}': {meaning}}}; ulcag audit: --set samples.labels='{{{word}: {meaning}}}'"


Words = Annotated[dict[str, str], BeforeValidator(_as_words)]
Labels = Annotated[Words, AfterValidator(_to_classes)]
