"""RAN. Values after `official` are of the authors' code: github.com/kaiwang960112/Challenge-condition-FER-dataset, with
its softmax taken out, which the paper has not, and no offsets."""

import math
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from torch import nn

from tests.prediction.conftest import BOXES, picture, see_bright
from tests.rivals.test_label_smoothing import batch_of
from tests.rivals.waves import waves
from tests.training.test_saved import write_run
from ulcag.config import TrainSettings
from ulcag.files import read_json, sha256, write_json
from ulcag.prediction.export import export_run
from ulcag.prediction.predictor import Predictor
from ulcag.rivals.ran import (
    REGIONS,
    VIEWS,
    Ran,
    by_view,
    mean_of_halves,
    region,
    region_biased_loss,
    representation,
    self_attention,
    views,
)
from ulcag.rivals.ran_settings import RanSettings
from ulcag.training.features import first_features
from ulcag.training.network import Network
from ulcag.training.predict import held_out_logits
from ulcag.training.saved import load_run
from ulcag.training.tables import LOGITS

# Of probability 3/4 and 1/4.
LIKELY, UNLIKELY = torch.tensor([3.0, 1 / 3]).log().tolist()


def test_attention_by_hand() -> None:
    # Two views of a picture: mu is 3/4 and 1/4, and these are their weights in F_m, of which the second feature is 1.
    f = torch.tensor([[[LIKELY, 0.0]], [[UNLIKELY, 4.0]]])
    q0 = torch.tensor([1.0, 0.0])
    torch.testing.assert_close(self_attention(f, q0), torch.tensor([[0.75], [0.25]]))
    # nu looks at the second feature of F_i and of F_m: it is 1/4 for 0 and 1, 3/4 for 4 and 1. So mu nu is 3/16 twice.
    q1 = torch.tensor([0.0, 0.5, 0.0, -1.0]) * LIKELY
    p = representation(f, q0, q1)
    torch.testing.assert_close(p, torch.tensor([[0.0, 2.0, LIKELY / 2, 1.0]]))
    torch.testing.assert_close(mean_of_halves(p), torch.tensor([[LIKELY / 4, 1.5]]))


def test_views_of_next_to_no_weight_are_weighted_all_the_same() -> None:
    # mu is exp(-200) and exp(-201), which are 0 in float32
    f = torch.tensor([[[-200.0]], [[-201.0]]])
    p = representation(f, torch.ones(1), torch.zeros(2))
    torch.testing.assert_close(p, torch.full((1, 2), -200 - 1 / (1 + math.e)))


def test_the_loss_by_hand() -> None:
    # the whole picture first; leads of 0.3, 0.05, and -0.2 of the best region
    mu = torch.tensor([[0.4, 0.5, 0.6], [0.7, 0.1, 0.3], [0.2, 0.55, 0.4]])
    assert region_biased_loss(mu, 0.1).item() == pytest.approx((0 + 0.05 + 0.3) / 3)
    assert region_biased_loss(mu, 0.0).item() == pytest.approx(0.2 / 3)


def test_attention_and_loss_are_those_of_the_official_code() -> None:
    f, q0, q1 = waves(6, 4, 512), waves(512, speed=0.7) / 2, waves(1024, speed=1.3) / 2
    p = representation(f, q0, q1)
    official = [0.39281103014945984, 0.8710228800773621, 0.5484201908111572]
    assert p[0, :3].tolist() == pytest.approx(official, rel=1e-5)
    official = [0.12218665331602097, 0.7870115041732788, 0.7282617092132568]
    assert p[0, 512:515].tolist() == pytest.approx(official, rel=1e-5)
    assert region_biased_loss(self_attention(f, q0), 0.1).item() == pytest.approx(0.09455934166908264, rel=1e-5)


def coordinates(height: int, width: int) -> torch.Tensor:
    """A picture whose colours are each pixel's row, column, and nothing."""
    rows, columns = torch.arange(height)[:, None].expand(-1, width), torch.arange(width).expand(height, -1)
    return torch.stack([rows, columns, torch.zeros_like(rows)])[None].to(torch.uint8)


