"""Settings of the baseline: there is nothing to choose."""

from typing import ClassVar

from ulcag.section import MethodSettings


class BaselineSettings(MethodSettings):
    """Plain cross entropy on the labels as they are."""

    name: ClassVar[str] = "baseline"
    code: ClassVar[str] = "ulcag.rivals.baseline:Baseline"
