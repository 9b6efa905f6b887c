"""Eq. 8."""

import pytest
import torch

from ulcag.method.templates import Templates, batch_templates

S = torch.tensor([[1.0, 0.0], [3.0, 2.0], [5.0, 5.0], [0.0, 4.0]])
LABELS = torch.tensor([0, 0, 0, 1])
ALPHA = torch.tensor([1.0, 0.5, 0.9, 0.25])
USE = torch.tensor([True, True, False, True])


def test_batch_templates_by_hand() -> None:
    # Class 0: (1.0 (1, 0) + 0.5 (3, 2)) / 2, the third sample is not used; class 1: 0.25 (0, 4) / 1.
    values, here = batch_templates(S, LABELS, ALPHA, USE, 3)
    assert values.tolist() == [[1.25, 0.5], [0.0, 1.0], [0.0, 0.0]]
    assert here.tolist() == [True, True, False]


def test_a_class_the_batch_lacks_keeps_its_template() -> None:
    templates = Templates(3, 2)
    templates.update(S, LABELS, ALPHA, USE)
    templates.update(torch.tensor([[7.0, 7.0]]), torch.tensor([2]), torch.ones(1), torch.tensor([True]))
    assert templates.values.tolist() == [[1.25, 0.5], [0.0, 1.0], [7.0, 7.0]]
    assert templates.known.tolist() == [True, True, True]


def test_a_class_never_seen_is_not_known() -> None:
    templates = Templates(3, 2)
    templates.update(S, LABELS, ALPHA, USE)
    assert templates.known.tolist() == [True, True, False]


def test_ema_starts_at_the_first_value_and_blends_after() -> None:
    templates = Templates(1, 1, update="ema", momentum=0.75)
    for value in (4.0, 8.0):
        templates.update(torch.tensor([[value]]), torch.tensor([0]), torch.ones(1), torch.tensor([True]))
    assert templates.values.item() == 0.75 * 4 + 0.25 * 8


def test_epoch_templates_wait_for_the_end_and_equal_one_large_batch() -> None:
    templates = Templates(3, 2, update="epoch")
    for part in (slice(0, 2), slice(2, 4)):
        templates.update(S[part], LABELS[part], ALPHA[part], USE[part])
    assert not templates.known.any()
    templates.end_epoch()
    values, here = batch_templates(S, LABELS, ALPHA, USE, 3)
    assert torch.equal(templates.values, values)
    assert torch.equal(templates.known, here)
    templates.end_epoch()  # an epoch without samples changes nothing
    assert torch.equal(templates.values, values)


def test_templates_carry_no_gradient() -> None:
    templates = Templates(3, 2)
    templates.update(S.clone().requires_grad_(), LABELS, ALPHA, USE)
    assert not templates.values.requires_grad


def test_a_wrong_update_is_refused() -> None:
    with pytest.raises(ValueError, match="update must be batch, ema or epoch, got 'mean'"):
        Templates(3, 2, update="mean")
