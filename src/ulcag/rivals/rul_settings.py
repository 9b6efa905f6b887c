"""Settings of RUL: the defaults are its code's."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class RulSettings(MethodSettings):
    """RUL: Zhang et al., NeurIPS 2021."""

    name: ClassVar[str] = "rul"
    code: ClassVar[str] = "ulcag.rivals.rul:Rul"

    dropout: float = Field(0.4, ge=0, lt=1, description="dropout on the features that uncertainty is estimated from")
    width: int = Field(64, ge=1, description="number of outputs to average for the uncertainty")
