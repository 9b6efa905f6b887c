"""The data set on disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from ulcag.samples.synthetic import dataset, render_dataset
from ulcag.samples.synthetic.action_units import AU_PRESENCE
from ulcag.samples.synthetic.sample import draw_sample, openface_of

TRAIN, TEST, SIZE = 3, 2, 128


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic") / "set"
    render_dataset(folder, train=TRAIN, test=TEST, size=SIZE, workers=1, progress=False)
    return folder


def test_files(rendered: Path) -> None:
    labels = pd.read_csv(rendered / "labels.csv", keep_default_na=False)
    assert list(labels.columns) == ["image", "label", "split", "identity", "ambiguity", "second_label"]
    assert labels["split"].tolist() == ["train"] * TRAIN + ["test"] * TEST
    for image in labels["image"]:
        with Image.open(rendered / image) as picture:
            assert picture.size == (SIZE, SIZE)
            assert np.asarray(picture).std() > 15
    for image in labels["image"]:
        sample_id = Path(image).stem
        split, number = sample_id.split("_")
        expected = openface_of(0, draw_sample(0, split, int(number)))
        path = rendered / "openface" / f"{sample_id}.csv"
        assert (path.read_text() if path.exists() else None) == expected
    assert not list(rendered.rglob(".*"))


def test_truth(rendered: Path) -> None:
    truth = pd.read_parquet(rendered / "truth.parquet")
    assert list(truth.columns) == ["sample_id", *AU_PRESENCE]
    assert len(truth) == TRAIN + TEST
    assert (truth[AU_PRESENCE].dtypes == np.float32).all()
    expected = draw_sample(0, "train", 1).expression.intensities
    row = truth.set_index("sample_id").loc["train_00001", AU_PRESENCE]
    np.testing.assert_allclose(row.to_numpy(float), [expected[unit] for unit in AU_PRESENCE], rtol=1e-6)


def test_same_bytes_whatever_the_workers_order_and_number(rendered: Path, tmp_path: Path) -> None:
    render_dataset(tmp_path / "set", train=TRAIN - 1, test=TEST, size=SIZE, workers=2, progress=False)
    again, first = contents(tmp_path / "set"), contents(rendered)
    pictures = [name for name in again if name.endswith(".jpg")]
    assert len(pictures) == TRAIN - 1 + TEST
    assert all(again[name] == first[name] for name in pictures)
    assert all(again[name] == first[name] for name in again if name.startswith("openface"))


def test_another_seed_gives_other_pictures(rendered: Path, tmp_path: Path) -> None:
    render_dataset(tmp_path, train=1, test=0, seed=1, size=SIZE, workers=1, progress=False)
    assert (tmp_path / "images/train_00000.jpg").read_bytes() != (rendered / "images/train_00000.jpg").read_bytes()


def test_interrupted_rendering_goes_on(rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    take = dataset._take_picture

    def interrupted(job: dataset.Job) -> None:
        if len(taken) == 2:
            raise KeyboardInterrupt
        taken.append(job.sample.sample_id)
        take(job)

    monkeypatch.setattr(dataset, "_take_picture", interrupted)
    with pytest.raises(KeyboardInterrupt):
        render_dataset(tmp_path, train=TRAIN, test=TEST, size=SIZE, workers=1, progress=False)
    assert not (tmp_path / "labels.csv").exists()
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "images").iterdir()}
    assert len(kept) == 2

    monkeypatch.setattr(dataset, "_take_picture", take)
    render_dataset(tmp_path, train=TRAIN, test=TEST, size=SIZE, workers=1, progress=False)
    assert {name: (tmp_path / "images" / name).stat().st_mtime_ns for name in kept} == kept
    assert contents(tmp_path) == contents(rendered)


def test_folder_of_other_settings_is_refused(rendered: Path) -> None:
    with pytest.raises(ValueError, match=r"found .*'seed': 0.* expected .*'seed': 5"):
        render_dataset(rendered, train=TRAIN, test=TEST, seed=5, size=SIZE, workers=1, progress=False)


@pytest.mark.parametrize(
    ("argument", "value"),
    [("train", -1), ("test", -3), ("workers", 0), ("size", 8), ("seed", -1), ("train", 1.5), ("test", True)],
)
def test_bad_arguments(tmp_path: Path, argument: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{argument}: found {value}, expected"):
        render_dataset(tmp_path / "set", **{argument: value})  # type: ignore[arg-type]
    assert not (tmp_path / "set").exists()


def test_import_is_cheap() -> None:
    code = (
        "import sys, ulcag.samples.synthetic; "
        "print([m for m in ('torch', 'anny', 'cv2', 'embreex', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["anny", "trimesh", "embreex"])
def test_missing_package_is_named(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=rf"need {name}; .*pip install 'ulcag\[synthetic\]'"):
        render_dataset(tmp_path / "set", train=1, test=0, progress=False)
    assert not (tmp_path / "set").exists()
