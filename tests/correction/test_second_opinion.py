"""The method that judges labels before it trains."""

import pytest
import torch

from tests.training.conftest import Toy
from ulcag.correction.second_opinion import soft_cross_entropy
from ulcag.training.epoch import train_epoch


def test_soft_cross_entropy_by_hand() -> None:
    # softmax of (log 3, 0) is (3/4, 1/4)
    logits = torch.tensor([[3.0, 1.0]]).log()
    assert soft_cross_entropy(logits, torch.tensor([[1.0, 0.0]])).item() == pytest.approx(0.2877, abs=1e-4)
    half = soft_cross_entropy(logits, torch.tensor([[0.5, 0.5]])).item()
    assert half == pytest.approx((0.2877 + 1.3863) / 2, abs=1e-4)


def test_wrong_labels_are_put_right_with_the_first_epoch_and_stay_so() -> None:
    toy = Toy()
    wrong = torch.arange(len(toy.truth)) % 8 == 0
    labels = torch.where(wrong, (toy.truth + 1) % 7, toy.truth)
    learner = toy.learner("second-opinion", labels)
    _, log = train_epoch(learner, toy.batches(), 0)
    after = learner.samples.labels.clone()
    assert (after == toy.truth).sum() > (labels == toy.truth).sum()
    assert set(log["number"]) == set(torch.nonzero(after != labels).squeeze(1).tolist())
    _, later = train_epoch(learner, toy.batches(), 1)
    assert later.empty
    assert torch.equal(learner.samples.labels, after)


def test_right_labels_are_left_alone() -> None:
    toy = Toy()
    learner = toy.learner("second-opinion")
    _, log = train_epoch(learner, toy.batches(), 0)
    assert len(log) <= 1
    posterior = learner.network.method.memory["opinion"].posterior
    assert posterior.gather(1, toy.truth[:, None]).mean() > 0.7
