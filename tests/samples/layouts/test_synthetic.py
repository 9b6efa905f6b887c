"""Where rendered pictures are kept."""

from pathlib import Path

import pytest

from ulcag.samples.layouts.synthetic import SyntheticSamples, synthetic_folder
from ulcag.samples.synthetic import dataset


def test_rendered_pictures_are_kept_by_settings_and_by_what_drew_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = {synthetic_folder(SyntheticSamples(seed=seed), tmp_path) for seed in (0, 1)}
    assert len(folders) == 2
    assert synthetic_folder(SyntheticSamples(), tmp_path) in folders
    monkeypatch.setattr(dataset, "renderer", lambda: "another")
    assert synthetic_folder(SyntheticSamples(), tmp_path) not in folders


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
