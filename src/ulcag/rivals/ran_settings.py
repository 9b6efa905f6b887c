"""Settings of RAN: the default is its paper's."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class RanSettings(MethodSettings):
    """RAN: Wang et al., TIP 2020."""

    name: ClassVar[str] = "ran"
    code: ClassVar[str] = "ulcag.rivals.ran:Ran"

    margin: float = Field(
        0.02, ge=0, le=1, description="margin of the region-biased loss: lead of the best region over the whole picture"
    )
