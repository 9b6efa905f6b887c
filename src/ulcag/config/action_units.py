"""Settings of the action units stage: where they come from, and when one counts as present."""

from typing import Any, Literal

from pydantic import Field, field_validator

from ulcag.action_units.sources import SOURCES
from ulcag.action_units.sources.openface import OpenFaceSettings
from ulcag.section import Section


class SourceSettings(Section):
    """Where pseudo action units come from."""

    source: str = Field("csv", description="; ".join(f"{name}: {source.about}" for name, source in SOURCES.items()))
    folder: str = Field("", description="`csv`: where the files are; blank: `openface` beside the samples' images")
    table: str = Field(
        "", description="`csv`: a CSV with columns image and csv that says which file belongs to what; blank: same stem"
    )
    of_several: Literal["most_confident", "nearest_box"] = Field(
        "most_confident",
        description="`csv`: which of several faces; nearest_box: to ours, by landmarks (-2Dfp); `openface`: always so",
    )
    min_confidence: float = Field(
        0.5, ge=0, le=1, description="the source's confidence; below it a row counts as missing"
    )
    openface: OpenFaceSettings = OpenFaceSettings()

    @field_validator("source")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in SOURCES:
            raise ValueError(f"must be one of {', '.join(SOURCES)}")
        return value


class PresenceSettings(Section):
    """When an action unit counts as present."""

    presence: Literal["presence", "intensity"] = Field(
        "presence", description="AUxx_c (OpenFace: 18 units), or AUxx_r >= threshold (17 units, no AU28)"
    )
    intensity_threshold: float = Field(1.0, gt=0, le=5, description="for `intensity`, on OpenFace's scale 0 to 5")


class ActionUnitsSettings(SourceSettings, PresenceSettings):
    """The stage. Its table holds intensities and presences both, so that an edit of what counts reads nothing again."""

    def of_presence(self) -> dict[str, Any]:
        """The settings by which the table is used, as plain values."""
        return self.model_dump(mode="json", include=set(PresenceSettings.model_fields))
