"""Settings of the method. The defaults are the preset `reading`; docs/reproduction.md argues for each.

Epoch numbers are those of a schedule of 30 epochs. A run of another length stretches them in
proportion (`TrainingSettings.epoch`), so that a preset means the same for a short run.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from ulcag.config.section import Section


class Confidence(Section):
    """Weighted regularisation: Eq. 1 to 4."""

    bias: bool = Field(True, description="bias in Eq. 1; the paper writes none, SCN has one")
    gamma_scope: Literal["batch", "dataset", "none"] = Field("batch", description="what Eq. 2 counts over")
    high_fraction: float = Field(0.8, gt=0, lt=1, description="phi: part of a batch in the high-confidence group")
    margin: float = Field(0.15, ge=0, le=1, description="theta of Eq. 4")
    learn_margin: bool = Field(False, description="learn theta, starting from `margin`")
    auxiliary_only: Literal["side", "none"] = Field(
        "side", description="arm `auxiliary`: learn alpha on detached features, or leave it as it was initialised"
    )


class ActionUnitGraph(Section):
    """The auxiliary branch: Eq. 5 to 7."""

    edges: Literal["data", "random"] = Field("data", description="Eq. 5, or fixed U(0, 1) edges as in Table II")
    channels: int = Field(64, ge=1, description="B, features of a node, and channels of each graph layer")
    semantic: Literal["logit", "node_mean", "flatten"] = Field("logit", description="what the semantic feature s is")
    center_semantic: bool = Field(False, description="subtract a running mean from s before Eq. 9")
    classifier: Literal["per_unit", "joint"] = Field("per_unit", description="Linear(B, 1) a unit, or Linear(M B, M)")
    detach_confidence: bool = Field(True, description="no gradient from Eq. 7 to alpha")
    reduction: Literal["sum", "mean"] = Field("sum", description="of Eq. 7 over the action units")
    start_epoch: float = Field(0, ge=0, description="L_au counts from this epoch on")


class Templates(Section):
    """Semantic templates: Eq. 8."""

    update: Literal["batch", "ema", "epoch"] = Field(
        "batch", description="a batch's own templates replace the stored ones, are blended in, or a whole epoch's do"
    )
    momentum: float = Field(0.9, ge=0, lt=1, description="kept part of the stored template, for `ema`")


class Relabelling(Section):
    """Eq. 9 and 10."""

    start_epoch: float = Field(10, ge=0, description="labels may change from this epoch on")
    margin: float = Field(0.0, ge=0, description="the nearest template must be nearer by more than this")
    reference: Literal["original", "current"] = Field("original", description="which label's template is compared with")
    evidence: Literal["template", "posterior"] = Field(
        "template",
        description="template: Eq. 9 and 10 on the low group of a batch. posterior: the classifier over epochs and "
        "whitened templates of the measured action units together, for all samples",
    )
    lead: float = Field(0.8, ge=0, le=1, description="`posterior`: by how much it must lead that of the given label")
    weight: float = Field(0.5, ge=0, description="`posterior`: of the measured action units")
    momentum: float = Field(0.7, ge=0, lt=1, description="`posterior`: kept part of the probabilities, an epoch")
    takes_effect: Literal["next_epoch", "at_once"] = Field("next_epoch", description="when a new label acts")


class Ramp(Section):
    """The two weights of Eq. 11: Eq. 12 and 13."""

    kind: Literal["paper", "none"] = Field("paper", description="none: both weights are 1")
    beta: float = Field(10, gt=0, description="epoch at which the target branch has its full weight")


class Scn(Section):
    """The baseline SCN (Wang et al., CVPR 2020), re-implemented."""

    high_fraction: float = Field(0.7, gt=0, lt=1)
    margin: float = Field(0.15, ge=0, le=1)
    relabel_margin: float = Field(0.2, ge=0, le=1, description="p_max - p_label must exceed it")
    relabel_group: Literal["low", "all"] = Field(
        "low", description="the SCN paper says low, its released code does all"
    )
    start_epoch: float = Field(10, ge=0)


class MethodSettings(Section):
    """Everything about ULC-AG and SCN that is a choice."""

    confidence: Confidence = Confidence()
    action_units: ActionUnitGraph = ActionUnitGraph()
    templates: Templates = Templates()
    relabelling: Relabelling = Relabelling()
    ramp: Ramp = Ramp()
    scn: Scn = Scn()

    def relevant(self, kind: "ArmKind") -> dict[str, Any]:
        """The part that an arm of this kind looks at, so that editing the rest does not train it again."""
        values = self.plain()
        if kind == "baseline":
            return {}
        if kind == "scn":
            return {"scn": values["scn"], "confidence": {"bias": self.confidence.bias}}
        return {name: part for name, part in values.items() if name != "scn"}


ArmKind = Literal["baseline", "target", "auxiliary", "ulc-ag", "scn"]

# What a preset changes from the defaults above.
PRESETS: dict[str, dict[str, Any]] = {
    # The words of the paper as they stand.
    "paper": {
        "confidence": {"bias": False},
        "action_units": {"detach_confidence": False, "reduction": "sum", "semantic": "node_mean"},
        "relabelling": {"margin": 0.0, "reference": "original"},
    },
    # What docs/reproduction.md argues for where the paper is silent.
    "reading": {},
    # What measurements on a validation split chose: docs/method-study.md.
    "default": {"relabelling": {"evidence": "posterior", "start_epoch": 20}},
}


class ArmSettings(Section):
    """One way to train, as a row of the paper's tables."""

    kind: ArmKind = Field(description="plain cross entropy, one branch, both branches, or SCN")
    preset: Literal["paper", "reading", "default"] = Field("default", description="how the open points are read")
    method: dict[str, Any] = Field(default_factory=dict, description="method settings that differ from the preset")


ARMS: dict[str, dict[str, Any]] = {
    "baseline": {"kind": "baseline"},
    "target": {"kind": "target"},
    "auxiliary": {"kind": "auxiliary"},
    "ulc-ag": {"kind": "ulc-ag"},
    "random-edges": {"kind": "ulc-ag", "method": {"action_units": {"edges": "random"}}},
    "scn": {"kind": "scn"},
}


def method_settings(arm: ArmSettings, of_dataset: Mapping[str, Any] | None = None) -> MethodSettings:
    """The method settings of an arm: its preset, changed by the data set's, changed by the arm's own."""
    values: dict[str, Any] = {}
    for change in (PRESETS[arm.preset], of_dataset or {}, arm.method):
        values = merged(values, change)
    return MethodSettings.read(values, where=f"method settings of an arm of kind '{arm.kind}'")


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Settings `base` with those of `change` laid over them, key by key."""
    result = dict(base)
    for key, value in change.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result
