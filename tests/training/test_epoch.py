"""The training loop."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
import torch

from tests.training.conftest import Toy
from ulcag.config import ARMS, TrainSettings
from ulcag.evaluation.labels import replay
from ulcag.learning import NewLabels, Samples
from ulcag.training.epoch import train_epoch
from ulcag.training.schedule import learning_rate_factor, relabelling_start


def test_learning_rate_falls_at_10_and_20_of_30() -> None:
    settings = TrainSettings()
    factors = [learning_rate_factor(settings, epoch) for epoch in (0, 9, 10, 19, 20, 29)]
    assert factors == pytest.approx([1, 1, 0.1, 0.1, 0.01, 0.01])
    assert learning_rate_factor(settings, 9, 0.99) == 1


def test_one_cycle_rises_and_falls_and_is_never_zero() -> None:
    settings = TrainSettings.read({"training": {"epochs": 10, "schedule": "one_cycle"}})
    factors = [learning_rate_factor(settings, epoch) for epoch in range(10)]
    # epoch 1 is the middle of the rise: (1 + 0.5) / 10 of 0.3
    assert factors[1] == pytest.approx(0.5)
    assert factors[:3] == sorted(factors[:3])
    assert factors[3:] == sorted(factors[3:], reverse=True)
    assert min(factors) > 0
    assert max(factors) <= 1
    # within epoch 0, which is the first third of the rise: sin(pi / 6) ** 2 at its end
    assert learning_rate_factor(settings, 0, 0) == 0
    assert learning_rate_factor(settings, 0, 1) == pytest.approx(0.25)
    assert learning_rate_factor(settings, 9, 1) == pytest.approx(0, abs=1e-12)


def test_one_cycle_changes_the_rate_at_every_step(toy: Toy) -> None:
    learner = toy.learner("baseline", training={"epochs": 4, "image_size": 32, "schedule": "one_cycle"})
    batches = toy.batches()
    train_epoch(learner, batches, 3)
    last = learning_rate_factor(learner.settings, 3, 1 - 0.5 / len(batches))
    assert learner.optimiser.param_groups[0]["lr"] == pytest.approx(0.01 * last)


def test_schedule_of_a_short_run() -> None:
    settings = TrainSettings.read({"training": {"epochs": 15}})
    assert relabelling_start(settings) == 5
    assert learning_rate_factor(settings, 5) == pytest.approx(0.1)


@pytest.mark.parametrize("arm", ["baseline", "target"])
def test_arms_that_never_relabel(arm: str) -> None:
    assert relabelling_start(TrainSettings.read(ARMS[arm])) is None


def test_the_weights_of_an_epoch_follow_eq_12_and_13(toy: Toy) -> None:
    learner = toy.learner("ulc-ag")
    first, late = (train_epoch(learner, toy.batches(), number)[0] for number in (0, 20))
    assert (first["lambda1"], first["lambda2"]) == pytest.approx((math.exp(-1), 1))
    assert (late["lambda1"], late["lambda2"]) == pytest.approx((1, math.exp(-0.25)))
    constant = toy.learner("ulc-ag", settings={"ramp": {"kind": "none"}})
    assert train_epoch(constant, toy.batches(), 0)[0]["lambda1"] == 1
    assert "lambda1" not in train_epoch(toy.learner("baseline"), toy.batches(), 0)[0]


# By the letter ULC-AG does not: Eq. 7 draws alpha to 0, and with it the logits (docs/method-study.md). `linear` has no
# epochs.
@pytest.mark.parametrize("arm", [arm for arm in ARMS if arm not in ("ulc-ag-literal", "linear")])
def test_every_arm_learns(arm: str, toy: Toy) -> None:
    learner = toy.learner(arm)
    # DMUE gives its classifier little weight before epoch 10
    epochs = 12 if arm == "dmue" else 6
    losses = [train_epoch(learner, toy.batches(), epoch)[0]["loss_classification"] for epoch in range(epochs)]
    assert losses[-1] < 0.8 * losses[0]  # type: ignore[operator]


def test_nothing_is_relabelled_before_its_epoch(toy: Toy) -> None:
    learner = toy.learner("ulc-ag")
    for epoch in (0, 9):
        row, changes = train_epoch(learner, toy.batches(), epoch)
        assert row["relabelled"] == len(changes) == 0
    assert torch.equal(learner.samples.labels, toy.truth)


def test_changes_are_logged_and_only_low_confidence_samples_with_action_units_change(toy: Toy) -> None:
    labels = (toy.truth + (torch.arange(len(toy.truth)) % 3 == 0).long()) % 7
    learner = toy.learner("ulc-ag", labels)
    for epoch in range(4):
        train_epoch(learner, toy.batches(), epoch)
    before = learner.samples.labels.clone()
    row, changes = train_epoch(learner, toy.batches(), 12)
    changed = torch.nonzero(learner.samples.labels != before).flatten().tolist()
    assert changes["number"].tolist() == changed
    assert 0 < row["relabelled"] == len(changed) <= 2 * 6  # type: ignore[operator]
    assert changes["old_label"].tolist() == before[changed].tolist()
    assert changes["new_label"].tolist() == learner.samples.labels[changed].tolist()
    assert (changes["score_new"] < changes["score_old"]).all()
    assert toy.known[changed].all()
    assert torch.equal(learner.samples.given, labels)


def test_a_new_label_acts_from_the_next_epoch_or_at_once(toy: Toy) -> None:
    def labels_seen(effect: str) -> bool:
        learner = toy.learner("ulc-ag", (toy.truth + 1) % 7, settings={"relabelling": {"takes_effect": effect}})
        during = []

        class Watched(list[tuple[torch.Tensor, torch.Tensor]]):
            def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
                for batch in super().__iter__():
                    yield batch
                    during.append(learner.samples.labels.clone())

        for epoch in range(3):
            train_epoch(learner, toy.batches(), epoch)
        during.clear()
        train_epoch(learner, Watched(3 * toy.batches()), 12)
        return any(not torch.equal(seen, learner.samples.given) for seen in during)

    assert not labels_seen("next_epoch")
    assert labels_seen("at_once")


def test_labels_that_are_judged_when_an_epoch_ends_change_then_and_all_changes_are_logged(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = (toy.truth + (torch.arange(len(toy.truth)) % 4 == 0).long()) % 7
    learner = toy.learner("second-opinion", labels)
    method, at_the_end = learner.network.method, []
    judge = method.end_epoch

    def watched(samples: Samples) -> NewLabels | None:
        at_the_end.append(samples.labels.clone())
        return judge(samples)

    monkeypatch.setattr(method, "end_epoch", watched)
    row, changes = train_epoch(learner, toy.batches(), 0)
    assert torch.equal(at_the_end[0], labels)
    moved = torch.nonzero(learner.samples.labels != labels).flatten().tolist()
    assert changes["number"].tolist() == moved
    assert 0 < row["relabelled"] == len(moved)
    assert changes["old_label"].tolist() == labels[moved].tolist()
    assert changes["new_label"].tolist() == learner.samples.labels[moved].tolist()
    assert torch.equal(learner.samples.given, labels)


def test_an_auxiliary_arm_without_confidence_learning_keeps_its_confidence_layer(toy: Toy) -> None:
    for option, moves in (("side", True), ("none", False)):
        learner = toy.learner("auxiliary", settings={"confidence": {"auxiliary_only": option}})
        before = learner.network.method.confidence.linear.weight.clone()
        train_epoch(learner, toy.batches(), 0)
        after = learner.network.method.confidence.linear.weight
        assert torch.equal(before, after) != moves


def test_confidence_of_the_auxiliary_arm_does_not_touch_the_backbone(toy: Toy) -> None:
    # The same backbone and classifier with and without the side loss.
    weights = []
    for option in ("side", "none"):
        learner = toy.learner("auxiliary", settings={"confidence": {"auxiliary_only": option}})
        train_epoch(learner, toy.batches(), 0)
        weights.append(learner.network.state_dict())
    for name, value in weights[0].items():
        if not name.startswith("method.confidence"):
            assert torch.equal(value, weights[1][name]), name


def test_history_of_confidence(toy: Toy) -> None:
    row, _ = train_epoch(toy.learner("ulc-ag"), toy.batches(), 0)
    assert 0 <= row["alpha_min"] <= row["alpha_low"] <= row["alpha_mean"] <= row["alpha_high"] <= row["alpha_max"] <= 1
    baseline, _ = train_epoch(toy.learner("baseline"), toy.batches(), 0)
    assert "alpha_mean" not in baseline


def test_same_seed_same_result(toy: Toy) -> None:
    states = []
    for _ in range(2):
        learner = toy.learner("ulc-ag")
        for epoch in (9, 10, 11):
            train_epoch(learner, toy.batches(), epoch)
        states.append((learner.network.state_dict(), learner.samples.labels))
    assert torch.equal(states[0][1], states[1][1])
    assert all(torch.equal(value, states[1][0][name]) for name, value in states[0][0].items())


def test_scaling_of_the_loss_for_fp16_changes_no_step(toy: Toy) -> None:
    # In fp32, where nothing can vanish, a scaled step is the same step.
    plain, scaled = toy.learner("ulc-ag"), toy.learner("ulc-ag")
    scaled.scaler = torch.amp.GradScaler("cpu", enabled=True, init_scale=2.0**10)
    assert not plain.scaler.is_enabled()
    for learner in (plain, scaled):
        train_epoch(learner, toy.batches(), 9)
    assert scaled.scaler.get_scale() == 2.0**10
    for name, value in plain.network.state_dict().items():
        torch.testing.assert_close(scaled.network.state_dict()[name], value, rtol=1e-5, atol=1e-7)


def test_a_step_whose_gradients_overflow_is_left_out_and_the_scale_falls(toy: Toy) -> None:
    learner = toy.learner("baseline")
    learner.scaler = torch.amp.GradScaler("cpu", enabled=True, init_scale=2.0**127)
    before = [parameter.clone() for parameter in learner.network.parameters()]
    train_epoch(learner, toy.batches()[:1], 0)
    assert all(torch.equal(a, b) for a, b in zip(before, learner.network.parameters(), strict=True))
    assert learner.scaler.get_scale() < 2.0**127


def test_what_cannot_be_compiled_runs_as_it_is(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no compiler here")

    # the real torch.compile, with a backend that fails
    compiled = torch.compile
    monkeypatch.setattr(torch, "compile", lambda module: compiled(module, backend=broken))
    plain, other = toy.learner("baseline"), toy.learner("baseline", training={"image_size": 32, "compile": True})
    for learner in (plain, other):
        train_epoch(learner, toy.batches(), 0)
    for name, value in plain.network.state_dict().items():
        torch.testing.assert_close(other.network.state_dict()[name], value)


@pytest.mark.parametrize(
    ("arm", "settings"),
    [
        ("ulc-ag", {"relabelling": {"takes_effect": "next_epoch"}}),
        ("ulc-ag", {"relabelling": {"takes_effect": "at_once"}}),
        ("scn", {"relabel_margin": 0.0}),
    ],
)
def test_the_log_of_changes_leads_from_the_given_labels_to_the_last(
    arm: str, settings: dict[str, Any], toy: Toy
) -> None:
    learner = toy.learner(arm, labels=toy.truth.roll(1), settings=settings)
    log = pd.concat([train_epoch(learner, toy.batches(), epoch)[1] for epoch in (12, 13)])
    assert len(log) > 0
    given = pd.Series(learner.samples.given.numpy())
    changes = log.assign(sample_id=log["number"], epoch=log["epoch"] - 12)
    assert replay(given, changes, 2)[-1].tolist() == learner.samples.labels.tolist()
