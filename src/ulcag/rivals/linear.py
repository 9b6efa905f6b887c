"""The linear probe: a logistic regression on frozen features, the least that a method for fine-tuning has to beat."""

from torch import Tensor, nn

from ulcag.learning import Method, Samples
from ulcag.rivals.linear_settings import LinearSettings
from ulcag.softmax_regression import fit_classifier


class Linear(Method):
    """The classifier alone, fitted at once."""

    def __init__(self, settings: LinearSettings, features: int, edges: Tensor, seed: int) -> None:
        super().__init__(settings, features, edges, seed)
        self.settings = settings
        self.seed = seed

    def fit(self, classifier: nn.Linear, f: Tensor, samples: Samples) -> float:
        """The weights that are best for the given labels."""
        return fit_classifier(classifier, f, samples.given, self.seed, self.settings.penalty)
