"""Settings of the stages that make the data: samples, noise, faces; action units have a file of their own."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ulcag.classes import CLASSES, class_index
from ulcag.section import Section

# What a validation split is used for.
Validation = Literal["drop", "train", "test"]
VALIDATION = "what validation pictures are used for; drop: where there are test pictures, else it is test"


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
        raise ValueError(f"put into quotes the word that YAML reads as {value!r}, such as 'no', 'null' or '1.50'")
    return str(value).strip()


def _to_classes(labels: dict[str, str]) -> dict[str, str]:
    """Nothing wrong, if every word is translated to one of the seven classes, or to `drop`."""
    if labels.get("", "drop") != "drop":
        raise ValueError("an empty label can only be translated to drop")
    for word, name in labels.items():
        if name != "drop" and class_index(name) is None:
            raise ValueError(f"'{word}' is translated to '{name}', which is none of {', '.join(CLASSES)}, drop")
    return labels


Words = Annotated[dict[str, str], BeforeValidator(_as_words)]
Labels = Annotated[Words, AfterValidator(_to_classes)]


class SyntheticSamples(Section):
    """The embedded data set: rendered faces whose true expression and action units are known."""

    reader: Literal["synthetic"] = "synthetic"
    train: int = Field(1200, ge=1, description="pictures in the training split")
    test: int = Field(1000, ge=1, description="pictures in the test split")
    size: int = Field(256, ge=96, le=1024, description="side of a picture, pixels")
    seed: int = Field(0, ge=0, description="decides every picture")


class TableSamples(Section):
    """A CSV or Parquet table with a row an image."""

    reader: Literal["table"] = "table"
    path: str = Field(description="the table: .csv, .tsv or .parquet")
    images: str = Field("", description="folder that image paths are relative to; blank: the table's folder")
    columns: Words = Field(
        default_factory=dict,
        description="our column -> the table's own name; ours: image, label, split, clean_label, identity, "
        "votes_angry (people who said so) and so on",
    )
    labels: Labels = Field(
        default_factory=dict, description="the table's label -> one of the seven class names, or `drop`"
    )
    validation: Validation = Field("drop", description=VALIDATION)


class RafDbSamples(Section):
    """RAF-DB (basic) as its owners ship it."""

    reader: Literal["rafdb"] = "rafdb"
    root: str = Field(description="the folder RAF-DB, raf-basic or basic")
    images: Literal["original", "aligned"] = Field(
        "original", description="original: find faces with MTCNN; aligned: 100 x 100, for faces.source whole_image"
    )


class AffectNetSamples(Section):
    """AffectNet, the full release or the one of 2021: which one it is, the reader says."""

    reader: Literal["affectnet"] = "affectnet"
    root: str = Field(description="the folder of training.csv, or of train_set")
    part: Literal["manual", "automatic"] = Field(
        "manual",
        description="automatic: train on AffectNet_Auto (Table IV); the test split is the manual validation set",
    )


class Fer2013Samples(Section):
    """FER2013 with the votes and names of FER+ where fer2013new.csv lies beside it."""

    reader: Literal["fer2013"] = "fer2013"
    root: str = Field(description="the folder of fer2013.csv, or of icml_face_data.csv")
    public_test: Literal["train", "test", "drop"] = Field("drop", description="what PublicTest images are used for")


class FolderSamples(Section):
    """Folders named like classes, below train and test or without splits."""

    reader: Literal["folder"] = "folder"
    root: str = Field(description="the folder that holds train and test, or the classes")
    labels: Labels = Field(
        default_factory=dict, description="a folder's name -> one of the seven class names, or `drop`"
    )
    validation: Validation = Field("drop", description=VALIDATION)


SamplesSettings = Annotated[
    SyntheticSamples | TableSamples | RafDbSamples | AffectNetSamples | Fer2013Samples | FolderSamples,
    Field(discriminator="reader"),
]

# What a fatal finding of the check does. YAML reads a plain `off` as false.
CheckMode = Annotated[Literal["stop", "warn", "off"], BeforeValidator(lambda value: "off" if value is False else value)]


class NoiseSettings(Section):
    """Label noise for the training split. Test labels are never touched."""

    kind: Literal["none", "uniform", "confusion", "rafdb_file"] = Field(
        "none",
        description="uniform: any other class; confusion: by `matrix`; rafdb_file: labels that others made noisy",
    )
    rate: float = Field(0.0, ge=0, le=1, description="`uniform`: probability that a training label is replaced")
    exact: bool = Field(
        False, description="`uniform`: replace exactly round(rate * n) labels instead of each with probability rate"
    )
    matrix: dict[str, dict[str, float]] = Field(
        default_factory=dict,
        description="`confusion`: class -> what it is taken for -> probability; the rest of a class keeps its label",
    )
    path: str = Field("", description="`rafdb_file`: rows such as `train_00001.jpg 5`, as EAC and SCN publish them")
    first_code: Literal[0, 1] = Field(1, description="`rafdb_file`: 1 as in RAF-DB and EAC, 0 as in SCN's files")

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if self.kind == "rafdb_file" and not self.path:
            raise ValueError("kind rafdb_file needs a path")
        if self.kind == "confusion" and not self.matrix:
            raise ValueError("kind confusion needs a matrix")
        for name, row in self.matrix.items():
            for other in (name, *row):
                if other not in CLASSES:
                    raise ValueError(f"matrix: '{other}' is none of {', '.join(CLASSES)}")
            if min(row.values(), default=0) < 0 or sum(row.values()) > 1 + 1e-9:
                raise ValueError(f"matrix.{name}: probabilities must be 0 or more and sum to 1 at most")
        return self


class FacesSettings(Section):
    """Detection and cropping."""

    source: Literal["mtcnn", "whole_image"] = Field("mtcnn", description="whole_image: pictures are face crops already")
    select: Literal["largest", "most_probable", "most_central"] = Field(
        "largest", description="which face, where there are several"
    )
    none_found: Literal["drop", "whole_image", "error"] = Field("drop", description="what to do where no face is found")
    unreadable: Literal["drop", "error"] = Field("drop", description="what to do with a file that is no image")
    min_probability: float = Field(0.9, ge=0, le=1, description="a detection below it does not count")
    min_face: int = Field(40, ge=20, description="smallest face searched for, pixels")
    min_face_share: float = Field(
        0.25,
        ge=0,
        le=1,
        description="select largest: smaller ones than this part of the shorter side only if no other is found",
    )
    align: bool = Field(False, description="found faces are turned upright and scaled by their five landmarks")
    margin: float = Field(0.3, ge=0, le=2, description="kept around the face box, as a part of its size")
    longest_side: int = Field(320, ge=64, description="a stored crop is scaled down to it, pixels")
    jpeg_quality: int = Field(95, ge=50, le=100, description="of the stored crops")
    shards: int = Field(4, ge=1, description="files the crops are spread over: a few hundred for AffectNet")
