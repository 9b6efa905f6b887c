"""Settings of the action units stage: CSV files that exist, or OpenFace run in a container."""

from typing import Any, Literal

from pydantic import Field

from ulcag.section import Section

# The image that OpenFace's users take; of the 2.0 series, nothing newer was published under this name.
OPENFACE_IMAGE = "algebr/openface@sha256:f43ad4e7fa4530143c7a9e0e8eca7e4f2b45599c1ef19680b68ad1eebba05197"


# How the work is done and not what comes out: an edit of these runs nothing again.
EXECUTION_ONLY = ("chunk", "threads", "memory_mb", "stall_seconds")


class OpenFaceSettings(Section):
    """How OpenFace's FaceLandmarkImg is run on the crops."""

    runtime: Literal["docker", "podman", "apptainer", "none"] = Field(
        "docker", description="none: a local build of OpenFace, `program`"
    )
    image: str = Field(OPENFACE_IMAGE, description="container image; for apptainer the path of a .sif file")
    program: str = Field(
        "/home/openface-build/build/bin/FaceLandmarkImg", description="FaceLandmarkImg, inside the image"
    )
    detector: Literal["own_else_box", "own", "box"] = Field(
        "own_else_box",
        description="own: OpenFace searches again, and may find none; box: it is told where the face is; own_else_box: "
        "told where it is not sure of one itself",
    )
    face_size: int = Field(
        160, ge=60, le=1000, description="a crop whose face box is smaller is scaled up to it, pixels"
    )
    chunk: int = Field(200, ge=1, description="images a container is given")
    threads: int = Field(2, ge=1, description="containers at a time, one core each")
    memory_mb: int = Field(4000, ge=100, description="limit for a container")
    stall_seconds: float = Field(120, gt=0, description="a container that puts out nothing for so long is stopped")
    engine_arguments: tuple[str, ...] = Field((), description="more arguments for docker run, and the like")
    program_arguments: tuple[str, ...] = Field((), description="more arguments for FaceLandmarkImg")


class SourceSettings(Section):
    """Where pseudo action units come from."""

    source: Literal["csv", "openface", "none"] = Field(
        "csv",
        description="csv: OpenFace CSV files that exist already, one an image; openface: run it on the crops; "
        "none: do without, for arms that have no auxiliary branch",
    )
    folder: str = Field("", description="`csv`: where the files are; blank: `openface` beside the samples' images")
    table: str = Field(
        "", description="`csv`: a CSV with columns image and csv that says which file belongs to what; blank: same stem"
    )
    of_several: Literal["most_confident", "nearest_box"] = Field(
        "most_confident",
        description="`csv`: which of several faces; nearest_box: to ours, by landmarks (-2Dfp); `openface`: always so",
    )
    min_confidence: float = Field(
        0.5, ge=0, le=1, description="OpenFace's confidence; below it a row counts as missing"
    )
    openface: OpenFaceSettings = OpenFaceSettings()

    def of_table(self) -> dict[str, Any]:
        """The settings that the stage's table depends on, as plain values."""
        openface = self.openface.model_dump(mode="json", exclude=set(EXECUTION_ONLY))
        return self.model_dump(mode="json", include=set(SourceSettings.model_fields)) | {"openface": openface}


class PresenceSettings(Section):
    """When an action unit counts as present."""

    presence: Literal["presence", "intensity"] = Field(
        "presence", description="AUxx_c (18 units), or AUxx_r >= threshold (17 units, no AU28)"
    )
    intensity_threshold: float = Field(1.0, gt=0, le=5, description="for `intensity`, on OpenFace's scale 0 to 5")


class ActionUnitsSettings(SourceSettings, PresenceSettings):
    """The stage. Its table holds intensities and presences both, so that an edit of what counts reads nothing again."""

    def of_presence(self) -> dict[str, Any]:
        """The settings by which the table is used, as plain values."""
        return self.model_dump(mode="json", include=set(PresenceSettings.model_fields))
