"""The method that judges labels before it trains."""

import numpy as np
import pytest
import torch

from tests.correction.witnesses import C, everyone, looks, wrong_by_chance
from tests.training.conftest import Toy
from ulcag.correction.second_opinion import SecondOpinion, soft_cross_entropy
from ulcag.correction.second_opinion_settings import SecondOpinionSettings
from ulcag.learning import Epoch, FirstLook, Samples
from ulcag.training.epoch import train_epoch

N = 280


def judged(apart: float, known: bool = True) -> tuple[SecondOpinion, Samples, np.ndarray]:
    """The method after a first look at samples whose classes are so far apart; a third of the labels is wrong."""
    random, true = np.random.default_rng(0), everyone(N)
    given = torch.from_numpy(wrong_by_chance(random, true, 0.33))
    points = torch.from_numpy(looks(random, true, apart))
    samples = Samples(given, points.float(), torch.full((N,), known), given.clone())
    method = SecondOpinion(SecondOpinionSettings(), C, torch.eye(C), seed=0)
    method.start(samples, FirstLook(torch.from_numpy(looks(random, true, apart)).float(), points, torch.arange(N) % 4))
    return method, samples, true


def first_epoch(method: SecondOpinion, samples: Samples) -> None:
    method.start_epoch(Epoch(number=0, stretch=lambda epoch: epoch, relabel=True), samples)


def test_soft_cross_entropy_by_hand() -> None:
    # softmax of (log 3, 0) is (3/4, 1/4)
    logits = torch.tensor([[3.0, 1.0]]).log()
    assert soft_cross_entropy(logits, torch.tensor([[1.0, 0.0]])).item() == pytest.approx(0.2877, abs=1e-4)
    half = soft_cross_entropy(logits, torch.tensor([[0.5, 0.5]])).item()
    assert half == pytest.approx((0.2877 + 1.3863) / 2, abs=1e-4)


def test_the_step_is_towards_the_posterior_of_its_own_samples() -> None:
    method, samples, _ = judged(4)
    numbers, f = torch.tensor([5, 3, 200]), torch.randn(3, 2, generator=torch.Generator().manual_seed(0))
    classifier = torch.nn.Linear(2, C, bias=False)
    step = method.step(classifier, f, samples.batch(numbers))
    targets = method.memory["opinion"].targets[numbers]
    assert step.loss.item() == pytest.approx(-(targets * classifier(f).log_softmax(dim=1)).sum().item() / 3, rel=1e-5)
    assert step.classification is step.loss
    assert step.new_labels is None


def test_what_was_judged_is_told_with_the_first_epoch() -> None:
    method, samples, true = judged(4)
    first_epoch(method, samples)
    new = method.end_epoch(samples)
    assert new is not None
    given, labels = samples.given.numpy(), new.labels.numpy()
    assert (labels == true).mean() > 0.95 > (given == true).mean()
    targets = method.memory["opinion"].targets.numpy()
    assert targets.sum(axis=1) == pytest.approx(1, abs=1e-5)
    rows, changed = np.arange(N), labels != given
    assert np.array_equal(new.score_old, targets[rows, given])
    assert np.array_equal(new.score_new, targets[rows, labels])
    assert (new.score_new > new.score_old)[changed].all()
    # the quality of a label is how probable it is that it is right
    quality = method.quality(torch.arange(N))
    assert quality is not None
    assert new.alpha is not None
    assert torch.equal(new.alpha, quality)
    assert quality[given == true].mean() > 0.9
    assert quality[given != true].mean() < 0.2
    assert method.alpha(torch.zeros(2, C)) is None

    method.start_epoch(Epoch(number=1, stretch=lambda epoch: epoch, relabel=True), samples)
    assert method.end_epoch(samples) is None


def test_where_nothing_can_be_told_it_is_trained_as_the_baseline_and_changes_no_label() -> None:
    method, samples, _ = judged(0)
    first_epoch(method, samples)
    new = method.end_epoch(samples)
    assert new is not None
    assert torch.equal(new.labels, samples.given)
    assert torch.equal(method.memory["opinion"].targets, torch.nn.functional.one_hot(samples.given, C).float())
    classifier, f = torch.nn.Linear(2, C, bias=False), torch.randn(N, 2, generator=torch.Generator().manual_seed(0))
    step = method.step(classifier, f, samples.batch(torch.arange(N)))
    baseline = torch.nn.functional.cross_entropy(classifier(f), samples.given)
    assert step.loss.item() == pytest.approx(baseline.item(), rel=1e-5)


def test_without_action_units_it_judges_by_features_and_has_no_distances() -> None:
    method, samples, true = judged(4, known=False)
    first_epoch(method, samples)
    new = method.end_epoch(samples)
    assert new is not None
    assert (new.labels.numpy() == true).mean() > 0.95
    distances = method.distances(samples)
    assert distances is not None
    assert distances(torch.zeros(3, C), torch.tensor([0, 1, 2])).isinf().all()


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
    assert learner.network.method.memory["opinion"].quality.mean() > 0.7
