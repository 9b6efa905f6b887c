"""The two weights that hand over from the auxiliary to the target branch. Epochs count from 0.

Eq. 12:  lambda1 = exp(-(1 - epoch/beta)^2) up to epoch beta, then 1
Eq. 13:  lambda2 = 1 up to epoch beta, then exp(-(1 - beta/epoch)^2)
"""

import math


def _check(beta: float) -> None:
    if not beta > 0:
        raise ValueError(f"beta must be above 0, got {beta}")


def lambda1(epoch: float, beta: float) -> float:
    """Eq. 12: weight of the target branch, from exp(-1) at epoch 0 to 1 at beta.

    Raises:
        ValueError: beta is not above 0.
    """
    _check(beta)
    return math.exp(-((1 - epoch / beta) ** 2)) if epoch <= beta else 1.0


def lambda2(epoch: float, beta: float) -> float:
    """Eq. 13: weight of the auxiliary branch, 1 until beta, falling towards exp(-1) after it.

    Raises:
        ValueError: beta is not above 0.
    """
    _check(beta)
    return 1.0 if epoch <= beta else math.exp(-((1 - beta / epoch) ** 2))
