"""Settings of the stages that make the data: samples, noise, faces; action units have a file of their own."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ulcag.classes import CLASSES
from ulcag.samples.layouts import LAYOUTS
from ulcag.samples.layouts.layout import LayoutSettings
from ulcag.section import Section

if TYPE_CHECKING:
    SamplesSettings = LayoutSettings
else:
    # Those of any layout: which one, `reader` says.
    SamplesSettings = Annotated[
        reduce(or_, [layout.settings_type for layout in LAYOUTS.values()]), Field(discriminator="reader")
    ]

# What a fatal finding of the check does. YAML reads a plain `off` as false.
CheckMode = Annotated[Literal["stop", "warn", "off"], BeforeValidator(lambda value: "off" if value is False else value)]


class NoiseSettings(Section):
    """Label noise for the training split. Test labels never change."""

    kind: Literal["none", "uniform", "confusion", "rafdb_file"] = Field(
        "none",
        description="uniform: any other class; confusion: by `matrix`; rafdb_file: published noisy labels",
    )
    rate: float = Field(0.0, ge=0, le=1, description="`uniform`: probability that a training label is replaced")
    exact: bool = Field(
        False, description="`uniform`: replace exactly round(rate * n) labels instead of each with probability rate"
    )
    matrix: dict[str, dict[str, float]] = Field(
        default_factory=dict,
        description="`confusion`: class -> class it is mistaken for -> probability; the other samples keep their label",
    )
    path: str = Field(
        "", description="`rafdb_file`: file with lines such as `train_00001.jpg 5`, as published by EAC and SCN"
    )
    first_code: Literal[0, 1] = Field(
        1, description="`rafdb_file`: lowest class code, 1 in the files of RAF-DB and EAC, 0 in those of SCN"
    )

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if self.kind == "rafdb_file" and not self.path:
            raise ValueError("kind: rafdb_file needs a path")
        if self.kind == "confusion" and not self.matrix:
            raise ValueError("kind: confusion needs a matrix")
        for name, row in self.matrix.items():
            for other in (name, *row):
                if other not in CLASSES:
                    raise ValueError(f"matrix: '{other}' is not one of {', '.join(CLASSES)}")
            if min(row.values(), default=0) < 0 or sum(row.values()) > 1 + 1e-9:
                raise ValueError(f"matrix.{name}: probabilities must be 0 or more and sum to 1 at most")
        return self


class FacesSettings(Section):
    """Face detection and cropping."""

    source: Literal["mtcnn", "whole_image"] = Field(
        "mtcnn", description="whole_image: the pictures are face crops already"
    )
    select: Literal["largest", "most_probable", "most_central"] = Field(
        "largest", description="which face to take if there are several"
    )
    none_found: Literal["drop", "whole_image", "error"] = Field("drop", description="what to do if no face is found")
    unreadable: Literal["drop", "error"] = Field("drop", description="what to do with a file that is not a picture")
    min_probability: float = Field(0.9, ge=0, le=1, description="least probability of a detection that counts")
    min_face: int = Field(40, ge=20, description="smallest face to search for, pixels")
    min_face_share: float = Field(
        0.25,
        ge=0,
        le=1,
        description="select: largest takes a face below this share of the shorter side only if there is no larger one",
    )
    align: bool = Field(False, description="turn faces upright and scale them by their five landmarks")
    margin: float = Field(0.3, ge=0, le=2, description="margin around the face box, as a share of its size")
    longest_side: int = Field(
        320, ge=64, description="greatest side of a stored crop, pixels; larger crops are scaled down"
    )
    jpeg_quality: int = Field(95, ge=50, le=100, description="JPEG quality of the stored crops")
    shards: int = Field(4, ge=1, description="number of files for the crops, such as a few hundred for AffectNet")