def test_regions_are_where_they_should_be() -> None:
    # rows and columns, first and last
    places = {
        (0.75, 0.0, 0.0): (0, 74, 0, 74),
        (0.75, 0.0, 1.0): (0, 74, 25, 99),
        (0.75, 1.0, 0.5): (25, 99, 12, 86),
        (0.9, 0.5, 0.5): (5, 94, 5, 94),
        (0.85, 0.5, 0.5): (7, 91, 7, 91),
    }
    assert tuple(places) == REGIONS
    for where, corners in places.items():
        part = region(coordinates(100, 100), *where)[0]
        assert (part[0].min(), part[0].max(), part[1].min(), part[1].max()) == corners


def test_the_whole_picture_comes_first_and_then_region_after_region() -> None:
    images = torch.cat([coordinates(64, 48), 200 - coordinates(64, 48)])
    seen = torch.stack(views(images))
    assert torch.equal(seen[0], images.float())
    for own, where in zip(seen[1:], REGIONS, strict=True):
        # enlarging keeps the corners' colours
        of_region = region(images, *where).float()
        for y, x in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
            torch.testing.assert_close(own[:, :, y, x], of_region[:, :, y, x])
        torch.testing.assert_close(own.mean((2, 3)), of_region.mean((2, 3)), atol=0.1, rtol=0)


@given(height=st.integers(8, 60), width=st.integers(8, 60), n=st.integers(1, 3))
def test_bytes_and_floats_give_the_same_views(height: int, width: int, n: int) -> None:
    images = torch.arange(n * 3 * height * width).remainder(251).to(torch.uint8).view(n, 3, height, width)
    seen = torch.cat(views(images))
    assert torch.equal(seen, torch.cat(views(images.float())))
    assert seen.shape == (VIEWS * n, 3, height, width)
    assert seen.min() >= 0 and seen.max() <= 255


def attentive(features: int) -> Ran:
    """A method that has learnt some attention."""
    method = Ran(RanSettings(margin=0.3), features, torch.eye(2), seed=0)
    with torch.no_grad():
        method.q0.copy_(waves(features))
        method.q1.copy_(waves(2 * features, speed=0.7))
    return method


def test_a_step_is_cross_entropy_and_the_region_biased_loss() -> None:
    method, classifier, labels = attentive(5), nn.Linear(5, 7, bias=False), torch.arange(4)
    f = waves(VIEWS * 4, 5, speed=1.3)
    step = method.step(classifier, f, batch_of(labels))
    torch.testing.assert_close(step.classification, F.cross_entropy(classifier(method.joined(f)), labels))
    biased = region_biased_loss(self_attention(by_view(f), method.q0), 0.3)
    assert biased > 0
    torch.testing.assert_close(step.loss, step.classification + biased)


def test_a_run_starts_from_the_plain_mean_of_views_and_attention_learns() -> None:
    torch.manual_seed(0)
    method, classifier = Ran(RanSettings(), 5, torch.eye(2), seed=0), nn.Linear(5, 7, bias=False)
    f = waves(VIEWS * 4, 5, speed=1.3)
    torch.testing.assert_close(method.joined(f), f.view(VIEWS, 4, 5).mean(dim=0))
    method.step(classifier, f, batch_of(torch.arange(4))).loss.backward()
    # Far above what rounding leaves of a gradient that is 0.
    assert method.q0.grad is not None and method.q0.grad.abs().min() > 1e-5
    assert method.q1.grad is not None
    of_views, of_their_mean = method.q1.grad.chunk(2)
    assert of_views.abs().min() > 1e-5
    # F_m is the same for all views: it shifts their weights alike, until q1 tells the views apart.
    torch.testing.assert_close(of_their_mean, torch.zeros(5), atol=1e-7, rtol=0)


def network(backbone: str, size: int) -> Network:
    """With random weights, and some attention."""
    settings = TrainSettings.read({"method": "ran", "training": {"backbone": backbone, "image_size": size}})
    made = Network(settings, np.eye(2), 0, pretrained=False)
    made.method.load_state_dict(attentive(made.classifier.in_features).state_dict())
    return made.eval()


