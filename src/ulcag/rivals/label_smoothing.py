"""Label smoothing: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, Rethinking the Inception Architecture for Computer
Vision, CVPR 2016, section 7.

    L = -1/N sum_i sum_c ((1 - e) [c = y_i] + e / C) log p_ic

Nothing had to be adapted: it changes the loss alone.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.learning import Batch, Method, Step
from ulcag.rivals.label_smoothing_settings import LabelSmoothingSettings


class LabelSmoothing(Method):
    """The classifier alone, with softened labels."""

    def __init__(self, settings: LabelSmoothingSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """Cross entropy towards softened labels."""
        loss = F.cross_entropy(classifier(f), batch.labels, label_smoothing=self.settings.smoothing)
        return Step(loss=loss, classification=loss)
