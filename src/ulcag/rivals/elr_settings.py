"""Settings of ELR: the defaults are its paper's for CIFAR-10."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class ElrSettings(MethodSettings):
    """ELR: Liu et al., NeurIPS 2020."""

    name: ClassVar[str] = "elr"
    code: ClassVar[str] = "ulcag.rivals.elr:Elr"

    momentum: float = Field(0.7, ge=0, lt=1, description="share of the running predictions to keep; the authors' beta")
    weight: float = Field(3.0, ge=0, description="weight of the regularisation; the authors' lambda")
