"""config.yaml, checked. Imports no heavy package, so that the Snakefile can use it."""

from ulcag.action_units.sources.openface import OpenFaceSettings
from ulcag.config.action_units import ActionUnitsSettings, PresenceSettings, SourceSettings
from ulcag.config.arms import ARMS, ArmSettings
from ulcag.config.project import Audit, Config, DatasetSettings, Run, check_braces
from ulcag.config.stages import (
    CheckMode,
    FacesSettings,
    NoiseSettings,
    SamplesSettings,
)
from ulcag.config.training import Augmentation, TrainingSettings, TrainSettings

__all__ = [
    "ARMS",
    "ActionUnitsSettings",
    "ArmSettings",
    "Audit",
    "Augmentation",
    "CheckMode",
    "Config",
    "DatasetSettings",
    "FacesSettings",
    "NoiseSettings",
    "OpenFaceSettings",
    "PresenceSettings",
    "Run",
    "SamplesSettings",
    "SourceSettings",
    "TrainSettings",
    "TrainingSettings",
    "check_braces",
]
