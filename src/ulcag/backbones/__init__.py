"""Backbones: networks that turn a face into D features. One file each, and a line here.

Imports no heavy package, so that the Snakefile can check settings: torch is read when a backbone is built.
"""

from ulcag.backbones.backbone import Backbone
from ulcag.backbones.resnet import RESNETS

BACKBONES: dict[str, Backbone] = {backbone.name: backbone for backbone in RESNETS}
