"""RUL. Values after `official` are of the authors' code: github.com/zyh-uaiaaaa/Relative-Uncertainty-Learning."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from tests.rivals.test_label_smoothing import batch_of
from tests.rivals.waves import waves
from ulcag.learning import Epoch, Samples
from ulcag.rivals.rul import Rul, add_up_loss, mixed_features
from ulcag.rivals.rul_settings import RulSettings


def test_a_mixture_by_hand() -> None:
    f, u = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[3.0], [1.0]])
    expected = torch.tensor([[0.75, 0.25], [0.75, 0.25]])
    assert torch.equal(mixed_features(f, u, torch.tensor([1, 0])), expected)
    # with oneself
    assert torch.equal(mixed_features(f, u, torch.tensor([0, 1])), f)


def test_the_loss_by_hand() -> None:
    # probabilities 3/4 and 1/4
    logits = torch.tensor([[3.0, 1.0]]).log().repeat(2, 1)
    loss = add_up_loss(logits, torch.tensor([0, 1]), torch.tensor([1, 0]))
    assert loss.item() == pytest.approx((0.28768 + 1.38629) / 2, abs=1e-4)


def test_mixtures_and_loss_are_those_of_the_official_code() -> None:
    f, log_variance, weights = waves(4, 3), waves(4, 6, speed=0.7), waves(7, 3, speed=1.3)
    partner, labels = torch.tensor([2, 0, 3, 1]), torch.tensor([0, 3, 6, 3])
    mixed = mixed_features(f, log_variance.exp().mean(dim=1, keepdim=True), partner)
    official = [0.7826697826385498, 0.9348154067993164, 0.22749611735343933]
    assert mixed[0].tolist() == pytest.approx(official, rel=1e-5)
    assert add_up_loss(mixed @ weights.T, labels, partner).item() == pytest.approx(2.3058719635009766, rel=1e-5)


def started(epoch: int, dropout: float = 0.4) -> Rul:
    torch.manual_seed(0)
    method = Rul(RulSettings(dropout=dropout), 5, torch.eye(2), seed=3)
    nothing = torch.zeros(0, dtype=torch.int64)
    samples = Samples(nothing, torch.zeros(0, 2), nothing.bool(), nothing)
    method.start_epoch(Epoch(epoch, lambda number: number, False), samples)
    return method


def test_what_is_random_is_decided_by_the_epoch() -> None:
    f, batch = waves(8, 5), batch_of(torch.arange(8) % 5)
    first, again, other = (started(epoch).step(nn.Identity(), f, batch).loss for epoch in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_head_learns_to_call_the_hard_samples_uncertain() -> None:
    # half of the samples show their class, the others nothing
    random = torch.Generator().manual_seed(0)
    labels, shows = torch.randint(0, 4, (256,), generator=random), torch.arange(256) % 2
    f = torch.cat([F.one_hot(labels, 4) * shows[:, None] * 6.0, shows[:, None].float()], dim=1)
    method, classifier = started(0, dropout=0.0), nn.Linear(5, 4, bias=False)
    optimiser = torch.optim.Adam([*method.parameters(), *classifier.parameters()], lr=0.01)
    for _ in range(150):
        loss = method.step(classifier, f, batch_of(labels)).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    u = method.uncertainty(f, torch.ones_like(f)).squeeze(1)
    assert u[shows == 0].mean() > 1.5 * u[shows == 1].mean()
