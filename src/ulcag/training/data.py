"""What a run trains on and is judged by, and the loaders that bring its images."""

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import parent_process
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler, default_collate

from ulcag.action_units.presence import measured_units, presence
from ulcag.config import TrainingSettings
from ulcag.errors import InputError
from ulcag.faces.shard import Crops
from ulcag.graph.table import CoOccurrence
from ulcag.samples.folds import parts_of, split_fold
from ulcag.tables import rows_of
from ulcag.training.augment import augment, random_shift, sample_generator
from ulcag.training.processes import Processes

# Parts of the training samples, for a method that hears of each from the others.
_PARTS = 4


@dataclass(frozen=True)
class Part:
    """Samples in the order of their ids.

    Attributes:
        sample_ids: n names.
        places: (n, 2) shard and row of each crop.
    """

    sample_ids: list[str]
    places: np.ndarray

    def __len__(self) -> int:
        return len(self.sample_ids)


@dataclass(frozen=True)
class RunData:
    """Everything a run is given.

    Attributes:
        train, held_out: the samples.
        labels: (n_train,) int64, the given labels, noise included.
        z: (n_train, M) float32 pseudo labels of the action units.
        known: (n_train,) bool, whether z and points may be used.
        points: (n_train, P) float64, all that was measured of action units.
        folds: (n_train,) int64, as in `learning.FirstLook`.
        left_out: samples without a stored crop, by part.
        units: names of the M action units.
        edges: (M, M) co-occurrence matrix of Eq. 5.
        crops: the images of both.
        inputs: name to SHA-256 of what all of this was read from.
    """

    train: Part
    held_out: Part
    labels: Tensor
    z: Tensor
    known: Tensor
    points: Tensor
    folds: Tensor
    left_out: dict[str, int]
    units: tuple[str, ...]
    edges: np.ndarray
    crops: Crops
    inputs: dict[str, str]


def gather_run_data(
    samples: pd.DataFrame,
    noise: pd.DataFrame,
    faces: pd.DataFrame,
    action_units: pd.DataFrame,
    graph: CoOccurrence,
    fold: str,
    crops: Crops,
    inputs: dict[str, str],
) -> RunData:
    """Join the tables for one fold, by sample id. Samples whose picture gave no crop are left out, and counted.

    Raises:
        InputError: a table lacks a sample, a part has no sample left, or the graph has other action units.
    """
    samples = samples.sort_values("sample_id", ignore_index=True)
    parts, left_out = [], {}
    for name, rows in zip(("train", "held_out"), split_fold(samples, fold), strict=True):
        parts.append(part_with_faces(samples["sample_id"].iloc[rows], faces, f"part '{name}' of fold '{fold}'"))
        left_out[name] = len(rows) - len(parts[-1])
    train, held_out = parts
    ids = pd.Series(train.sample_ids)
    measured = rows_of(action_units, ids, "action_units")
    units, z, known = presence(measured, graph.settings)
    if not known.any():
        units, z = graph.names, np.zeros((len(ids), len(graph.names)), dtype=np.float32)
    if units != graph.names:
        expected = f"the action units {', '.join(units)}"
        raise InputError("cooccurrence", expected=expected, found=", ".join(graph.names))
    return RunData(
        train=train,
        held_out=held_out,
        labels=torch.from_numpy(rows_of(noise, ids, "noise")["label"].to_numpy(dtype=np.int64, copy=True)),
        z=torch.from_numpy(z),
        known=torch.tensor(known),
        points=torch.from_numpy(measured_units(measured)[0]),
        folds=torch.from_numpy(parts_of(rows_of(samples, ids, "samples"), _PARTS)),
        left_out=left_out,
        units=graph.names,
        edges=graph.matrix,
        crops=crops,
        inputs=inputs,
    )


def part_with_faces(sample_ids: pd.Series, faces: pd.DataFrame, what: str) -> Part:
    """Those of some samples that have a stored crop, in their order.

    Args:
        sample_ids: sorted.
        faces: rows of the faces table.
        what: what they are, for the error.

    Raises:
        InputError: the table lacks a sample, or no sample has a crop.
    """
    found = rows_of(faces, sample_ids, "faces")
    usable = found[found["row"].notna()]
    if usable.empty:
        do = "see the column status of faces.parquet; for face crops, set faces.source: whole_image"
        raise InputError(what, expected="samples with a face", found=f"none of {len(found)}", do=do)
    return Part(usable["sample_id"].tolist(), usable[["shard", "row"]].to_numpy(dtype=np.int64))


