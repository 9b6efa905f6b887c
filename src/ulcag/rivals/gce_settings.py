"""Settings of generalised cross entropy: the default is its paper's."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class GceSettings(MethodSettings):
    """Generalised cross entropy: Zhang and Sabuncu, NeurIPS 2018."""

    name: ClassVar[str] = "gce"
    code: ClassVar[str] = "ulcag.rivals.gce:Gce"

    q: float = Field(0.7, gt=0, le=1, description="near 0: cross entropy; 1: mean absolute error")
