"""config.yaml, checked. Imports no heavy package, so that the Snakefile can use it."""

from ulcag.action_units.sources.openface import OpenFaceSettings
from ulcag.config.action_units import ActionUnitsSettings, PresenceSettings, SourceSettings
from ulcag.config.arms import ARMS, ArmSettings
from ulcag.config.project import Audit, Config, DatasetSettings, Run, check_braces
from ulcag.config.stages import (
    AffectNetSamples,
    CheckMode,
    FacesSettings,
    Fer2013Samples,
    FolderSamples,
    NoiseSettings,
    RafDbSamples,
    SamplesSettings,
    SyntheticSamples,
    TableSamples,
)
from ulcag.config.training import Augmentation, TrainingSettings, TrainSettings

__all__ = [
    "ARMS",
    "ActionUnitsSettings",
    "AffectNetSamples",
    "ArmSettings",
    "Audit",
    "Augmentation",
    "CheckMode",
    "Config",
    "DatasetSettings",
    "FacesSettings",
    "Fer2013Samples",
    "FolderSamples",
    "NoiseSettings",
    "OpenFaceSettings",
    "PresenceSettings",
    "RafDbSamples",
    "Run",
    "SamplesSettings",
    "SourceSettings",
    "SyntheticSamples",
    "TableSamples",
    "TrainSettings",
    "TrainingSettings",
    "check_braces",
]
