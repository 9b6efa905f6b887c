"""Looking at samples without training on them."""

import numpy as np
import torch

from tests.training.conftest import Toy
from ulcag.method import cosine_distances
from ulcag.training.epoch import train_epoch
from ulcag.training.predict import examine, held_out_logits
from ulcag.training.tables import DISTANCES, LOGITS

CPU = torch.device("cpu")


def test_predictions_do_not_depend_on_order_or_size_of_batches(toy: Toy) -> None:
    learner = toy.learner("baseline")
    for epoch in range(3):
        train_epoch(learner, toy.batches(), epoch)
    one = held_out_logits(learner.network, toy.batches(56), CPU).sort_values("number")
    for size in (1, 5, 28):
        other = held_out_logits(learner.network, toy.batches(size)[::-1], CPU).sort_values("number")
        assert np.allclose(one[LOGITS], other[LOGITS], atol=1e-4)
        assert (one[LOGITS].to_numpy().argmax(1) == other[LOGITS].to_numpy().argmax(1)).all()


def test_predicting_changes_nothing(toy: Toy) -> None:
    learner = toy.learner("baseline")
    before = {name: value.clone() for name, value in learner.network.state_dict().items()}
    held_out_logits(learner.network, toy.batches(), CPU)
    assert all(torch.equal(value, before[name]) for name, value in learner.network.state_dict().items())


def test_examine_gives_confidence_and_distances_of_samples_with_action_units(toy: Toy) -> None:
    learner = toy.learner("ulc-ag")
    for epoch in range(2):
        train_epoch(learner, toy.batches(), epoch)
    frame = examine(learner.network, learner.templates, learner.mean, toy.batches(), learner.labels, learner.known)
    assert frame["number"].tolist() == list(range(56))
    assert frame["label"].tolist() == toy.truth.tolist()
    assert frame["alpha"].between(0, 1).all()
    assert (frame[DISTANCES].notna().all(axis=1).to_numpy() == toy.known.numpy()).all()
    assert learner.network.action_units is not None
    assert learner.templates is not None
    with torch.no_grad():
        s, _ = learner.network.action_units(learner.network.features(toy.images[:1]))
    expected = cosine_distances(s, learner.templates.values, learner.templates.known)
    assert np.allclose(frame[DISTANCES].iloc[0], expected[0].numpy(), atol=1e-4)


def test_an_arm_without_confidence_has_none(toy: Toy) -> None:
    learner = toy.learner("baseline")
    frame = examine(learner.network, None, learner.mean, toy.batches(), learner.labels, learner.known)
    assert frame["alpha"].isna().all()
    assert frame[DISTANCES].isna().all(axis=None)
