"""One call from a picture to faces with expression, confidence and action units."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

import ulcag
from tests.faces.conftest import leaning
from tests.prediction.conftest import BOXES, WITH_BRANCH, picture, see_bright
from ulcag.classes import CLASSES
from ulcag.config import FacesSettings
from ulcag.errors import InputError
from ulcag.evaluation.metrics import softmax
from ulcag.faces.detect import Detection, NotSearchedError
from ulcag.faces.run import crop_shard
from ulcag.faces.shard import crops_of
from ulcag.files import read_json, write_json
from ulcag.prediction.predictor import Predictor
from ulcag.training.data import EpochBatches, FaceImages, Part, make_loader
from ulcag.training.predict import held_out_logits
from ulcag.training.saved import load_run
from ulcag.training.tables import LOGITS


def see_leaning(image: np.ndarray) -> list[Detection]:
    """As `see_bright`, with landmarks of a face that leans by 15 degrees."""
    faces = see_bright(image)
    for face in faces:
        x0, y0, x1, y1 = face.box
        face.landmarks[:] = leaning(complex(x0 + x1, y0 + y1) / 2, y1 - y0, 15).landmarks
    return faces


def test_the_package_hands_it_out() -> None:
    assert ulcag.Predictor is Predictor
    with pytest.raises(AttributeError, match="no attribute 'Predicter'"):
        _ = ulcag.Predicter  # type: ignore[attr-defined]


@pytest.mark.parametrize("faces", [{"align": True}, {"align": False}, {"margin": 0.1}, {"longest_side": 64}])
def test_a_picture_gets_the_numbers_that_the_pipeline_gives_it(
    faces: dict[str, Any], runs: dict[str, Path], tmp_path: Path
) -> None:
    run, settings_of_faces = tmp_path / "run", FacesSettings.read({"shards": 1} | faces)
    shutil.copytree(runs["both"], run)
    write_json(run / "run.json", read_json(run / "run.json") | {"faces": settings_of_faces.plain()})
    boxes = (BOXES[1], (50, 30, 100, 90))
    for seed, box in enumerate(boxes):
        Image.fromarray(picture(box, seed=seed)).save(tmp_path / f"{seed}.png")
    paths = [str(tmp_path / f"{seed}.png") for seed in range(2)]
    samples = pd.DataFrame({"sample_id": ["0", "1"], "path": paths})
    table = tmp_path / "0.parquet"
    found = crop_shard(samples, 0, settings_of_faces, tmp_path / "0.arrow", table, {}, see_leaning)
    assert found["crop_turn"].notna().all() == settings_of_faces.align
    _, settings, network = load_run(run)
    part = Part(["0", "1"], np.array([[0, 0], [0, 1]]))
    images = FaceImages(crops_of(table), part, settings.training, None)
    cpu = torch.device("cpu")
    logits = held_out_logits(network, make_loader(images, EpochBatches(2, 2), 0, cpu), cpu)[LOGITS].to_numpy()

    predictor = Predictor(run, detector=see_leaning)
    for path, expected in zip(paths, softmax(logits), strict=True):
        (face,) = predictor(path)
        assert np.allclose(list(face.probabilities.values()), expected, atol=1e-6)
        assert face.expression == CLASSES[expected.argmax()]
    assert not np.allclose(*softmax(logits), atol=1e-4)


def test_all_faces_the_largest_first(runs: dict[str, Path]) -> None:
    predictor = Predictor(runs["baseline"], detector=see_bright)
    image = picture(*BOXES)
    large, small = predictor(image)
    assert large.box == BOXES[1] and large.detection == 0.91
    assert small.box == BOXES[0] and small.detection == 0.9
    for face in (large, small):
        assert tuple(face.probabilities) == CLASSES
        assert sum(face.probabilities.values()) == pytest.approx(1)
    # a face is judged alone as it is beside others: the other one is far from its margin
    alone = image.copy()
    alone[:, :50] = 0
    (again,) = predictor(alone)
    assert list(again.probabilities.values()) == pytest.approx(list(large.probabilities.values()), abs=1e-5)


@pytest.mark.parametrize("arm", ["baseline", "scn", "target", "auxiliary", "both", "reading", "opinion"])
def test_what_an_arm_has_is_given_and_no_more(arm: str, runs: dict[str, Path]) -> None:
    predictor = Predictor(runs[arm], detector=see_bright)
    image = picture(BOXES[1])
    (face,) = predictor(image)
    # arm `auxiliary` with confidence.auxiliary_only `none` never trains its alpha
    assert (face.alpha is None) == (arm in ("baseline", "auxiliary", "opinion"))
    assert (face.action_units is not None) == (arm in WITH_BRANCH)
    _, _, network = load_run(runs[arm])
    network.eval()
    square = predictor.find(image)[0].square
    with torch.no_grad():
        f = network.features(torch.from_numpy(square.transpose(2, 0, 1).copy())[None])
        if face.alpha is not None:
            assert face.alpha == pytest.approx(network.method.confidence(f).item(), abs=1e-6)
        if face.action_units is not None:
            expected = 1 / (1 + np.exp(-network.method.action_units(f)[1][0].numpy()))
            assert list(face.action_units) == list("abcde")
            assert list(face.action_units.values()) == pytest.approx(expected.tolist(), abs=1e-6)


def test_a_whole_image_is_not_searched(runs: dict[str, Path]) -> None:
    (face,) = Predictor(runs["baseline"], whole_image=True)(picture())
    assert face.box == (0, 0, 120, 100)
    assert face.detection is None


def test_no_face_and_too_small_to_be_searched(runs: dict[str, Path]) -> None:
    def refuse(image: np.ndarray) -> list[Detection]:
        raise NotSearchedError("too small")

    assert Predictor(runs["baseline"], detector=see_bright)(picture()) == []
    assert Predictor(runs["baseline"], detector=refuse)(picture()) == []


@pytest.mark.parametrize(
    "image",
    [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3)), np.zeros((0, 9, 3), np.uint8)],
)
def test_arrays_that_are_no_pictures(image: np.ndarray, runs: dict[str, Path]) -> None:
    with pytest.raises(InputError, match=r"\(H, W, 3\) uint8"):
        Predictor(runs["baseline"], detector=see_bright)(image)


def test_files_that_are_no_pictures(runs: dict[str, Path], images: Path) -> None:
    predictor = Predictor(runs["baseline"], detector=see_bright)
    for path, found in ((images / "notes.txt", "cannot identify"), (images / "gone.png", "no such file")):
        with pytest.raises(InputError, match=rf"expected: a picture\n.*{found}"):
            predictor(path)
