"""config.yaml, checked. Imports no heavy package, so that the Snakefile can use it."""

from ulcag.config.method import ARMS, ArmKind, ArmSettings, MethodSettings, method_settings
from ulcag.config.project import Config, DatasetSettings, Run
from ulcag.config.rooms import (
    ActionUnitsSettings,
    FacesSettings,
    GraphSettings,
    NoiseSettings,
    SyntheticSamples,
    TableSamples,
)
from ulcag.config.training import Augmentation, TrainingSettings, TrainSettings

__all__ = [
    "ARMS",
    "ActionUnitsSettings",
    "ArmKind",
    "ArmSettings",
    "Augmentation",
    "Config",
    "DatasetSettings",
    "FacesSettings",
    "GraphSettings",
    "MethodSettings",
    "NoiseSettings",
    "Run",
    "SyntheticSamples",
    "TableSamples",
    "TrainSettings",
    "TrainingSettings",
    "method_settings",
]
