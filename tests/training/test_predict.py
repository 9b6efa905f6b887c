"""Looking at samples without training on them."""

from typing import Any

import numpy as np
import pytest
import torch

from tests.training.conftest import Toy
from ulcag.classes import CLASSES
from ulcag.correction.evidence import held_out_distances
from ulcag.method.relabelling import cosine_distances
from ulcag.methods import METHODS
from ulcag.training.epoch import train_epoch
from ulcag.training.predict import examine, examine_templates, held_out_logits
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


def test_held_out_samples_have_a_confidence_where_the_arm_has_one(toy: Toy) -> None:
    network = toy.learner("ulc-ag").network
    frame = held_out_logits(network, toy.batches(), CPU).sort_values("number")
    images = torch.cat([images for images, _ in toy.batches()])
    numbers = torch.cat([numbers for _, numbers in toy.batches()])
    with torch.no_grad():
        expected = network.method.confidence(network.features(images))[numbers.argsort()]
    assert np.allclose(frame["alpha"], expected, atol=1e-5)
    assert held_out_logits(toy.learner("baseline").network, toy.batches(), CPU)["alpha"].isna().all()


def test_predicting_changes_nothing(toy: Toy) -> None:
    learner = toy.learner("baseline")
    before = {name: value.clone() for name, value in learner.network.state_dict().items()}
    held_out_logits(learner.network, toy.batches(), CPU)
    assert all(torch.equal(value, before[name]) for name, value in learner.network.state_dict().items())


def test_examine_gives_confidence_and_distances_of_samples_with_action_units(toy: Toy) -> None:
    learner = toy.learner("ulc-ag")
    for epoch in range(2):
        train_epoch(learner, toy.batches(), epoch)
    frame = examine(learner, toy.batches())
    assert frame["number"].tolist() == list(range(56))
    assert frame["label"].tolist() == toy.truth.tolist()
    assert frame["alpha"].between(0, 1).all()
    assert (frame[DISTANCES].notna().all(axis=1).to_numpy() == toy.known.numpy()).all()
    method = learner.network.method
    with torch.no_grad():
        s, _ = method.action_units(learner.network.features(toy.images[:1]))
    expected = cosine_distances(s, method.memory["templates"].values, method.memory["templates"].known)
    assert np.allclose(frame[DISTANCES].iloc[0], expected[0].numpy(), atol=1e-4)


def test_an_arm_without_confidence_has_none(toy: Toy) -> None:
    learner = toy.learner("baseline")
    frame = examine(learner, toy.batches())
    assert frame["alpha"].isna().all()
    assert frame[DISTANCES].isna().all(axis=None)
    assert examine_templates(learner).empty


def test_a_template_is_at_no_distance_from_itself(toy: Toy) -> None:
    learner = toy.learner("ulc-ag", toy.truth % 6)
    train_epoch(learner, toy.batches(), 0)
    frame = examine_templates(learner)
    between = frame[DISTANCES].to_numpy()
    assert frame["class"].tolist() == list(range(7))
    assert np.allclose(between.diagonal()[:6], 0, atol=1e-5)
    assert np.allclose(between[:6, :6], between[:6, :6].T, atol=1e-5)
    assert (between[:6, :6] + np.eye(6) > 1e-3).all()
    # class 6 has no sample
    assert np.isnan(between[6]).all()
    assert np.isnan(between[:, 6]).all()


def test_a_second_opinion_has_the_distances_and_the_confidences_that_it_judged_by(toy: Toy) -> None:
    learner = toy.learner("second-opinion")
    train_epoch(learner, toy.batches(), 0)
    frame = examine(learner, toy.batches())
    known = toy.known.numpy()
    expected = held_out_distances(toy.z.double().numpy(), toy.truth.numpy(), known, toy.folds.numpy(), len(CLASSES))
    assert np.allclose(frame.loc[known, DISTANCES], expected[known], atol=1e-4)
    assert frame.loc[~known, DISTANCES].isna().all(axis=None)
    assert np.allclose(frame["alpha"], learner.network.method.memory["opinion"].quality)
    assert examine_templates(learner).empty


@pytest.mark.parametrize(
    ("arm", "settings"),
    [
        *((name, {}) for name, settings in METHODS.items() if not settings.at_once),
        ("ulc-ag", {"branches": "target"}),
        ("ulc-ag", {"branches": "auxiliary"}),
        ("ulc-ag", {"branches": "auxiliary", "confidence": {"auxiliary_only": "none"}}),
    ],
)
def test_a_method_gives_what_its_settings_say(arm: str, settings: dict[str, Any], toy: Toy) -> None:
    learner = toy.learner(arm, settings=settings)
    frame = examine(learner, toy.batches())
    gives = learner.settings.settings.gives
    assert ("confidence" in gives) == frame["alpha"].notna().any()
    assert ("distances" in gives) == (learner.network.method.distances(learner.samples) is not None)
    assert ("templates" in gives) == (learner.network.method.template_distances(learner.samples) is not None)
    assert ("labels" in gives) == (learner.settings.settings.relabels_from is not None)