class FaceImages(Dataset[tuple[Tensor, int]]):
    """Crops as (H, W, 3) uint8, with the sample's number. Holds no label: workers would keep stale copies."""

    def __init__(self, crops: Crops, part: Part, settings: TrainingSettings, augment_seed: int | None) -> None:
        self.crops = crops
        self.places = part.places
        # Not as a list: each worker is sent a copy.
        self.sample_ids = pa.array(part.sample_ids, pa.string())
        self.settings = settings
        self.augment_seed = augment_seed
        self.fill = np.round(np.array(settings.mean) * 255).astype(np.uint8)

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, key: tuple[int, int]) -> tuple[Tensor, int]:
        epoch, number = key
        shard, row = self.places[number]
        which = int(shard), int(row), self.sample_ids[number].as_py()
        size, changes = self.settings.image_size, self.settings.augmentation
        if self.augment_seed is None:
            image = self.crops.tight(*which, size)
        else:
            random = sample_generator(self.augment_seed, epoch, number)
            image = self.crops.tight(*which, size, random_shift(changes, random))
            image = augment(image, changes, self.fill, random)
        return torch.from_numpy(image), number

    def __getitems__(self, keys: Sequence[tuple[int, int]]) -> list[tuple[Tensor, int]] | InputError:
        """Several of them. An error is handed over, not raised: torch would bring no more than its text."""
        try:
            return [self[key] for key in keys]
        except InputError as error:
            return error


class EpochBatches(Sampler[list[tuple[int, int]]]):
    """Batches of (epoch, number), or this process's part of them. `epoch` can be set between epochs."""

    def __init__(
        self, n: int, batch_size: int, *, shuffle_seed: int | None = None, processes: Processes | None = None
    ) -> None:
        self.n, self.batch_size, self.shuffle_seed = n, batch_size, shuffle_seed
        self.processes = processes or Processes()
        self.epoch = 0

    def __len__(self) -> int:
        # A last, smaller batch would have other confidence groups: it is dropped in training, kept otherwise.
        return self.n // self.batch_size if self.shuffle_seed is not None else -(-self.n // self.batch_size)

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        order = np.arange(self.n)
        if self.shuffle_seed is not None:
            order = np.random.default_rng((self.shuffle_seed, self.epoch)).permutation(self.n)
        for batch in range(len(self)):
            numbers = order[batch * self.batch_size : (batch + 1) * self.batch_size]
            yield [(self.epoch, int(number)) for number in self.processes.part(numbers.tolist())]


def make_loader(images: FaceImages, batches: EpochBatches, workers: int, device: torch.device) -> DataLoader:
    """A loader of (images (N, 3, H, W) uint8, colours last in memory, numbers (N,) int64)."""
    return _Loader(
        images,
        batch_sampler=batches,
        collate_fn=_collate,
        num_workers=workers,
        persistent_workers=workers > 0,
        worker_init_fn=_end_with_parent if workers else None,
        pin_memory=device.type == "cuda",
        # Forking a process that runs threads can dead-lock.
        multiprocessing_context="spawn" if workers else None,
    )


def _end_with_parent(_: int) -> None:
    """End a loader process when the training is killed. torch's own look at the parent takes whoever adopts the process
    for it, if that was killed while the loader process was still starting; it would stay for ever."""
    parent = parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


class _Loader(DataLoader[Any]):
    """Raises what a loader process could not."""

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        for batch in super().__iter__():
            if isinstance(batch, InputError):
                raise batch
            yield batch


def _collate(items: list[tuple[Tensor, int]] | InputError) -> tuple[Tensor, Tensor] | InputError:
    """Images as they lie in memory: to sort their colours would take a loader longer than to decode them."""
    if isinstance(items, InputError):
        return items
    images, numbers = default_collate(items)
    return images.permute(0, 3, 1, 2), numbers
