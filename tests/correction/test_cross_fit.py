"""Opinions of those who have not seen the label."""

import torch

from ulcag.correction.cross_fit import cross_fitted


def two_classes(n: int = 80) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Features that tell the two classes, labels, and four folds."""
    random = torch.Generator().manual_seed(0)
    labels = torch.arange(n) % 2
    f = torch.nn.functional.one_hot(labels, 2) + 0.3 * torch.randn(n, 2, generator=random)
    return f, labels, torch.arange(n) // 2 % 4


def test_a_wrong_label_has_no_part_in_what_is_said_of_it() -> None:
    f, labels, folds = two_classes()
    p = cross_fitted(f, labels, folds, 2, seed=0)
    assert (p.argmax(dim=1) == labels).float().mean() > 0.9
    # a fold's own labels decide nothing but the penalty, of which there are a few to choose from
    changed = torch.where(folds == 1, 1 - labels, labels)
    again = cross_fitted(f, changed, folds, 2, seed=0)
    assert (again[folds == 1].argmax(dim=1) == labels[folds == 1]).float().mean() > 0.9


def test_who_looks_like_nobody_else_is_told_nothing_by_its_own_label() -> None:
    # each sample has a feature of its own: a classifier that has seen its label knows it, another one knows nothing
    labels = torch.arange(40) % 2
    p = cross_fitted(torch.eye(40), labels, torch.arange(40) // 2 % 4, 2, seed=0)
    torch.testing.assert_close(p, torch.full_like(p, 0.5))


def test_the_order_of_the_folds_names_changes_nothing() -> None:
    f, labels, folds = two_classes()
    torch.testing.assert_close(cross_fitted(f, labels, folds, 2, seed=0), cross_fitted(f, labels, 3 - folds, 2, seed=0))


def test_one_fold_alone_says_nothing() -> None:
    f, labels, folds = two_classes()
    assert (cross_fitted(f, labels, torch.zeros_like(folds), 2, seed=0) == 0.5).all()
