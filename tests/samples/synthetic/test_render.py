"""What can be seen in rendered pictures."""

from __future__ import annotations

import dataclasses
from functools import lru_cache

import numpy as np
import pytest
import torch
from PIL import Image

from ulcag.samples.synthetic import raycast
from ulcag.samples.synthetic.action_units import AU_PRESENCE, SHAPES
from ulcag.samples.synthetic.arrays import Picture, f32
from ulcag.samples.synthetic.head import load_head, vertex_normals
from ulcag.samples.synthetic.raycast import EYES_ROW
from ulcag.samples.synthetic.render import Sitter, render
from ulcag.samples.synthetic.sample import draw_sample, generator, person_of
from ulcag.samples.synthetic.scene import REFERENCE_SIZE, Scene, head_rotation

SIZE = 192
# Face regions as (top, bottom, left, right) in centimetres from the point between the eyes (down, right positive).
BROWS = (-3.6, -0.9, -5.0, 5.0)
EYES = (-0.8, 1.0, -4.6, 4.6)
NOSE = (-0.5, 3.5, -1.8, 1.8)
MOUTH = (6.2, 9.6, -3.6, 3.6)
CHIN = (8.5, 11.0, -3.0, 3.0)


def frontal_scene() -> Scene:
    """Straight on, evenly lit, without blur or noise."""
    return dataclasses.replace(
        draw_sample(0, "train", 0).scene,
        yaw=0.0,
        pitch=0.0,
        roll=0.0,
        shift=(0.0, 0.0),
        gaze=(0.0, 0.0),
        pixels_per_metre=960.0,
        key_direction=(-0.35, -0.45, -0.82),
        key_colour=(0.9, 0.9, 0.9),
        ambient=(0.5, 0.5, 0.5),
        exposure=1.0,
        blur=0.0,
        noise=0.0,
    )


@lru_cache(maxsize=1)
def sitter() -> Sitter:
    person = dataclasses.replace(
        person_of(0, "train_person_010"),
        local_changes={},
        phenotype={"age": 0.7, "gender": 0.3},
        skin=(0.60, 0.38, 0.26),
        hair=(0.03, 0.02, 0.015),
        brow_height=0.0,
    )
    return Sitter(person)


@lru_cache(maxsize=64)
def picture(**intensities: float) -> Picture:
    return render(sitter(), intensities, frontal_scene(), np.random.default_rng(0), SIZE)


def region(image: Picture, box: tuple[float, float, float, float]) -> np.ndarray:
    """Brightness 0..255 of a face region, (rows, columns)."""
    pixels = 9.6 * SIZE / REFERENCE_SIZE  # per centimetre
    middle = np.array([EYES_ROW * SIZE, EYES_ROW * SIZE, SIZE / 2, SIZE / 2])
    top, bottom, left, right = np.round(middle + np.array(box) * pixels).astype(int)
    return image[top:bottom, left:right].astype(float).mean(axis=2)


def change(box: tuple[float, float, float, float], **intensities: float) -> float:
    return float(np.abs(region(picture(**intensities), box) - region(picture(), box)).mean())


def brow_row(image: Picture) -> float:
    """Mean row of the dark pixels of the brow region, pixels from its top."""
    brightness = region(image, BROWS)
    dark = np.clip(np.percentile(brightness, 60) * 0.75 - brightness, 0, None)
    return float((dark.sum(axis=1) * np.arange(len(dark))).sum() / dark.sum())


def test_every_blendshape_exists() -> None:
    names = {shape.replace("*", "Left") for shapes in SHAPES.values() for shape in shapes}
    assert names <= set(load_head().actions)


def test_normals_point_outwards() -> None:
    head = load_head()
    nose_tip = np.argmin(head.canonical[:, 1] + 10 * np.abs(head.canonical[:, 0]))
    assert vertex_normals(head.canonical, head.faces)[nose_tip, 1] < -0.5


def test_face_differs_from_person_to_person() -> None:
    one, other = (Sitter(person_of(0, f"train_person_{k:03d}")) for k in (1, 2))
    assert np.abs(one.neutral - other.neutral).max() > 0.003
    assert np.abs(one.skin.mean(axis=(0, 1)) - other.skin.mean(axis=(0, 1))).max() > 0.01


