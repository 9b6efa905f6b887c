"""Settings of symmetric cross entropy: the defaults are its paper's for CIFAR-10."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class SceSettings(MethodSettings):
    """Symmetric cross entropy: Wang et al., ICCV 2019."""

    name: ClassVar[str] = "sce"
    code: ClassVar[str] = "ulcag.rivals.sce:Sce"

    forward_weight: float = Field(0.1, ge=0, description="weight of cross entropy; the authors' alpha")
    reverse_weight: float = Field(1.0, ge=0, description="weight of reverse cross entropy; the authors' beta")
    log_zero: float = Field(-4.0, lt=0, description="value to use for log 0 in reverse cross entropy; A in the paper")
