"""What all readers have in common, and where rendered pictures are kept."""

from pathlib import Path

import pytest

from ulcag.config import SyntheticSamples
from ulcag.samples import read
from ulcag.samples.synthetic import dataset


def test_rendered_pictures_are_kept_by_settings_and_by_what_drew_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = {read.synthetic_folder(SyntheticSamples(seed=seed), tmp_path) for seed in (0, 1)}
    assert len(folders) == 2
    assert read.synthetic_folder(SyntheticSamples(), tmp_path) in folders
    monkeypatch.setattr(read, "renderer", lambda: "another")
    assert read.synthetic_folder(SyntheticSamples(), tmp_path) not in folders


def test_what_draws_is_the_code_and_the_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn_by = {dataset.renderer()}
    with monkeypatch.context() as patch:
        patch.setattr("importlib.metadata.version", lambda name: "9.9")
        drawn_by.add(dataset.renderer())
    (tmp_path / "paint.py").write_text("colour = 1")
    monkeypatch.setattr(dataset, "__file__", str(tmp_path / "dataset.py"))
    drawn_by.add(dataset.renderer())
    (tmp_path / "paint.py").write_text("colour = 2")
    drawn_by.add(dataset.renderer())
    assert len(drawn_by) == 4
