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
