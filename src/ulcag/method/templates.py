"""Semantic templates: what the action units of a class look like.

Eq. 8:  T_j = 1/K_j sum_k alpha_k s_k, over the K_j high-confidence samples of class j
"""

import torch
from torch import Tensor


def template_sums(s: Tensor, labels: Tensor, alpha: Tensor, use: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Numerator and K_j of Eq. 8.

    Args:
        s: (N, S) semantic features.
        labels: (N,) current labels.
        alpha: (N,) confidences.
        use: (N,) bool: in the high-confidence group, and its action units are known.
        classes: C.

    Returns:
        (C, S) sums of alpha s, and (C,) counts K_j of those same samples.
    """
    one_hot = torch.nn.functional.one_hot(labels, classes).to(s.dtype) * use[:, None]
    return one_hot.T @ (alpha[:, None] * s), one_hot.sum(0)


def batch_templates(s: Tensor, labels: Tensor, alpha: Tensor, use: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Eq. 8 for one batch, divided by K_j, not by the sum of alpha.

    Args: as `template_sums`.

    Returns:
        (C, S) templates, zeros for a class without samples, and (C,) bool, which classes have any.
    """
    sums, counts = template_sums(s, labels, alpha, use, classes)
    return sums / counts.clamp(min=1)[:, None], counts > 0


class Templates:
    """The templates as they stand: `values` (C, S), and `known` (C,) bool, for which classes there is one.

    A class that a batch lacks keeps its template; a class that never had one is never a target.

    Args:
        classes: C.
        width: S.
        update: `batch` replaces by the batch's own, `ema` blends them in, `epoch` replaces by those over all
            batches since the last `end_epoch`.
        momentum: kept part of the old template, for `ema`.
        device: where the templates live.
    """

    def __init__(
        self,
        classes: int,
        width: int,
        *,
        update: str = "batch",
        momentum: float = 0.9,
        device: torch.device | str = "cpu",
    ) -> None:
        if update not in ("batch", "ema", "epoch"):
            raise ValueError(f"update must be batch, ema or epoch, got {update!r}")
        self.mode = update
        self.momentum = momentum
        self.values = torch.zeros(classes, width, device=device)
        self.known = torch.zeros(classes, dtype=torch.bool, device=device)
        self._sums = torch.zeros_like(self.values)
        self._counts = torch.zeros(classes, device=device)

    @torch.no_grad()
    def update(self, s: Tensor, labels: Tensor, alpha: Tensor, use: Tensor) -> None:
        """Take in a batch; arguments as in `template_sums`."""
        sums, counts = template_sums(s, labels, alpha, use, len(self.known))
        if self.mode == "epoch":
            self._sums += sums
            self._counts += counts
            return
        here = counts > 0
        new = sums / counts.clamp(min=1)[:, None]
        if self.mode == "ema":
            blended = self.momentum * self.values + (1 - self.momentum) * new
            new = torch.where(self.known[:, None], blended, new)
        self._replace(new, here)

    @torch.no_grad()
    def end_epoch(self) -> None:
        """For `epoch`: the templates of the epoch that ends here take over."""
        if self.mode != "epoch":
            return
        self._replace(self._sums / self._counts.clamp(min=1)[:, None], self._counts > 0)
        self._sums.zero_()
        self._counts.zero_()

    def _replace(self, new: Tensor, here: Tensor) -> None:
        self.values = torch.where(here[:, None], new, self.values)
        self.known = self.known | here
