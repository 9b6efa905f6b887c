"""Co-teaching. Values after `official` are of the authors' code (github.com/bhanML/Co-teaching), times the number of
samples that it divides by a second time."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.correction.witnesses import C, everyone
from tests.rivals.test_forward import look_at
from tests.rivals.test_label_smoothing import batch_of
from tests.rivals.waves import waves
from tests.training.conftest import Toy
from ulcag.learning import Epoch
from ulcag.rivals.co_teaching import CoTeaching, co_teaching_losses, kept_share, least_loss
from ulcag.rivals.co_teaching_settings import CoTeachingSettings
from ulcag.training.epoch import train_epoch


def test_the_share_falls_and_stays() -> None:
    assert [kept_share(epoch, 0.2, 4) for epoch in (0, 1, 2, 4, 9)] == pytest.approx([1, 0.95, 0.9, 0.8, 0.8])


def test_each_learns_from_what_the_other_picks_by_hand() -> None:
    # the label's probability is 3/4, 1/4 and 1/2 to the first network, 1/4, 1/2 and 3/4 to the second
    first = torch.tensor([[3.0, 1.0], [1.0, 3.0], [1.0, 1.0]]).log()
    second = torch.tensor([[1.0, 3.0], [1.0, 1.0], [3.0, 1.0]]).log()
    labels = torch.tensor([0, 0, 0])
    assert least_loss(first, labels, 2).tolist() == [0, 2]
    assert least_loss(second, labels, 2).tolist() == [2, 1]
    own, other = co_teaching_losses(first, second, labels, 0.7)
    assert own.item() == pytest.approx((math.log(2) + math.log(4)) / 2)
    assert other.item() == pytest.approx((math.log(4) + math.log(4 / 3)) / 2)


def test_losses_are_those_of_the_official_code() -> None:
    labels = torch.tensor([4, 1, 0, 6, 2, 3, 5, 1])
    losses = co_teaching_losses(3 * waves(8, 7), 3 * waves(8, 7, speed=0.6), labels, 0.7)
    official = [5 * 0.7619974613189697, 5 * 0.9562058448791504]
    assert [loss.item() for loss in losses] == pytest.approx(official, rel=1e-6)


@given(order=st.permutations(range(12)), share=st.floats(0, 1))
def test_the_order_of_a_batch_changes_nothing(order: list[int], share: float) -> None:
    first, second, labels = 3 * waves(12, 7), 3 * waves(12, 7, speed=0.6), torch.arange(12) % 7
    losses = co_teaching_losses(first, second, labels, share)
    again = co_teaching_losses(first[order], second[order], labels[order], share)
    torch.testing.assert_close(again, losses)


def started(seed: int = 0) -> CoTeaching:
    method = CoTeaching(CoTeachingSettings(), C, torch.eye(2), seed)
    method.start(*look_at(everyone(560), everyone(560)))
    return method


def test_the_second_classifier_starts_from_half_of_the_samples() -> None:
    method, again, other = started(), started(), started(seed=1)
    samples, look = look_at(everyone(560), everyone(560))
    assert (method.second(look.f).argmax(dim=1) == samples.given).float().mean() > 0.8
    assert torch.equal(method.second.weight, again.second.weight)
    assert not torch.allclose(method.second.weight, other.second.weight)


def test_a_step_leaves_out_more_from_epoch_to_epoch() -> None:
    method, f, labels = started(), waves(14, C), torch.arange(7)
    classifier = nn.Linear(C, C, bias=False)
    first, second = classifier(f[:7]), method.second(f[7:])
    samples, _ = look_at(everyone(560), everyone(560))
    found, expected = [], [F.cross_entropy(first, labels) + F.cross_entropy(second, labels)]
    for share in (0.9, 0.8, 0.8):
        expected.append(sum(co_teaching_losses(first, second, labels, share)))  # type: ignore[arg-type]
    for number in range(4):
        # ten epochs of thirty are two here
        method.start_epoch(Epoch(number, lambda epoch: epoch / 5, False), samples)
        found.append(method.step(classifier, f, batch_of(labels)).loss)
    torch.testing.assert_close(found, expected)
    assert found[0] != found[1] != found[2] == found[3]


def test_two_networks_learn_apart_and_the_first_is_used() -> None:
    toy = Toy()
    learner = toy.learner("co-teaching", toy.truth)
    one, two = (dict(network.named_parameters()) for network in learner.network.backbone.networks)  # type: ignore[union-attr]
    before = {name: parameter.detach().clone() for name, parameter in two.items()}
    train_epoch(learner, toy.batches(), 0)
    assert any(not torch.equal(parameter, before[name]) for name, parameter in two.items())
    assert any(not torch.equal(parameter, two[name]) for name, parameter in one.items())
    images = next(iter(toy.batches()))[0]
    learner.network.eval()
    with torch.inference_mode():
        assert len(learner.network.features(images)) == len(images)
