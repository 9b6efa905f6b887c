"""Settings of `au-posterior`: the branches and losses of ULC-AG, and our own rule of relabelling."""

from typing import ClassVar

from pydantic import Field

from ulcag.method.settings import BranchesSettings
from ulcag.section import Section


class PosteriorSettings(Section):
    """The rule of correction/posterior.py."""

    start_epoch: float = Field(20, ge=0, description="labels may change from this epoch (of 30) on")
    lead: float = Field(0.8, ge=0, le=1, description="by how much a class must lead the given label")
    weight: float = Field(0.5, ge=0, description="of the measured action units")
    momentum: float = Field(0.7, ge=0, lt=1, description="kept part of the classifier's probabilities, an epoch")


class AuPosteriorSettings(BranchesSettings):
    """Labels by the posterior of classifier and measured action units. Not in the paper."""

    name: ClassVar[str] = "au-posterior"
    code: ClassVar[str] = "ulcag.correction.au_posterior:AuPosterior"

    posterior: PosteriorSettings = PosteriorSettings()

    @property
    def relabels_from(self) -> float | None:
        """The target branch alone changes no label: it is to be compared with ULC-AG's."""
        return None if self.branches == "target" else self.posterior.start_epoch
