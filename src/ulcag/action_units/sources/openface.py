"""OpenFace's FaceLandmarkImg, run on the crops in a container."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ulcag.action_units.sources.source import ByShard
from ulcag.section import Section

if TYPE_CHECKING:
    import pandas as pd

    from ulcag.faces.shard import Crops

# The image that OpenFace's users take; of the 2.0 series, nothing newer was published under this name.
OPENFACE_IMAGE = "algebr/openface@sha256:f43ad4e7fa4530143c7a9e0e8eca7e4f2b45599c1ef19680b68ad1eebba05197"
# How the work is done and not what comes out.
_PACE = ("chunk", "threads", "memory_mb", "stall_seconds")


class OpenFaceSettings(Section):
    """How to run OpenFace's FaceLandmarkImg on the crops."""

    runtime: Literal["docker", "podman", "apptainer", "none"] = Field(
        "docker", description="none: the local build of OpenFace at `program`"
    )
    image: str = Field(OPENFACE_IMAGE, description="container image; for apptainer, path of a .sif file")
    program: str = Field(
        "/home/openface-build/build/bin/FaceLandmarkImg",
        description="path of FaceLandmarkImg inside the image, or on this machine for runtime: none",
    )
    detector: Literal["own_else_box", "own", "box"] = Field(
        "own_else_box",
        description="own: OpenFace searches again, and may find no face; box: OpenFace is given the face box; "
        "own_else_box: OpenFace is given the box only if unsure itself",
    )
    face_size: int = Field(
        160, ge=60, le=1000, description="least side of the face box, pixels; smaller ones are scaled up"
    )
    chunk: int = Field(200, ge=1, description="pictures for one container")
    threads: int = Field(2, ge=1, description="number of containers at a time, with one core each")
    memory_mb: int = Field(4000, ge=100, description="memory limit of a container, MB")
    stall_seconds: float = Field(120, gt=0, description="a container without output for this long is stopped, seconds")
    engine_arguments: tuple[str, ...] = Field((), description="more arguments for docker run and its counterparts")
    program_arguments: tuple[str, ...] = Field((), description="more arguments for FaceLandmarkImg")


class OpenFace(ByShard):
    """OpenFace as its settings say."""

    name = "openface"
    about = "OpenFace, run on the crops"
    uses = ("openface",)

    @property
    def threads(self) -> int:
        """Containers at a time."""
        return self.settings.openface.threads

    @property
    def memory_mb(self) -> int:
        """Of a container."""
        return self.settings.openface.memory_mb

    def pace(self) -> dict[str, Any]:
        """All but how many containers there are, which the job is told."""
        return {f"openface.{name}": getattr(self.settings.openface, name) for name in _PACE if name != "threads"}

    def of_table(self) -> dict[str, Any]:
        """The settings that the table depends on, as plain values."""
        return super().of_table() | {"openface": self.settings.openface.model_dump(mode="json", exclude=set(_PACE))}

    def read(
        self, faces: "pd.DataFrame", crops: "Crops", *, threads: int, state: Path, bound_to: str
    ) -> "pd.DataFrame":
        """As `openface_shard`."""
        from ulcag.action_units.openface_shard import openface_shard

        settings = self.settings.openface.model_copy(update={"threads": threads})
        return openface_shard(faces, crops, settings, self.settings.min_confidence, state, bound_to)
