"""Untrained runs, pictures of bright rectangles with a pattern in them, and a detector that sees them."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from tests.training.test_saved import write_run
from ulcag.faces.detect import Detection

# Each method, and ways to build its heads.
ARMS: dict[str, tuple[str, dict[str, Any]]] = {
    "baseline": ("baseline", {}),
    "scn": ("scn", {}),
    "target": ("target", {"confidence": {"learn_margin": True}}),
    "auxiliary": ("auxiliary", {"confidence": {"auxiliary_only": "none"}}),
    "both": ("ulc-ag", {}),
    "reading": ("ulc-ag", {"action_units": {"semantic": "node_mean", "classifier": "joint", "channels": 8}}),
    "opinion": ("second-opinion", {}),
    "mixtures": ("rul", {}),
    "regions": ("ran", {}),
    "networks": ("co-teaching", {}),
    "stages": ("dmue", {}),
}
WITH_BRANCH = ("auxiliary", "both", "reading")
BOXES = ((10, 10, 40, 50), (60, 30, 110, 90))


def see_bright(image: np.ndarray) -> list[Detection]:
    """Every bright rectangle is a face, from left to right."""
    n, _, stats, _ = cv2.connectedComponentsWithStats((image[:, :, 0] > 150).astype(np.uint8))
    boxes = sorted((float(x), float(y), float(x + w), float(y + h)) for x, y, w, h, _ in stats[1:n])
    return [Detection(box, 0.9 + 0.01 * i, np.zeros((5, 2))) for i, box in enumerate(boxes)]


def picture(*boxes: tuple[int, int, int, int], seed: int = 0) -> np.ndarray:
    """(100, 120, 3), dark but for the boxes."""
    image = np.zeros((100, 120, 3), dtype=np.uint8)
    random = np.random.default_rng(seed)
    for x0, y0, x1, y1 in boxes:
        image[y0:y1, x0:x1] = random.integers(180, 256, (y1 - y0, x1 - x0, 3))
    return image


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("runs")
    for name, (arm, settings) in ARMS.items():
        write_run(folder / name, arm, **settings)
    return {name: folder / name for name in ARMS}


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Two faces, one, none, and a text file in a folder within."""
    folder = tmp_path / "images"
    (folder / "within").mkdir(parents=True)
    Image.fromarray(picture(*BOXES)).save(folder / "a_two.png")
    Image.fromarray(picture(BOXES[0], seed=1)).save(folder / "b_one.PNG")
    Image.fromarray(picture()).save(folder / "within" / "c_none.png")
    (folder / "within" / "d_text.jpg").write_text("no picture")
    (folder / "notes.txt").write_text("not looked at")
    return folder
