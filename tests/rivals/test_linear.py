"""The linear probe."""

import math

import torch
from torch import nn

from tests.test_softmax_regression import noisy
from ulcag.learning import Samples
from ulcag.rivals.linear import Linear
from ulcag.rivals.linear_settings import LinearSettings


def test_the_method_fits_the_classifier_to_the_given_labels() -> None:
    f, labels = noisy(300, 3)
    classifier = nn.Linear(43, 3, bias=False)
    method = Linear(LinearSettings(), 43, torch.eye(2), seed=0)
    known = torch.zeros(300, dtype=torch.bool)
    loss = method.fit(classifier, f, Samples(labels, torch.zeros(300, 2), known, labels.roll(1)))
    assert loss < math.log(3)
    assert (classifier(f).argmax(1) == labels).float().mean() > 0.7
