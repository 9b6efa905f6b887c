"""Settings of ELR: the defaults are its paper's for CIFAR-10."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class ElrSettings(MethodSettings):
    """ELR: Liu et al., NeurIPS 2020."""

    name: ClassVar[str] = "elr"
    code: ClassVar[str] = "ulcag.rivals.elr:Elr"

    momentum: float = Field(0.7, ge=0, lt=1, description="kept part of the running predictions; their beta")
    weight: float = Field(3.0, ge=0, description="of the regularisation; their lambda")
