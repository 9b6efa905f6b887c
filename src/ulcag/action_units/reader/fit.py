"""Fits the head, a small network, to features of faces whose action units are known.

What tells a rendered face from a photograph is in the features, too. So much of them is left out in every step: no
feature can be relied on, and a unit is spread over thousands of them.
"""

from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulcag.action_units.reader.head import HIGHEST, Head
from ulcag.progress import progress

HIDDEN, EPOCHS, BATCH = 96, 32, 256
# Part of the features, and of the hidden units, that a step does without.
_DROPOUT, _DROPOUT_HIDDEN = 0.9, 0.2
_RATE, _DECAY = 1e-3, 0.05
# Of the median spread: a feature that hardly varies would be blown up.
_LEAST_SPREAD = 0.1
# One person in so many is left out for a first fit, which says how good the second one is.
_LEFT_OUT = 5


def fit_head(units: tuple[str, ...], x: np.ndarray, y: np.ndarray, person: np.ndarray) -> tuple[Head, np.ndarray]:
    """Fit to people but for one in five, then to all.

    Args:
        units: M names.
        x: (n, D) float32 features; standardised in place.
        y: (n, M) intensities.
        person: (n,) number of the person that each sample is of.

    Returns:
        The head, fitted to all, and (M,) Pearson's r of the first fit for people who were left out.
    """
    mean = x.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = x.std(axis=0, dtype=np.float64).astype(np.float32)
    spread = np.maximum(spread, max(_LEAST_SPREAD * float(np.median(spread)), 1e-6)).astype(np.float32)
    x -= mean
    x /= spread
    out = person % _LEFT_OUT == 0
    read = _predicted(_fit(units, x[~out], y[~out]), x[out])
    return replace(_fit(units, x, y), mean=mean, spread=spread), correlations(np.clip(read, 0, HIGHEST), y[out])


def correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Pearson's r of each column of (n, M) with that of the other; NaN where one is constant."""
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    spread = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    return np.divide((a * b).sum(axis=0), spread, out=np.full(a.shape[1], np.nan), where=spread > 0)


def _fit(units: tuple[str, ...], x: np.ndarray, y: np.ndarray) -> Head:
    """A head for standardised features."""
    centre, scale = y.mean(axis=0), np.maximum(y.std(axis=0), 1e-6)
    network = fit_network(torch.from_numpy(x), torch.from_numpy(((y - centre) / scale).astype(np.float32)))
    first, second = network[1], network[4]
    assert isinstance(first, nn.Linear) and isinstance(second, nn.Linear)
    weights = [part.detach().numpy() for part in (first.weight, first.bias, second.weight, second.bias)]
    return Head(
        units,
        mean=np.zeros(x.shape[1], np.float32),
        spread=np.ones(x.shape[1], np.float32),
        first=np.ascontiguousarray(weights[0].T),
        first_bias=weights[1],
        second=(weights[2].T * scale).astype(np.float32),
        bias=(weights[3] * scale + centre).astype(np.float32),
    )


def fit_network(x: Tensor, y: Tensor) -> nn.Sequential:
    """D -> HIDDEN -> M, by least squares, from the same seed each time.

    Args:
        x: (n, D) features, standardised.
        y: (n, M) targets, standardised.
    """
    before = torch.get_rng_state()
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Dropout(_DROPOUT),
        nn.Linear(x.shape[1], HIDDEN),
        nn.ReLU(),
        nn.Dropout(_DROPOUT_HIDDEN),
        nn.Linear(HIDDEN, y.shape[1]),
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    steps = max(1, len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=EPOCHS * steps)
    for _ in progress(range(EPOCHS), what="fitting", unit="epoch", total=EPOCHS):
        order = torch.randperm(len(x))
        for step in range(steps):
            batch = order[step * BATCH : (step + 1) * BATCH]
            loss = F.mse_loss(network(x[batch]), y[batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    torch.set_rng_state(before)
    return network.eval()


def _predicted(head: Head, x: np.ndarray) -> np.ndarray:
    """What a head says of standardised features (n, D)."""
    return np.maximum(x @ head.first + head.first_bias, 0) @ head.second + head.bias
