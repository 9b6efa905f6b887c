"""Where rendered pictures are kept, and as what the embedded set is written with new labels."""

from pathlib import Path

import pandas as pd
import pytest

from tests.audit.test_clean import FEAR, HAPPY
from tests.samples.data_sets import touch
from ulcag.audit.clean import write_clean
from ulcag.samples.layouts import layout_of
from ulcag.samples.layouts.synthetic import SyntheticSamples, synthetic_folder
from ulcag.samples.layouts.table import TableSamples
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


def test_the_embedded_set_is_written_as_its_table(tmp_path: Path) -> None:
    touch(tmp_path / "cache", "images/p1_a.jpg", "images/p2_b.jpg")
    (tmp_path / "cache/labels.csv").write_text(
        "image,label,split,identity\nimages/p1_a.jpg,sad,train,p1\nimages/p2_b.jpg,fear,test,p2\n"
    )
    of = TableSamples(path=str(tmp_path / "cache/labels.csv"))
    samples = layout_of(of).read(tmp_path).samples
    samples["sample_id"] = ["p1_a", "p2_b"]
    clean = write_clean(samples, SyntheticSamples(), pd.Series({"p1_a": HAPPY}), tmp_path / "clean")
    found = layout_of(clean.settings).read(tmp_path).samples
    assert found["label"].tolist() == [HAPPY, FEAR] and found["identity"].tolist() == ["p1", "p2"]
    assert (tmp_path / "clean/images/p1_a.jpg").exists()
