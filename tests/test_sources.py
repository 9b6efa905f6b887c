"""Fingerprints of what lies outside the results: they change with what is read, and with nothing else."""

import os
from pathlib import Path

import pandas as pd
import pytest

from ulcag import sources
from ulcag.samples.layouts import layout_of
from ulcag.samples.layouts.affectnet import AffectNetSamples
from ulcag.samples.layouts.fer2013 import Fer2013Samples
from ulcag.samples.layouts.folder import FolderSamples
from ulcag.samples.layouts.rafdb import RafDbSamples
from ulcag.samples.layouts.table import TableSamples
from ulcag.sources import all_missing, csv_print, file_print, pictures_print, rows_print


def write(path: Path, text: str = "text", time: float = 1e9) -> Path:
    """Write a file, and look at the disk anew, as the next plan does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (time, time))
    sources._stamp.cache_clear()
    sources._content.cache_clear()
    return path


def test_a_file_is_its_content_and_a_large_one_its_size_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "labels.csv"
    first = file_print(str(write(path, "happy")))
    assert file_print(str(write(path, "happy", time=2e9))) == first
    assert file_print(str(write(path, "angry"))) != first
    monkeypatch.setattr(sources, "_LARGE", 2)
    first = file_print(str(write(path, "happy")))
    assert file_print(str(write(path, "angry", time=5e8))) != first
    assert file_print(str(tmp_path / "nowhere")) == "absent"
    assert file_print("") == ""


@pytest.mark.parametrize(
    ("reader", "labels"),
    [
        (TableSamples, ["labels.csv"]),
        (RafDbSamples, ["basic/EmoLabel/list_patition_label.txt"]),
        (AffectNetSamples, ["training.csv", "lists/validation.csv", "automatically_annotated.csv"]),
        (AffectNetSamples, ["train_set/annotations/0_exp.npy", "val_set/annotations/1_exp.npy"]),
        (Fer2013Samples, ["fer2013/fer2013.csv", "FERPlus/fer2013new.csv"]),
    ],
)
def test_label_files_of_every_reader(reader: type, labels: list[str], tmp_path: Path) -> None:
    where = {"path": str(tmp_path / labels[0])} if reader is TableSamples else {"root": str(tmp_path)}
    settings, results = reader(**where), tmp_path / "results"
    for name in labels:
        write(tmp_path / name, "before")
    seen = {layout_of(settings).fingerprint(results)}
    for name in labels:
        write(tmp_path / name, "now and", time=9e8)
        seen.add(layout_of(settings).fingerprint(results))
    assert len(seen) == 1 + len(labels)
    for other in ("readme.txt", "train_set/annotations/0_lnd.npy", "results/training.csv", ".hidden/fer2013.csv"):
        write(tmp_path / other)
    assert layout_of(settings).fingerprint(results) in seen


def test_names_in_class_folders_count_and_what_else_is_there_does_not(tmp_path: Path) -> None:
    settings, results = FolderSamples(root=str(tmp_path / "data")), tmp_path / "data" / "results"
    write(tmp_path / "data" / "train" / "happy" / "a.jpg")
    write(tmp_path / "elsewhere" / "b.png")
    (tmp_path / "data" / "train" / "sad").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "loop").symlink_to(tmp_path / "data")
    (tmp_path / "elsewhere" / "itself").symlink_to("itself")
    first = layout_of(settings).fingerprint(results)
    write(tmp_path / "data" / "train" / "happy" / "a.jpg", "another picture")
    write(tmp_path / "data" / "train" / "happy" / "notes.txt")
    write(results / "figures" / "a.png")
    assert layout_of(settings).fingerprint(results) == first
    write(tmp_path / "elsewhere" / os.fsdecode(b"\xff.jpg"))
    second = layout_of(settings).fingerprint(results)
    assert second != first
    (tmp_path / "elsewhere" / "b.png").rename(tmp_path / "data" / "train" / "happy" / "b.png")
    assert layout_of(settings).fingerprint(results) not in (first, second)


def test_a_shard_is_its_rows_and_their_pictures(tmp_path: Path) -> None:
    paths = [write(tmp_path / "images" / f"{number}.jpg") for number in range(4)]
    samples = tmp_path / "samples.parquet"
    table = pd.DataFrame({"sample_id": list("abcd"), "path": [str(path) for path in paths], "label": 0})
    table.to_parquet(samples)
    settings = TableSamples(path="labels.csv")

    def shards() -> list[str]:
        return [pictures_print(samples, settings, 2, shard) for shard in range(2)]

    first, rows = shards(), rows_print(samples)
    table.assign(label=1).to_parquet(samples)
    assert (shards(), rows_print(samples)) == (first, rows)
    write(paths[3], "other", time=1e8)
    assert [one == other for one, other in zip(shards(), first, strict=True)] == [True, False]
    assert rows_print(samples) == rows
    table.drop(index=0).to_parquet(samples)
    assert shards()[0] != first[0]
    assert rows_print(samples) != rows
    assert all_missing(samples, settings, 2, 0) == ""
    for path in paths:
        path.unlink()
    write(tmp_path / "new")
    assert all_missing(samples, settings, 2, 1) == str(paths[1])
    samples.write_bytes(b"damaged")
    assert shards() == [pictures_print(tmp_path / "nowhere", settings)] * 2


def test_openface_files_lie_in_their_folder_or_beside_the_pictures(tmp_path: Path) -> None:
    samples = tmp_path / "samples.parquet"
    pd.DataFrame({"sample_id": ["a"], "path": [str(tmp_path / "images" / "a.jpg")]}).to_parquet(samples)
    settings = TableSamples(path="labels.csv")
    seen = [csv_print("", samples, settings)]
    write(tmp_path / "openface" / "a.csv")
    seen.append(csv_print("", samples, settings))
    write(tmp_path / "openface" / "a.csv", "more text", time=1e8)
    write(tmp_path / "openface" / "notes.txt")
    seen.append(csv_print("", samples, settings))
    assert csv_print(str(tmp_path / "openface"), samples, settings) == seen[-1]
    write(tmp_path / "images" / "openface" / "a.csv")
    seen.append(csv_print("", samples, settings))
    assert len(set(seen)) == 4
