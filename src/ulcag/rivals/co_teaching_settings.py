"""Settings of co-teaching: the defaults are its code's. Epoch numbers are those of a schedule of 30 epochs."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class CoTeachingSettings(MethodSettings):
    """Co-teaching: Han et al., NeurIPS 2018."""

    name: ClassVar[str] = "co-teaching"
    code: ClassVar[str] = "ulcag.rivals.co_teaching:CoTeaching"
    looks_first: ClassVar[bool] = True
    networks: ClassVar[int] = 2

    forget_rate: float = Field(
        0.2, ge=0, lt=1, description="share of a batch to leave out in the end; the authors give it the noise rate"
    )
    gradual_epochs: float = Field(10, gt=0, description="epochs in which that share grows from 0")