def some_images(n: int, size: int) -> torch.Tensor:
    return torch.randint(0, 256, (n, 3, size, size), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("backbone", "size"), [("resnet18", 32), ("dlib_face", 104)])
def test_in_use_features_are_those_of_all_views_joined(backbone: str, size: int) -> None:
    torch.set_num_threads(1)
    net, images = network(backbone, size), some_images(3, size)
    with torch.no_grad():
        found = net.features(images)
        # what a step would be given, if the backbone were as it is in use
        f = net.backbone((net.method.pictures(images, torch.arange(3)) - net.mean) / net.std)
        torch.testing.assert_close(found, net.method.joined(f))
        torch.testing.assert_close(found, net.features(images.float()))
        # other images beside it have no influence
        torch.testing.assert_close(found[1:2], net.features(images[1:2]), atol=1e-5, rtol=1e-4)
    assert not torch.allclose(found, f[:3], rtol=0.01)


def test_in_training_the_loop_shows_the_views() -> None:
    net, images = network("resnet18", 32).train(), some_images(3, 32)
    assert len(net.features(images)) == 3
    assert len(net.features(net.method.pictures(images, torch.arange(3)))) == VIEWS * 3


def test_first_features_are_what_the_calibrated_network_gives() -> None:
    torch.set_num_threads(1)
    settings = TrainSettings.read({"method": "ran", "training": {"backbone": "dlib_face", "image_size": 104}})
    net, images = Network(settings, np.eye(2), 0, pretrained=False), some_images(6, 104)
    batches = [(images[:4], torch.arange(4)), (images[4:], torch.arange(4, 6))]
    cpu = torch.device("cpu")
    f = first_features(net, batches, 6, settings.training, cpu, "")  # type: ignore[arg-type]
    with torch.no_grad():
        torch.testing.assert_close(net.eval().features(images), f, atol=1e-4, rtol=1e-4)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained run, but for its attention."""
    folder = tmp_path_factory.mktemp("run") / "run"
    net = write_run(folder, "ran")
    net.method.load_state_dict(attentive(net.classifier.in_features).state_dict())
    torch.save(net.state_dict(), folder / "model.pt")
    write_json(folder / "run.json", read_json(folder / "run.json") | {"model_sha256": sha256(folder / "model.pt")})
    return folder


def test_a_run_that_is_loaded_again_gives_the_same(run: Path) -> None:
    predictor = Predictor(run, detector=see_bright)
    _, _, net = load_run(run)
    image = picture(*BOXES)
    images = torch.from_numpy(np.stack([face.square for face in predictor.find(image)]).transpose(0, 3, 1, 2).copy())
    one_by_one = [(images[i : i + 1], torch.tensor([i])) for i in range(len(images))]
    frame = held_out_logits(net, one_by_one, torch.device("cpu"))
    expected = torch.softmax(torch.tensor(frame[LOGITS].to_numpy()), dim=1)
    found = torch.tensor([list(face.probabilities.values()) for face in predictor(image)])
    assert len(found) == 2
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4, check_dtype=False)


def test_an_exported_network_looks_at_all_views(run: Path, tmp_path: Path) -> None:
    assert export_run(run, tmp_path) < 1e-3
    _, _, net = load_run(run)
    images = some_images(5, 32)
    with torch.no_grad():
        logits = net.eval().classifier(net.features(images))
        of_whole = net.classifier(net.backbone((images - net.mean) / net.std))
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    found, _ = session.run(None, {"images": images.numpy().astype(np.float32) / 255})
    assert np.allclose(found, logits.numpy(), atol=1e-4)
    assert not np.allclose(found, of_whole.numpy(), atol=1e-2)
    kept = load_file(tmp_path / "model.safetensors")
    assert {name: kept[f"method.{name}"].tolist() for name in ("q0", "q1")} == {
        name: value.tolist() for name, value in net.method.state_dict().items()
    }
