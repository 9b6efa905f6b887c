"""Settings of forward correction: the default is its paper's."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class ForwardSettings(MethodSettings):
    """Forward loss correction: Patrini et al., CVPR 2017."""

    name: ClassVar[str] = "forward"
    code: ClassVar[str] = "ulcag.rivals.forward:Forward"
    looks_first: ClassVar[bool] = True

    percentile: float = Field(
        97, gt=0, le=100, description="anchors lie just below this percentile; samples above it are outliers"
    )
