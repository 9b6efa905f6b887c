"""Numbers that look random and are the same everywhere."""

import math

import torch
from torch import Tensor


def waves(*shape: int, speed: float = 1.0) -> Tensor:
    """sin(speed), sin(2 speed), ... in this shape."""
    count = torch.arange(1, math.prod(shape) + 1, dtype=torch.float64)
    return torch.sin(speed * count).float().view(*shape)
