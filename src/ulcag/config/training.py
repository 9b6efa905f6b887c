"""Settings of training that every arm of a comparison shares."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, SerializeAsAny, field_validator, model_validator

from ulcag.backbones import BACKBONES, backbone_named
from ulcag.config.arms import refuse_renamed
from ulcag.errors import InputError
from ulcag.method.settings import UlcAgSettings
from ulcag.methods import method_settings
from ulcag.section import MethodSettings, Section

# The schedule that epoch numbers in the settings refer to. The paper does not say how long its own is.
SCHEDULE_EPOCHS = 30


class Augmentation(Section):
    """Random changes to training pictures, the same for every arm. Not in the paper; they follow SCN."""

    shift: float = Field(0.0, ge=0, le=0.3, description="greatest shift of the crop, as a share of its side")
    rotation: float = Field(0.0, ge=0, le=45, description="greatest rotation, degrees")
    scale: float = Field(0.0, ge=0, le=0.5, description="greatest change of size, as a share of the size")
    flip: float = Field(0.5, ge=0, le=1, description="probability of a horizontal flip")
    erase: float = Field(0.5, ge=0, le=1, description="probability of erasing a random rectangle")
    erase_area: tuple[float, float] = Field(
        (0.02, 0.25), description="least and greatest area of the rectangle, as a share of the picture"
    )


class TrainingSettings(Section):
    """Pictures, optimiser and schedule. Defaults are the paper's where it gives any; see docs/reproduction.md."""

    backbone: str = Field("resnet18", description=f"one of {', '.join(BACKBONES)}, or timm:NAME")
    image_size: int = Field(224, ge=32, description="side of the network's input, pixels; by default the backbone's")
    mean: tuple[float, float, float] = Field(
        BACKBONES["resnet18"].mean, description="mean to subtract from RGB in 0..1; by default the backbone's"
    )
    std: tuple[float, float, float] = Field(
        BACKBONES["resnet18"].std, description="divisor of RGB in 0..1; by default the backbone's"
    )
    weights: str = Field(
        "",
        description="file of pre-trained backbone weights, such as MS-Celeb-1M's; blank: those shipped with the "
        "backbone, or random ones drawn by the seed",
    )
    classifier_start: Literal["random", "linear"] = Field(
        "random", description="linear: start from a logistic regression on the backbone's initial features"
    )
    batch_size: int = Field(512, ge=2, description="samples in a batch, over all processes")
    epochs: int = Field(30, ge=1, description="number of epochs")
    optimiser: Literal["sgd", "adamw"] = Field("sgd", description="adamw learns faster from scratch on few pictures")
    learning_rate: float = Field(0.01, gt=0, description="for classifier and confidence")
    backbone_learning_rate: float | None = Field(
        None, gt=0, description="for the backbone; blank: same as learning_rate"
    )
    auxiliary_learning_rate: float = Field(0.005, gt=0, description="for action unit features and graph layers")
    schedule: Literal["steps", "one_cycle"] = Field(
        "steps", description="one_cycle: up over the first 30 % of the steps, then down to 0"
    )
    learning_rate_steps: tuple[float, ...] = Field(
        (10, 20), description="epochs (of 30) at which the learning rate falls"
    )
    learning_rate_factor: float = Field(0.1, gt=0, le=1, description="factor at each of these epochs")
    momentum: float = Field(0.9, ge=0, lt=1, description="for sgd")
    weight_decay: float = Field(1e-4, ge=0)
    augmentation: Augmentation = Augmentation()
    precision: Literal["auto", "fp32", "bf16", "fp16"] = Field(
        "auto", description="auto: bf16 where it is fast, else fp16 on a GPU and fp32 on a CPU"
    )
    compile: bool = Field(
        False, description="compile the backbone with torch.compile; what cannot be compiled runs uncompiled"
    )
    device: str = Field("auto", description="auto, cpu, cuda, cuda:1, ...")
    processes: int = Field(1, ge=1, description="number of GPUs (or CPU processes) in one training; they share a batch")
    sync_batch_norm: bool = Field(
        True,
        description="several GPUs: use statistics of the whole batch. On CPUs, each process uses those of its part",
    )
    threads: int = Field(1, ge=1, description="CPU threads in one training; a result repeats only with the same number")
    loader_workers: int = Field(
        0, ge=0, description="number of processes that load pictures; does not affect the result"
    )

    @model_validator(mode="before")
    @classmethod
    def _no_accumulation(cls, values: Any) -> Any:
        if isinstance(values, dict) and any("accumul" in str(key) for key in values):
            raise ValueError(
                "gradients cannot be accumulated: confidence groups, class weights, templates and relabelling "
                "are defined on one whole batch. Use processes, or a smaller batch_size"
            )
        return values

    @model_validator(mode="before")
    @classmethod
    def _facts_of_the_backbone(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        name = str(values.get("backbone", "resnet18"))
        if name not in BACKBONES and {"image_size", "mean", "std"} <= values.keys():
            return values  # timm, which would know them, need not be where runs are only planned
        try:
            backbone = backbone_named(name)
        except InputError as error:
            raise ValueError(f"backbone: expected {error.expected}; {error.do}") from None
        return {"image_size": backbone.image_size, "mean": backbone.mean, "std": backbone.std} | values

    @field_validator("std")
    @classmethod
    def _std_is_positive(cls, value: Any) -> Any:
        if min(value) <= 0:
            raise ValueError("each value of std must be above 0")
        return value

    def epoch(self, of_thirty: float) -> float:
        """The epoch of this run (from 0, not rounded) that stands for epoch `of_thirty` of thirty."""
        return of_thirty * self.epochs / SCHEDULE_EPOCHS


class TrainSettings(Section):
    """One training: its method, and everything it depends on."""

    method: str = Field("ulc-ag", description="name of the method, as in `ulcag.methods`")
    settings: SerializeAsAny[MethodSettings] = UlcAgSettings()
    training: TrainingSettings = TrainingSettings()

    @classmethod
    def read(cls, values: Mapping[str, Any], where: str = "config") -> Self:
        """Check the settings, those of the method by the method's own.

        Raises:
            InputError: a method, key or value that is not allowed.
        """
        refuse_renamed(values, where)
        name, of_method = values.get("method", "ulc-ag"), values.get("settings", {})
        return super().read({**values, "settings": method_settings(name, of_method, where)}, where)
