"""Settings of LTNet: the defaults are its paper's, all annotators alike."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class LtnetSettings(MethodSettings):
    """LTNet (IPA2LT): Zeng et al., ECCV 2018."""

    name: ClassVar[str] = "ltnet"
    code: ClassVar[str] = "ulcag.rivals.ltnet:Ltnet"
    looks_first: ClassVar[bool] = True

    prediction_weight: float = Field(
        1.0, ge=0, description="weight of the loss on predicted labels; on given labels it is 1"
    )
