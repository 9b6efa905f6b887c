"""The seven expression classes in their one canonical (alphabetical) order, as in the paper's Fig. 7."""

CLASSES: tuple[str, ...] = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")

# Other names in circulation (FER+, AffectNet, RAF-DB write-ups) for the same seven classes.
SYNONYMS: dict[str, str] = {
    "anger": "angry",
    "disgusted": "disgust",
    "fearful": "fear",
    "happiness": "happy",
    "sadness": "sad",
    "surprised": "surprise",
}


def class_index(name: str) -> int | None:
    """Index of a class name or one of its synonyms in `CLASSES`, whatever its case; None if it is neither."""
    name = name.strip().lower()
    name = SYNONYMS.get(name, name)
    return CLASSES.index(name) if name in CLASSES else None
