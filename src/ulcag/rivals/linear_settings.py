"""Settings of the linear probe."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class LinearSettings(MethodSettings):
    """A logistic regression on the features of a frozen backbone."""

    name: ClassVar[str] = "linear"
    code: ClassVar[str] = "ulcag.rivals.linear:Linear"
    at_once: ClassVar[bool] = True

    penalty: float | None = Field(
        None,
        gt=0,
        description="penalty on squared weights; blank: the one that best predicts a fifth of the given labels",
    )
