"""The baseline that every table begins with: plain cross entropy on the labels as they are."""

import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.learning import Batch, Method, Step


class Baseline(Method):
    """The classifier alone."""

    def step(self, classifier: nn.Module, f: Tensor, batch: Batch) -> Step:
        """Cross entropy."""
        loss = F.cross_entropy(classifier(f), batch.labels)
        return Step(loss=loss, classification=loss)
