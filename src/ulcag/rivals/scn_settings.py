"""Settings of SCN: the defaults are its paper's. Epoch numbers are those of a schedule of 30 epochs."""

from typing import ClassVar, Literal

from pydantic import Field

from ulcag.section import MethodSettings


class ScnSettings(MethodSettings):
    """SCN: Wang et al., CVPR 2020."""

    name: ClassVar[str] = "scn"
    code: ClassVar[str] = "ulcag.rivals.scn:Scn"

    high_fraction: float = Field(0.7, gt=0, lt=1, description="share of a batch in the high-confidence group")
    margin: float = Field(0.15, ge=0, le=1, description="margin of the rank regularisation")
    relabel_margin: float = Field(0.2, ge=0, le=1, description="p_max - p_label must exceed this to relabel")
    relabel_group: Literal["low", "all"] = Field(
        "low", description="samples that may change: low in the SCN paper, all in its released code"
    )
    start_epoch: float = Field(10, ge=0, description="first epoch in which labels may change")

    @property
    def relabels_from(self) -> float | None:
        """As set."""
        return self.start_epoch

    @property
    def gives(self) -> frozenset[str]:
        """Confidences, too."""
        return super().gives | {"confidence"}
