"""Any network of timm (PyTorch Image Models, Ross Wightman; the extra `timm`) as `timm:NAME`.

The paper: ULC-AG "can be flexibly combined with various network architectures". Nothing is downloaded: weights come
from a file of one's own, as timm saves them.
"""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ulcag.backbones.backbone import Backbone
from ulcag.errors import InputError

if TYPE_CHECKING:
    from torch import nn

PREFIX = "timm:"


@dataclass(frozen=True)
class TimmModel(Backbone):
    """One of timm's, without its classifier.

    Attributes:
        fixed_size: whether it is made for one size of images, as transformers are.
    """

    fixed_size: bool

    def build(self, image_size: int) -> "tuple[nn.Module, int]":
        """As timm initialises it."""
        size = {"img_size": image_size} if self.fixed_size else {}
        network: Any = _timm().create_model(self.name.removeprefix(PREFIX), num_classes=0, **size)
        # of some networks the head begins with a layer of its own, whose features are those that come out
        width = getattr(network, "head_hidden_size", None) or network.num_features
        return network, int(width)

    def load(self, network: "nn.Module", path: Path) -> str:
        """A state dict, by torch.save or in safetensors."""
        from ulcag.backbones.weights import load_weights

        return str(load_weights(network, path))


def timm_backbone(name: str) -> TimmModel:
    """The facts that timm knows of a network.

    Args:
        name: with the prefix.

    Raises:
        InputError: timm is not installed, or knows no such network.
    """
    timm = _timm()
    model = name.removeprefix(PREFIX)
    if not timm.is_model(model):
        nearest = difflib.get_close_matches(model, timm.list_models(), n=3)
        do = (
            f"did you mean {' or '.join(PREFIX + one for one in nearest)}?"
            if nearest
            else "choose one from timm.list_models()"
        )
        raise InputError("training.backbone", expected="a network known to timm", found=repr(model), do=do)
    facts: Any = timm.get_pretrained_cfg(model)
    return TimmModel(name, facts.input_size[1], facts.mean, facts.std, bool(facts.fixed_input_size))


def _timm() -> Any:
    try:
        import timm
    except ImportError:
        do = "pip install 'ulcag[timm]', also on the machine that plans the runs"
        raise InputError("training.backbone", expected="the package timm", found="not installed", do=do) from None
    return timm
