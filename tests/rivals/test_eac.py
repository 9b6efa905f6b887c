"""EAC. Values after `official` are of the authors' code (github.com/zyh-uaiaaaa/Erasing-Attention-Consistency)."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.rivals.test_label_smoothing import batch_of
from tests.rivals.waves import waves
from ulcag.learning import Epoch, Samples
from ulcag.rivals.eac import Eac, attention, attention_inconsistency, erased
from ulcag.rivals.eac_settings import EacSettings


def test_attention_by_hand() -> None:
    maps = torch.tensor([[[[1.0, 2.0]], [[0.0, 10.0]]]])
    weights = torch.tensor([[1.0, 0.0], [3.0, -1.0]], requires_grad=True)
    found = attention(maps, weights)
    assert found.tolist() == [[[[1.0, 2.0]], [[3.0, -4.0]]]]
    assert not found.requires_grad


def test_inconsistency_by_hand() -> None:
    left = torch.tensor([[[[1.0, 0.0]]]])
    assert attention_inconsistency(left, left).item() == 1
    assert attention_inconsistency(left, left.flip(3)).item() == 0


def test_inconsistency_is_that_of_the_official_code() -> None:
    maps, mirrored, weights = waves(2, 5, 7, 7), waves(2, 5, 7, 7, speed=0.7), waves(7, 5, speed=1.3)
    found = attention_inconsistency(attention(maps, weights), attention(mirrored, weights))
    official = 3.97044038772583
    assert found.item() == pytest.approx(official, rel=1e-5)


@given(dice=st.lists(st.floats(0, 0.999), min_size=4, max_size=4), side=st.integers(8, 40))
def test_a_rectangle_of_about_the_wanted_area_is_erased(dice: list[float], side: int) -> None:
    images = torch.arange(3 * side * side).remainder(251).to(torch.uint8).view(1, 3, side, side)
    found = erased(images, torch.tensor([[0.0, *dice]]), 0.5, (0.1, 0.25))
    changed = (found != images).any(dim=1)[0]
    colour = images.float().mean(dim=(2, 3)).round().to(torch.uint8)[0]
    assert (colour == found[0][:, changed].T).all()
    rows, columns = changed.any(1).nonzero().flatten(), changed.any(0).nonzero().flatten()
    area = len(torch.arange(rows[0], rows[-1] + 1)) * len(torch.arange(columns[0], columns[-1] + 1))
    assert 0.4 * 0.1 * side**2 - 2 <= area <= 1.6 * 0.25 * side**2 + 2
    assert torch.equal(erased(images, torch.tensor([[0.6, *dice]]), 0.5, (0.1, 0.25)), images)


def started(epoch: int, **settings: float) -> Eac:
    method = Eac(EacSettings(**settings), 5, torch.eye(2), seed=3)  # type: ignore[arg-type]
    given = torch.zeros(8, dtype=torch.int64)
    method.start_epoch(
        Epoch(epoch, lambda number: number, False), Samples(given, torch.zeros(8, 2), given.bool(), given)
    )
    return method


def pictures(n: int) -> torch.Tensor:
    return torch.arange(n * 3 * 64).remainder(251).to(torch.uint8).view(n, 3, 8, 8)


def test_pictures_come_with_their_mirror_images() -> None:
    images = pictures(4)
    shown = started(0, erase=0.0).pictures(images, torch.arange(4))
    assert torch.equal(shown, torch.cat([images, images.flip(3)]))


def test_what_is_erased_is_decided_by_epoch_and_sample() -> None:
    images, numbers = pictures(8), torch.arange(8)
    whole, again, other = (started(epoch, erase=1.0).pictures(images, numbers) for epoch in (1, 1, 2))
    assert torch.equal(whole, again)
    assert not torch.equal(whole, other)
    half = started(1, erase=1.0).pictures(images[4:], numbers[4:])
    assert torch.equal(half, torch.cat([whole[4:8], whole[12:]]))
    # not the same place in both
    assert not torch.equal(whole[8:].flip(3), whole[:8])


def test_a_step_is_cross_entropy_on_the_first_picture_and_consistency_with_the_second() -> None:
    method, classifier, labels = started(0, weight=2.0), nn.Linear(5, 7, bias=False), torch.arange(4)
    maps, mirrored = waves(4, 5, 3, 3), waves(4, 5, 3, 3, speed=0.7)
    step = method.step(classifier, torch.cat([maps, mirrored]), batch_of(labels))
    torch.testing.assert_close(step.classification, F.cross_entropy(classifier(maps.mean((2, 3))), labels))
    unlike = attention_inconsistency(attention(maps, classifier.weight), attention(mirrored, classifier.weight))
    torch.testing.assert_close(step.loss, step.classification + 2 * unlike)
    perfect = method.step(classifier, torch.cat([maps, maps.flip(3)]), batch_of(labels))
    torch.testing.assert_close(perfect.loss, perfect.classification)
