"""Settings of label smoothing: the default is its paper's."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class LabelSmoothingSettings(MethodSettings):
    """Label smoothing: Szegedy et al., CVPR 2016."""

    name: ClassVar[str] = "label-smoothing"
    code: ClassVar[str] = "ulcag.rivals.label_smoothing:LabelSmoothing"

    smoothing: float = Field(0.1, ge=0, lt=1, description="share of a label's weight to spread over all classes")
