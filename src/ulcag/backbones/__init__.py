"""Backbones: networks that turn a face into D features. One file each, and a line here.

Imports no heavy package, so that the Snakefile can check settings: torch is read when a backbone is built.
"""

import difflib

from ulcag.backbones.backbone import Backbone
from ulcag.backbones.dlib_face import DLIB_FACE
from ulcag.backbones.resnet import RESNETS
from ulcag.backbones.timm_models import PREFIX, timm_backbone
from ulcag.errors import InputError

BACKBONES: dict[str, Backbone] = {backbone.name: backbone for backbone in (DLIB_FACE, *RESNETS)}


def backbone_named(name: str) -> Backbone:
    """The backbone that `training.backbone` names.

    Raises:
        InputError: there is none of that name; or it is one of timm's, and timm is not installed.
    """
    if name.startswith(PREFIX):
        return timm_backbone(name)
    if name not in BACKBONES:
        nearest = difflib.get_close_matches(name, BACKBONES, n=1)
        do = f"did you mean '{nearest[0]}'?" if nearest else ""
        expected = f"one of {', '.join(BACKBONES)}, or {PREFIX}NAME"
        raise InputError("training.backbone", expected=expected, found=repr(name), do=do)
    return BACKBONES[name]