@pytest.mark.parametrize(
    ("unit", "box", "least"),
    [
        ("AU01", BROWS, 6),
        ("AU02", BROWS, 6),
        ("AU04", BROWS, 8),
        ("AU05", EYES, 4),
        ("AU06", EYES, 4),
        ("AU07", EYES, 3),
        ("AU09", NOSE, 5),
        ("AU10", MOUTH, 5),
        ("AU12", MOUTH, 6),
        ("AU14", MOUTH, 3),
        ("AU15", MOUTH, 4),
        ("AU17", CHIN, 3),
        ("AU20", MOUTH, 4),
        ("AU23", MOUTH, 4),
        ("AU25", MOUTH, 6),
        ("AU26", MOUTH, 15),
        ("AU28", MOUTH, 4),
        ("AU45", EYES, 10),
    ],
)
def test_action_unit_shows_where_it_should(unit: str, box: tuple[float, float, float, float], least: float) -> None:
    assert unit in AU_PRESENCE
    assert change(box, **{unit: 5.0}) > least
    assert change(box, **{unit: 5.0}) > change(box, **{unit: 1.5})


@pytest.mark.parametrize(("unit", "box"), [("AU01", MOUTH), ("AU45", MOUTH), ("AU25", BROWS), ("AU15", EYES)])
def test_action_unit_leaves_the_rest_alone(unit: str, box: tuple[float, float, float, float]) -> None:
    assert change(box, **{unit: 5.0}) < 1


def test_brows_rise_and_fall() -> None:
    rest = brow_row(picture())
    assert brow_row(picture(AU01=5.0, AU02=5.0)) < rest - 1.5
    assert brow_row(picture(AU04=5.0)) > rest + 1.5


def test_open_mouth_is_dark_and_a_smile_shows_teeth() -> None:
    rest, wide_open = picture(), picture(AU25=4.0, AU26=4.0)
    assert np.percentile(region(wide_open, MOUTH), 10) < np.percentile(region(rest, MOUTH), 10) - 30

    def greyest(image: Picture) -> float:
        colours = image.astype(float)
        saturation = colours.max(axis=2, keepdims=True) - colours.min(axis=2, keepdims=True)
        return float(np.percentile(region(saturation, MOUTH), 2))

    assert greyest(picture(AU12=4.0, AU25=4.0)) < greyest(rest) - 10


def test_closed_eyes_hide_iris_and_white() -> None:
    left_eye = (-0.4, 0.5, 2.2, 4.2)
    assert region(picture(AU45=5.0), left_eye).std() < 0.7 * region(picture(), left_eye).std()


def test_pose_turns_the_head() -> None:
    def difference(yaw: float) -> float:
        turned = dataclasses.replace(frontal_scene(), yaw=yaw)
        image = render(sitter(), {}, turned, np.random.default_rng(0), SIZE).astype(float)
        return float(np.abs(image - picture().astype(float)).mean())

    assert difference(15.0) > 2 * difference(2.0) > 0


def test_more_rays_where_there_is_no_edge_change_little(monkeypatch: pytest.MonkeyPatch) -> None:
    at_edges = picture(AU12=4.0, AU25=3.0).astype(int)
    monkeypatch.setattr(raycast, "EDGE_TURN", 2.0)
    everywhere = render(sitter(), {"AU12": 4.0, "AU25": 3.0}, frontal_scene(), np.random.default_rng(0), SIZE)
    monkeypatch.setattr(raycast, "EDGE_RAYS", 1)
    single = render(sitter(), {"AU12": 4.0, "AU25": 3.0}, frontal_scene(), np.random.default_rng(0), SIZE)
    difference = np.abs(at_edges - everywhere)
    assert 0 < difference.mean() < 1
    assert (difference > 30).sum() < 0.3 * (np.abs(single.astype(int) - everywhere) > 30).sum()


def test_rays_of_a_pixel_share_it() -> None:
    head, scene = load_head(), frontal_scene()
    vertices = f32((sitter().neutral - head.eyes.mean(axis=0)) @ head_rotation(scene).T)
    surface = raycast.cast(head, vertices, scene, 64)
    shares = np.bincount(surface.pixel, surface.share, 64 * 64)
    assert shares.max() == 1
    assert ((shares > 0) & (shares < 1)).sum() > 20
    assert set(np.bincount(surface.pixel, minlength=64 * 64)[shares == 1]) == {1, raycast.EDGE_RAYS**2}


def test_mtcnn_finds_the_face() -> None:
    from facenet_pytorch import MTCNN

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        detector = MTCNN(keep_all=True, device="cpu")
        sides = []
        for number in range(8):
            sample = draw_sample(1, "test", number)
            image = render(
                Sitter(person_of(1, sample.identity)),
                sample.expression.intensities,
                sample.scene,
                generator(1, "sensor", sample.sample_id),
                256,
            )
            boxes, sure = detector.detect(Image.fromarray(image))
            if boxes is not None and sure.max() > 0.9:
                box = boxes[int(np.argmax(sure))]
                sides.append((box[2] - box[0], box[3] - box[1]))
    finally:
        torch.set_num_threads(threads)
    assert len(sides) >= 7
    assert min(map(min, sides)) > 85
    assert max(map(max, sides)) < 235
