"""What is drawn at random, without rendering: expressions, people, scenes, OpenFace files."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ulcag.samples.synthetic.action_units import (
    AU_INTENSITY,
    AU_PRESENCE,
    MAX_INTENSITY,
    REST,
    SHAPES,
    blendshape_weights,
)
from ulcag.samples.synthetic.expressions import CLASS_SHARES, PROTOTYPES, draw_expression
from ulcag.samples.synthetic.openface_csv import simulate
from ulcag.samples.synthetic.sample import Sample, draw_sample, openface_of, person_of

CLASSES = ["angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"]


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return [draw_sample(0, "train", k) for k in range(1500)] + [draw_sample(0, "test", k) for k in range(400)]


def test_classes_are_in_canonical_order_and_have_prototypes() -> None:
    assert list(CLASS_SHARES) == CLASSES
    assert set(PROTOTYPES) == set(CLASSES)
    assert sum(CLASS_SHARES.values()) == pytest.approx(1)


def test_classes_are_imbalanced_but_none_is_too_rare(samples: list[Sample]) -> None:
    counts = Counter(s.expression.label for s in samples if s.split == "train")
    assert counts["happy"] > 3 * counts["fear"]
    assert min(counts.values()) > 0.055 * 1500
    assert set(counts) == set(CLASSES)


def test_train_and_test_share_no_identity(samples: list[Sample]) -> None:
    people = {split: {s.identity for s in samples if s.split == split} for split in ("train", "test")}
    assert not people["train"] & people["test"]
    assert len(people["train"]) >= 60
    assert len(people["test"]) >= 20


def test_about_a_tenth_is_ambiguous(samples: list[Sample]) -> None:
    second = np.array([s.expression.second_label != "" for s in samples])
    ambiguity = np.array([s.expression.ambiguity for s in samples])
    assert 0.08 <= second.mean() <= 0.12
    assert ambiguity.min() >= 0
    assert ambiguity.max() <= 1
    assert ambiguity[second].min() > ambiguity[~second].max()


def test_intensities_are_complete_and_in_range(samples: list[Sample]) -> None:
    for sample in samples[:200]:
        assert sorted(sample.expression.intensities) == sorted(AU_PRESENCE)
        assert all(0 <= value <= MAX_INTENSITY for value in sample.expression.intensities.values())


def test_emotions_show_their_action_units(samples: list[Sample]) -> None:
    def mean(label: str, unit: str) -> float:
        chosen = [s.expression.intensities[unit] for s in samples if s.expression.label == label]
        return float(np.mean(chosen))

    for label, unit in (
        ("happy", "AU12"),
        ("sad", "AU15"),
        ("angry", "AU23"),
        ("disgust", "AU09"),
        ("fear", "AU20"),
        ("surprise", "AU26"),
    ):
        others = [mean(name, unit) for name in CLASSES if name != label]
        assert mean(label, unit) > 1.3 * max(others), unit
    assert max(mean("neutral", unit) for unit in AU_PRESENCE) < 0.6


def test_a_sample_depends_on_seed_and_id_alone() -> None:
    assert draw_sample(3, "test", 5) == draw_sample(3, "test", 5)
    assert draw_sample(3, "test", 5) != draw_sample(4, "test", 5)
    assert draw_sample(3, "test", 5).expression != draw_sample(3, "train", 5).expression
    assert person_of(0, "train_person_001") == person_of(0, "train_person_001")
    assert person_of(0, "train_person_001").phenotype != person_of(0, "train_person_002").phenotype


def test_weights_add_up_over_action_units() -> None:
    rest = blendshape_weights({})
    assert rest["eyeWideLeft"] == REST["eyeWide*"]
    both = blendshape_weights({"AU05": 5.0, "AU06": 2.5, "AU07": 5.0})
    assert both["eyeWideRight"] == pytest.approx(REST["eyeWide*"] + SHAPES["AU05"]["eyeWide*"])
    expected = SHAPES["AU06"]["eyeSquint*"] / 2 + SHAPES["AU07"]["eyeSquint*"]
    assert both["eyeSquintLeft"] == pytest.approx(expected)


def test_openface_format() -> None:
    truth = dict.fromkeys(AU_PRESENCE, 2.0)
    text = next(t for k in range(50) if (t := simulate(truth, np.random.default_rng(k))))
    lines = text.split("\n")
    assert len(lines) == 3
    assert lines[2] == ""
    header = lines[0].split(", ")
    assert lines[0].startswith("face, confidence, AU01_r, AU02_r, AU04_r")
    assert header[2:19] == [f"{unit}_r" for unit in AU_INTENSITY]
    assert header[19:] == [f"{unit}_c" for unit in AU_PRESENCE]
    assert header[-2:] == ["AU28_c", "AU45_c"]
    values = [float(value) for value in lines[1].split(", ")]
    assert len(values) == 37
    assert all(0 <= value <= 5 for value in values[2:19])
    assert set(values[19:]) <= {0.0, 1.0}


def test_some_pictures_have_no_face_and_some_no_confidence(samples: list[Sample]) -> None:
    texts = [openface_of(0, sample) for sample in samples]
    missing = np.mean([text is None for text in texts])
    confidence = np.array([float(text.split("\n")[1].split(", ")[1]) for text in texts if text])
    assert 0.015 < missing < 0.05
    assert 0.015 < np.mean(confidence < 0.5) < 0.05
    assert np.mean((confidence >= 0.88) & (confidence <= 0.98)) > 0.9


def test_simulated_detector_errs_as_openface_does(samples: list[Sample]) -> None:
    rows, truth = [], []
    for sample in samples:
        text = openface_of(0, sample)
        values = [float(v) for v in text.split("\n")[1].split(", ")] if text else [0.0, 0.0]
        if values[1] > 0.5:
            rows.append(values)
            truth.append([sample.expression.intensities[unit] for unit in AU_INTENSITY])
    measured, true = np.array(rows)[:, 2:19], np.array(truth)
    correlation = {unit: np.corrcoef(measured[:, k], true[:, k])[0, 1] for k, unit in enumerate(AU_INTENSITY)}
    assert all(0.55 < r < 0.95 for r in correlation.values()), correlation
    middle = np.median(list(correlation.values()))
    assert all(correlation[unit] <= middle + 1e-9 for unit in ("AU01", "AU02", "AU04", "AU25")), correlation

    # Presence comes from another classifier: the two agree mostly, not always.
    presence = np.array(rows)[:, 19:]
    smile = AU_PRESENCE.index("AU12")
    agree = np.mean((measured[:, AU_INTENSITY.index("AU12")] > 1) == (presence[:, smile] > 0.5))
    assert 0.75 < agree < 0.99


def test_expression_of_a_blend_shows_both_emotions() -> None:
    rng = np.random.default_rng(0)
    blends = [e for e in (draw_expression(rng) for _ in range(4000)) if e.second_label not in ("", "neutral")]
    chosen = [e for e in blends if e.label == "happy" and e.second_label == "surprise"]
    assert chosen
    assert all(e.intensities["AU12"] > 1 and e.intensities["AU01"] > 0.5 for e in chosen)
