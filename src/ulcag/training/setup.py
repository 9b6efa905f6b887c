"""What a training needs before its first epoch: device, network, optimiser, loaders."""

from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from ulcag.backbones import backbone_named
from ulcag.backbones.backbone import Backbone
from ulcag.config import Run, TrainingSettings, TrainSettings
from ulcag.errors import InputError
from ulcag.learning import FirstLook, Samples
from ulcag.softmax_regression import fit_classifier
from ulcag.training.data import EpochBatches, FaceImages, RunData, make_loader
from ulcag.training.device import PRECISIONS, backbone_dtype, ready_device
from ulcag.training.epoch import Learner
from ulcag.training.features import first_features, images_as_they_are
from ulcag.training.network import Network, memory_format
from ulcag.training.processes import Processes


@dataclass
class Setup:
    """A training that is ready to start.

    Attributes:
        learner: what is trained.
        data: its samples.
        train_batches: the order of batches; the epoch is set there.
        train, train_as_is, held_out: loaders of training images with and without augmentation, and of the others.
        device: where it computes.
        start: (n, D) features of all training images before the first epoch, for a method that is fitted to them.
    """

    learner: Learner
    data: RunData
    train_batches: EpochBatches
    train: DataLoader
    train_as_is: DataLoader
    held_out: DataLoader
    device: torch.device
    start: Tensor | None = None

    @property
    def network(self) -> Network:
        """The learner's."""
        return self.learner.network

    @property
    def processes(self) -> Processes:
        """The learner's."""
        return self.learner.processes

    @property
    def precision(self) -> str:
        """The name of what the backbone computes in."""
        return next(name for name, dtype in PRECISIONS.items() if dtype == self.learner.dtype)

    def named(self, frame: pd.DataFrame, *, held_out: bool = False) -> pd.DataFrame:
        """Sample ids in place of numbers."""
        part = self.data.held_out if held_out else self.data.train
        ids = [part.sample_ids[int(number)] for number in frame["number"]]
        return frame.drop(columns="number").assign(sample_id=pd.Series(ids, dtype="str"))


def set_up(run: Run, settings: TrainSettings, data: RunData) -> Setup:
    """Everything that a training needs, on its device.

    Raises:
        InputError: fewer samples than a batch has, a device that is not there, or processes that do not fit the
            settings.
    """
    training, processes = settings.training, Processes.started()
    _check(run, settings, data, processes)
    device = ready_device(training.device, training.threads, processes.local)
    processes.join(device)
    dtype = backbone_dtype(training.precision, device)

    network = Network(settings, data.edges, run.seed)
    network = network.to(device).to(memory_format=memory_format(device, dtype, training.image_size))
    if processes.number > 1 and training.sync_batch_norm and device.type == "cuda":
        network = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]

    train_batches = EpochBatches(len(data.train), training.batch_size, shuffle_seed=run.seed, processes=processes)
    augmented = FaceImages(data.crops, data.train, training, run.seed)
    train = make_loader(augmented, train_batches, training.loader_workers, device)
    train_as_is = images_as_they_are(data.crops, data.train, training, device)
    held_out = images_as_they_are(data.crops, data.held_out, training, device)

    given = data.labels.to(device)
    samples = Samples(given, data.z.to(device), data.known.to(device), given.clone())
    method, f = settings.settings, None
    if _starts_from_features(settings):
        f = first_features(network, train_as_is, len(data.train), training, device, f"{run.path}, features")
    if training.classifier_start == "linear" and not method.at_once:
        assert f is not None
        fit_classifier(network.classifier, f, given, run.seed)
    look = None
    if method.looks_first:
        assert f is not None
        look = FirstLook(f, data.points.to(device), data.folds.to(device))
    learner = Learner(settings, network, make_optimiser(network, training), samples, dtype, processes, look)
    start = f if method.at_once else None
    return Setup(learner, data, train_batches, train, train_as_is, held_out, device, start)


def _starts_from_features(settings: TrainSettings) -> bool:
    """Whether anything starts from the features of the training images."""
    training, method = settings.training, settings.settings
    calibrates = type(backbone_named(training.backbone)).calibrate is not Backbone.calibrate
    return training.classifier_start == "linear" or method.at_once or method.looks_first or calibrates


def make_optimiser(network: Network, training: TrainingSettings) -> torch.optim.Optimizer:
    """AdamW or SGD over the network's groups of parameters."""
    groups = network.parameter_groups(training)
    if training.optimiser == "adamw":
        return torch.optim.AdamW(groups, weight_decay=training.weight_decay)
    return torch.optim.SGD(groups, momentum=training.momentum, weight_decay=training.weight_decay)


def _check(run: Run, settings: TrainSettings, data: RunData, processes: Processes) -> None:
    training, at_once = settings.training, settings.settings.at_once
    if len(data.train) < training.batch_size and not at_once:
        raise InputError(
            f"run {run.path}",
            expected=f"at least one batch of {training.batch_size} training samples",
            found=f"{len(data.train)} samples with a face ({data.left_out['train']} without one)",
            do="lower training.batch_size",
        )
    if training.batch_size % processes.number or processes.number != training.processes:
        expected = f"training.processes: {processes.number}, and a batch_size divisible by it"
        found = f"{training.processes} and {training.batch_size}"
        do = f"start it with torchrun --nproc-per-node={training.processes}, as Snakemake does"
        raise InputError(f"run {run.path}, {processes.number} processes", expected=expected, found=found, do=do)
    if processes.number > 1 and training.device.startswith("cuda:"):
        do = "set training.device: auto or cuda"
        raise InputError("training.device", expected="a GPU for each process", found=training.device, do=do)
