"""Settings of ULC-AG. The defaults are the paper as docs/reproduction.md reads it.

Epoch numbers are those of a schedule of 30 epochs. A run of another length stretches them in proportion
(`TrainingSettings.epoch`), so that a setting means the same for a short run.
"""

from typing import Any, ClassVar, Literal

from pydantic import Field

from ulcag.section import MethodSettings, Section


class ConfidenceSettings(Section):
    """Weighted regularisation: Eq. 1 to 4."""

    bias: bool = Field(True, description="bias in Eq. 1; the paper writes none, SCN has one")
    gamma_scope: Literal["batch", "dataset", "none"] = Field("batch", description="samples that Eq. 2 counts over")
    high_fraction: float = Field(0.8, gt=0, lt=1, description="phi: share of a batch in the high-confidence group")
    margin: float = Field(0.15, ge=0, le=1, description="theta of Eq. 4")
    learn_margin: bool = Field(False, description="learn theta, starting from `margin`")
    auxiliary_only: Literal["side", "none"] = Field(
        "side", description="with branches: auxiliary; learn alpha on detached features, or leave it as initialised"
    )


class ActionUnitGraphSettings(Section):
    """The auxiliary branch: Eq. 5 to 7."""

    edges: Literal["data", "random"] = Field("data", description="Eq. 5, or fixed U(0, 1) edges as in Table II")
    channels: int = Field(64, ge=1, description="B: features of a node, and channels of each graph layer")
    semantic: Literal["logit", "node_mean", "flatten"] = Field(
        "logit", description="definition of the semantic feature s"
    )
    center_semantic: bool = Field(False, description="subtract a running mean from s before Eq. 9")
    classifier: Literal["per_unit", "joint"] = Field(
        "per_unit", description="Linear(B, 1) for each action unit, or one Linear(M B, M)"
    )
    detach_confidence: bool = Field(True, description="no gradient from Eq. 7 to alpha")
    reduction: Literal["sum", "mean"] = Field("sum", description="of Eq. 7, over the action units")
    start_epoch: float = Field(0, ge=0, description="first epoch in which L_au counts")


class TemplateSettings(Section):
    """Semantic templates: Eq. 8."""

    update: Literal["batch", "ema", "epoch"] = Field(
        "batch",
        description="stored templates are replaced by those of a batch, blended with them, or replaced once an epoch",
    )
    momentum: float = Field(0.9, ge=0, lt=1, description="`ema`: share of the stored template to keep")


class RelabellingSettings(Section):
    """Eq. 9 and 10."""

    start_epoch: float = Field(10, ge=0, description="first epoch in which labels may change")
    margin: float = Field(0.0, ge=0, description="the nearest template must be nearer by more than this")
    reference: Literal["original", "current"] = Field(
        "original", description="label that gives the template to compare with"
    )
    takes_effect: Literal["next_epoch", "at_once"] = Field("next_epoch", description="when a new label takes effect")


class RampSettings(Section):
    """The two weights of Eq. 11: Eq. 12 and 13."""

    kind: Literal["paper", "none"] = Field("paper", description="none: both weights are 1")
    beta: float = Field(10, gt=0, description="epoch at which the target branch reaches its full weight")


class BranchesSettings(MethodSettings):
    """The two branches and their losses: Eq. 1 to 7 and 11 to 13."""

    branches: Literal["both", "target", "auxiliary"] = Field("both", description="both, or one alone as in Table I")
    confidence: ConfidenceSettings = ConfidenceSettings()
    action_units: ActionUnitGraphSettings = ActionUnitGraphSettings()
    ramp: RampSettings = RampSettings()

    @property
    def needs_action_units(self) -> bool:
        """Whether there is an auxiliary branch."""
        return self.branches != "target"


class UlcAgSettings(BranchesSettings):
    """ULC-AG: Liu, Zhang, Kauttonen and Zhao, ICPR 2022."""

    name: ClassVar[str] = "ulc-ag"
    code: ClassVar[str] = "ulcag.method.ulc_ag:UlcAg"

    templates: TemplateSettings = TemplateSettings()
    relabelling: RelabellingSettings = RelabellingSettings()

    @property
    def relabels_from(self) -> float | None:
        """The target branch alone has no templates, and changes no label."""
        return None if self.branches == "target" else self.relabelling.start_epoch

    @property
    def gives(self) -> frozenset[str]:
        """Confidences unless they are left untrained; templates where there is an auxiliary branch."""
        parts = set(super().gives)
        if self.branches != "auxiliary" or self.confidence.auxiliary_only == "side":
            parts.add("confidence")
        if self.branches != "target":
            parts |= {"templates", "distances"}
        return frozenset(parts)


# The words of the paper as they stand, where our reading of them is another: docs/reproduction.md.
LITERAL: dict[str, Any] = {
    "confidence": {"bias": False},
    "action_units": {"detach_confidence": False, "reduction": "sum", "semantic": "node_mean"},
    "relabelling": {"margin": 0.0, "reference": "original"},
}
