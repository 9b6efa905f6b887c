"""A shard of crops to rows of the action units table."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ulcag.action_units.reader.head import SHIPPED, read_head
from ulcag.action_units.run import read_shard
from ulcag.action_units.sources import source_of
from ulcag.action_units.sources.source import ByShard
from ulcag.action_units.table import ACTION_UNITS, INTENSITY_UNITS, PRESENCE_UNITS
from ulcag.config import FacesSettings, SourceSettings
from ulcag.faces.run import crop_shard
from ulcag.faces.shard import crops_of
from ulcag.tables import read_table

pytestmark = pytest.mark.usefixtures("weights")


def cropped(folder: Path, pictures: dict[str, np.ndarray | bytes], source: str = "mtcnn") -> Path:
    """The faces stage's table of pictures by name; bytes are a file as it is."""
    folder.mkdir()
    for name, picture in pictures.items():
        if isinstance(picture, bytes):
            (folder / f"{name}.png").write_bytes(picture)
        else:
            cv2.imwrite(str(folder / f"{name}.png"), picture[:, :, ::-1])
    samples = pd.DataFrame({"sample_id": list(pictures), "path": [str(folder / f"{name}.png") for name in pictures]})
    settings = FacesSettings.read({"shards": 1, "source": source})
    crop_shard(samples, 0, settings, folder / "shard-000.arrow", folder / "shard-000.parquet", {})
    return folder / "shard-000.parquet"


def read(faces: Path, out: Path, shuffled: int | None = None) -> pd.DataFrame:
    source = source_of(SourceSettings.read({"source": "reader"}))
    assert isinstance(source, ByShard)
    rows = pd.read_parquet(faces)
    if shuffled is not None:
        rows = rows.sample(frac=1, random_state=shuffled)
    read_shard(source, rows, crops_of(faces), out, {}, state=out.parent / "state")
    return read_table(out, ACTION_UNITS).set_index("sample_id")


def test_a_smile_is_read_where_there_is_one(shown: Callable[..., np.ndarray], tmp_path: Path) -> None:
    pictures: dict[str, np.ndarray | bytes] = {}
    for person in (0, 1, 2):
        pictures[f"neutral {person}"] = shown(person)
        pictures[f"smile {person}"] = shown(person, AU06=3, AU12=4, AU25=2)
        pictures[f"brows {person}"] = shown(person, AU01=4, AU02=4)
    table = read(cropped(tmp_path / "faces", pictures), tmp_path / "au.parquet")
    assert (table["status"] == "ok").all()
    for person in (0, 1, 2):
        neutral, smile, brows = (table.loc[f"{what} {person}"] for what in ("neutral", "smile", "brows"))
        assert smile["AU12_r"] > neutral["AU12_r"] + 1
        assert brows["AU02_r"] > neutral["AU02_r"] + 1
        assert (smile["AU12_c"], neutral["AU12_c"]) == (1, 0)


def test_what_is_not_read_is_unknown_and_named(tmp_path: Path, noise: np.ndarray) -> None:
    pictures: dict[str, np.ndarray | bytes] = {
        "broken": b"no picture",
        "small": np.zeros((10, 10, 3), np.uint8),
        "wall": np.full((120, 120, 3), 99, np.uint8),
    }
    rows = read(cropped(tmp_path / "none", pictures), tmp_path / "none.parquet")
    assert rows["status"].to_dict() == {"broken": "failed", "small": "no_face", "wall": "no_face"}
    assert "no picture" in rows["reason"]["broken"]
    assert rows["AU12_r"].isna().all()

    faces = cropped(tmp_path / "some", {"face": np.repeat(noise[0][:, :, None], 3, axis=2)}, source="whole_image")
    row = read(faces, tmp_path / "some.parquet").loc["face"]
    head, made_by = read_head(SHIPPED)
    for unit in INTENSITY_UNITS:
        assert pd.isna(row[f"{unit}_r"]) == pd.isna(row[f"{unit}_c"]) == (unit not in head.units)
    assert pd.isna(row["AU28_c"])
    assert 0 <= row["confidence"] <= 1
    assert (row["detector"], row["openface"]) == ("box", f"reader {made_by[:12]}")
    made = pq.read_schema(tmp_path / "some.parquet").metadata[b"ulcag"].decode()
    unread = [unit for unit in PRESENCE_UNITS if unit not in head.units]
    assert f"presence (AUxx_c) of {', '.join(unread)}" in made


def test_the_order_of_rows_changes_nothing(noise: np.ndarray, tmp_path: Path) -> None:
    pictures: dict[str, np.ndarray | bytes] = {
        f"{number:02d}": np.repeat(picture[:, :, None], 3, axis=2) for number, picture in enumerate(noise)
    }
    faces = cropped(tmp_path / "faces", pictures, source="whole_image")
    first = read(faces, tmp_path / "first.parquet")
    pd.testing.assert_frame_equal(read(faces, tmp_path / "second.parquet", shuffled=1), first)
    alone = cropped(tmp_path / "alone", {"07": pictures["07"]}, source="whole_image")
    pd.testing.assert_frame_equal(read(alone, tmp_path / "third.parquet"), first.loc[["07"]])
