"""What a network says of images, without training it."""

from collections.abc import Iterable

import pandas as pd
import torch
from torch import Tensor

from ulcag.method import RunningMean, Templates, cosine_distances
from ulcag.training.network import Network
from ulcag.training.tables import DISTANCES, LOGITS


@torch.no_grad()
def held_out_logits(network: Network, batches: Iterable[tuple[Tensor, Tensor]], device: torch.device) -> pd.DataFrame:
    """Unweighted logits, float32, a row a sample: inference needs neither alpha nor gamma.

    In fp32 and with the statistics of batch normalisation fixed, so that batches do not change a result.
    """
    network.eval()
    rows, numbers_seen = [], []
    for images, numbers in batches:
        rows.append(network.classifier(network.features(images.to(device))).cpu())
        numbers_seen.append(numbers)
    frame = pd.DataFrame(torch.cat(rows).numpy(), columns=LOGITS)
    frame.insert(0, "number", torch.cat(numbers_seen).numpy())
    return frame


@torch.no_grad()
def examine(
    network: Network,
    templates: Templates | None,
    mean: RunningMean,
    batches: Iterable[tuple[Tensor, Tensor]],
    labels: Tensor,
    known: Tensor,
) -> pd.DataFrame:
    """Confidence, logits and distances to the templates of every training sample, as rows of `train_state`.

    Args:
        network: in whatever mode; it is put in evaluation mode.
        templates, mean: as they stand; None where the arm has no auxiliary branch.
        batches: images without augmentation, and sample numbers.
        labels: (n,) current labels.
        known: (n,) bool; a sample without usable action units has no distances.
    """
    network.eval()
    frames = []
    for images, numbers in batches:
        f = network.features(images.to(labels.device))
        frame = pd.DataFrame(network.classifier(f).cpu().numpy(), columns=LOGITS)
        frame.insert(0, "number", numbers.numpy())
        frame["label"] = labels[numbers.to(labels.device)].cpu().numpy()
        frame["alpha"] = None if network.confidence is None else network.confidence(f).cpu().numpy()
        distances = torch.full((len(f), len(DISTANCES)), torch.inf)
        if network.action_units is not None and templates is not None:
            s = mean.centred(network.action_units(f)[0])
            distances = cosine_distances(s, templates.values, templates.known).cpu()
            distances[~known[numbers.to(known.device)].cpu()] = torch.inf
        # a template that does not exist is infinitely far; in the table it is a missing value
        frame[DISTANCES] = torch.where(distances.isinf(), torch.nan, distances).numpy()
        frames.append(frame)
    return pd.concat(frames, ignore_index=True).sort_values("number", ignore_index=True)
