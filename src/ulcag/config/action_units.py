"""Settings of the action units stage: where they come from, and when one counts as present."""

from typing import Any, Literal

from pydantic import Field, field_validator

from ulcag.action_units.sources import SOURCES
from ulcag.action_units.sources.openface import OpenFaceSettings
from ulcag.section import Section


class SourceSettings(Section):
    """The source of pseudo action units."""

    source: str = Field("csv", description="; ".join(f"{name}: {source.about}" for name, source in SOURCES.items()))
    folder: str = Field("", description="`csv`: folder of the files; blank: `openface` next to the pictures")
    table: str = Field(
        "",
        description="`csv`: CSV table with columns image and csv that assigns a file to each picture; blank: same stem",
    )
    of_several: Literal["most_confident", "nearest_box"] = Field(
        "most_confident",
        description="`csv`: which face to take if there are several; nearest_box: the one nearest to our "
        "face box, by landmarks (-2Dfp); `openface` always does so",
    )
    min_confidence: float = Field(
        0.5, ge=0, le=1, description="least confidence of the source; a row below it counts as missing"
    )
    openface: OpenFaceSettings = OpenFaceSettings()

    @field_validator("source")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in SOURCES:
            raise ValueError(f"expected one of {', '.join(SOURCES)}")
        return value


class PresenceSettings(Section):
    """When an action unit counts as present."""

    presence: Literal["presence", "intensity"] = Field(
        "presence", description="AUxx_c (OpenFace: 18 action units), or AUxx_r >= intensity_threshold (17, no AU28)"
    )
    intensity_threshold: float = Field(1.0, gt=0, le=5, description="for `intensity`, on OpenFace's scale from 0 to 5")


class ActionUnitsSettings(SourceSettings, PresenceSettings):
    """Settings of the stage. Its table holds both intensities and presences; switching reads nothing again."""

    def of_presence(self) -> dict[str, Any]:
        """The settings by which the table is used, as plain values."""
        return self.model_dump(mode="json", include=set(PresenceSettings.model_fields))
