"""Logistic regression over several classes, without bias:

min_W  1/n sum_i -log softmax(W^T f_i)[y_i] + penalty / 2 |W|^2
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Tried where none is given, from strong to weak: each starts from the weights of the one before.
PENALTIES = (5.0, 1.5, 0.5, 0.15, 0.05)
# One sample in so many is held out to choose by.
_HELD_OUT = 5
# Numbers in the features of a fit that is left to the CPU. It takes a thousand small steps, each of which waits for the
# one before: where several runs share a GPU they wait for each other, too.
_ON_CPU = 20_000_000


def fit_classifier(classifier: nn.Linear, f: Tensor, labels: Tensor, seed: int, penalty: float | None = None) -> float:
    """Fit a layer without bias in place.

    Args:
        classifier: from D features to C classes.
        f: (n, D).
        labels: (n,).
        seed: decides what is held out to choose a penalty by.
        penalty: None: the one that predicts held-out labels best.

    Returns:
        The mean cross entropy of the labels, without the penalty.
    """
    weights = torch.zeros_like(classifier.weight)
    if penalty is None:
        penalty = chosen_penalty(f, labels, classifier.out_features, seed)
    loss = fit_softmax(f, labels, weights, penalty)
    with torch.no_grad():
        classifier.weight.copy_(weights)
    return loss


def chosen_penalty(f: Tensor, labels: Tensor, classes: int, seed: int) -> float:
    """The penalty whose fit gives held-out labels the lowest cross entropy.

    Args:
        f: (n, D).
        labels: (n,).
        classes: C.
        seed: decides what is held out.
    """
    order = torch.randperm(len(f), generator=torch.Generator().manual_seed(seed)).to(f.device)
    held_out, rest = order[: len(f) // _HELD_OUT], order[len(f) // _HELD_OUT :]
    if not len(held_out):
        return PENALTIES[0]
    weights, losses = torch.zeros(classes, f.shape[1], device=f.device), []
    for penalty in PENALTIES:
        fit_softmax(f[rest], labels[rest], weights, penalty)
        losses.append(F.cross_entropy(f[held_out] @ weights.T, labels[held_out]).item())
    return PENALTIES[min(range(len(losses)), key=losses.__getitem__)]


def fit_softmax(f: Tensor, labels: Tensor, weights: Tensor, penalty: float, counts: Tensor | None = None) -> float:
    """Fit `weights` (C, D), from what they are and in place, to features (n, D) and labels (n,).

    Args:
        f: (n, D).
        labels: (n,).
        weights: (C, D).
        penalty: of squared weights.
        counts: (n,) how much each sample counts; None: all alike.

    Returns:
        The mean cross entropy of the labels, without the penalty.
    """
    if f.numel() <= _ON_CPU:
        f, labels, counts = f.cpu(), labels.cpu(), None if counts is None else counts.cpu()
    w = weights.to(f.device, copy=True).requires_grad_()
    optimiser = torch.optim.LBFGS([w], max_iter=200, tolerance_grad=1e-6, line_search_fn="strong_wolfe")

    def loss() -> float:
        optimiser.zero_grad()
        value = _cross_entropy(f @ w.T, labels, counts) + penalty / 2 * w.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value.item()

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        weights.copy_(w)
        return _cross_entropy(f @ w.T, labels, counts).item()


def _cross_entropy(logits: Tensor, labels: Tensor, counts: Tensor | None) -> Tensor:
    if counts is None:
        return F.cross_entropy(logits, labels)
    return (counts * F.cross_entropy(logits, labels, reduction="none")).sum() / counts.sum()
