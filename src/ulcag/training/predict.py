"""What a network says of images, without training it."""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from ulcag.progress import progress
from ulcag.training.epoch import Learner
from ulcag.training.network import Network
from ulcag.training.tables import DISTANCES, LOGITS


@torch.no_grad()
def features_of(
    network: Network, batches: Iterable[tuple[Tensor, Tensor]], device: torch.device, *, what: str
) -> Iterator[tuple[Tensor, Tensor]]:
    """Numbers (N,) and features (N, D) of batches of images, in fp32, under a progress bar called `what`."""
    network.eval()
    for images, numbers in progress(batches, what=what, unit="batch"):
        yield numbers.to(device), network.features(images.to(device))


@torch.no_grad()
def held_out_logits(network: Network, batches: Iterable[tuple[Tensor, Tensor]], device: torch.device) -> pd.DataFrame:
    """Unweighted logits, for inference needs neither alpha nor gamma, and alpha, float32, a row a sample.

    In fp32 and with the statistics of batch normalisation fixed, so that batches do not change a result.
    """
    network.eval()
    frames = []
    for images, numbers in batches:
        f = network.features(images.to(device))
        frame = pd.DataFrame(network.classifier(f).cpu().numpy(), columns=LOGITS)
        frame.insert(0, "number", numbers.numpy())
        frames.append(frame.assign(alpha=_alpha(network, f)))
    return pd.concat(frames, ignore_index=True)


@torch.no_grad()
def examine(learner: Learner, batches: Iterable[tuple[Tensor, Tensor]]) -> pd.DataFrame:
    """Confidence, logits and distances to the templates of every training sample, as rows of `train_state`.

    Args:
        learner: its network is put in evaluation mode.
        batches: images without augmentation, and sample numbers.
    """
    network, samples = learner.network, learner.samples
    device = samples.labels.device
    network.eval()
    distances_of = network.method.distances(samples)
    frames = []
    for images, numbers in batches:
        here = numbers.to(device)
        f = network.features(images.to(device))
        frame = pd.DataFrame(network.classifier(f).cpu().numpy(), columns=LOGITS)
        frame.insert(0, "number", numbers.numpy())
        frame["label"] = samples.labels[here].cpu().numpy()
        quality = network.method.quality(here)
        frame["alpha"] = _alpha(network, f) if quality is None else quality.cpu().numpy()
        distances = torch.full((len(f), len(DISTANCES)), torch.inf, device=device)
        if distances_of is not None:
            distances = distances_of(f, here)
        frame[DISTANCES] = _without_infinity(distances.masked_fill(~samples.known[here, None], torch.inf))
        frames.append(frame)
    return pd.concat(frames, ignore_index=True).sort_values("number", ignore_index=True)


@torch.no_grad()
def examine_templates(learner: Learner) -> pd.DataFrame:
    """How far the templates are from each other, as rows of `templates`; none for an arm without any."""
    distances = learner.network.method.template_distances(learner.samples)
    if distances is None:
        return pd.DataFrame(columns=["class", *DISTANCES]).astype(
            {"class": "int64"} | dict.fromkeys(DISTANCES, "float32")
        )
    # a class without template is far from all, and all are far from it
    distances = distances.masked_fill(distances.diagonal().isinf()[:, None], torch.inf)
    frame = pd.DataFrame(_without_infinity(distances), columns=DISTANCES)
    frame.insert(0, "class", range(len(frame)))
    return frame


def _alpha(network: Network, f: Tensor) -> np.ndarray:
    """Not-a-number where the method has no confidence."""
    alpha = network.method.alpha(f)
    return np.full(len(f), np.nan, dtype=np.float32) if alpha is None else np.asarray(alpha.cpu().numpy())


def _without_infinity(distances: Tensor) -> np.ndarray:
    """A template that does not exist is infinitely far; in a table it is a missing value."""
    return np.asarray(torch.where(distances.isinf(), torch.nan, distances).cpu().numpy())
