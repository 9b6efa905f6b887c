"""What a backbone says of images before anything is trained."""

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from ulcag.backbones import backbone_named
from ulcag.config import TrainingSettings, TrainSettings
from ulcag.faces.shard import Crops
from ulcag.training.data import EpochBatches, FaceImages, Part, make_loader
from ulcag.training.device import ready_device
from ulcag.training.network import Network, memory_format
from ulcag.training.predict import features_of

# Images in a batch: has no influence on a result.
_BATCH = 256


def images_as_they_are(crops: Crops, part: Part, training: TrainingSettings, device: torch.device) -> DataLoader:
    """A loader of all images of a part, in order, without augmentation."""
    images = FaceImages(crops, part, training, None)
    return make_loader(images, EpochBatches(len(part), _BATCH), training.loader_workers, device)


def first_features(
    network: Network, images: DataLoader, n: int, training: TrainingSettings, device: torch.device, what: str
) -> Tensor:
    """Features (n, D) of n training images, under a progress bar called `what`; the backbone is calibrated to them."""
    f = torch.empty(n, network.classifier.in_features, device=device)
    for numbers, features in features_of(network, images, device, what=what):
        f[numbers] = features
    return backbone_named(training.backbone).calibrate(network.backbone, f)


def frozen_features(training: TrainingSettings, crops: Crops, part: Part, seed: int, what: str) -> Tensor:
    """Features (n, D) of the images of a part by a backbone as it starts, on the device of the settings.

    Args:
        training: the backbone, its weights and images, the device.
        crops: the images.
        part: which of them.
        seed: of weights that are drawn, where the backbone starts with none.
        what: of the progress bar.

    Raises:
        InputError: the backbone's weights cannot be read, or the device is not there.
    """
    device = ready_device(training.device, training.threads)
    settings = TrainSettings.read({"method": "baseline", "training": training.plain()})
    network = Network(settings, np.zeros((0, 0)), seed)
    network = network.to(device).to(memory_format=memory_format(device, torch.float32, training.image_size))
    images = images_as_they_are(crops, part, training, device)
    return first_features(network, images, len(part), training, device, what)
