"""A shard of crops to its part of the action units table."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.action_units.conftest import LOW, NO_FACE, TWO_FACES, install_stand_in
from ulcag.action_units.run import openface_shard
from ulcag.action_units.table import ACTION_UNITS
from ulcag.config import ActionUnitsSettings
from ulcag.faces.shard import encode_jpeg, new_shard
from ulcag.tables import read_made_by, read_table

CORNERS = ("x0", "y0", "x1", "y1")


@pytest.fixture
def shard(tmp_path: Path) -> tuple[pd.DataFrame, Path]:
    """Crops with a face in the middle, at several heights, and two samples without crop."""
    heights = {"a": 200, "b": NO_FACE, "c": LOW, "d": TWO_FACES, "e": 30}
    rows: list[dict[str, Any]] = []
    with new_shard(tmp_path / "crops.arrow") as add:
        for name, height in heights.items():
            picture = np.full((height, 200, 3), 128, np.uint8)
            box = (70.0, height / 2 - 30, 130.0, height / 2 + 30) if height > 60 else (0.0, 0.0, 200.0, 30.0)
            crop = {"sample_id": name, "jpeg": encode_jpeg(picture, 95), **dict(zip(CORNERS, box, strict=True))}
            rows.append({"sample_id": name, "row": add(crop), "status": "found", "reason": None})
    rows.append({"sample_id": "f", "row": None, "status": "unreadable", "reason": "truncated"})
    rows.append({"sample_id": "g", "row": None, "status": "none", "reason": None})
    return pd.DataFrame(rows).astype({"row": "Int32"}), tmp_path / "crops.arrow"


def run(
    shard: tuple[pd.DataFrame, Path], tmp_path: Path, of_several: str = "most_confident", **openface: Any
) -> pd.DataFrame:
    program = install_stand_in(tmp_path / "bin")
    options = {"runtime": "none", "program": str(program), "face_size": 60, "threads": 1} | openface
    settings = ActionUnitsSettings.read({"source": "openface", "of_several": of_several, "openface": options})
    openface_shard(*shard, settings, tmp_path / "au.parquet", {"crops": "1"}, tmp_path / "state")
    return read_table(tmp_path / "au.parquet", ACTION_UNITS).set_index("sample_id")


def test_every_sample_has_a_row(shard: tuple[pd.DataFrame, Path], tmp_path: Path) -> None:
    table = run(shard, tmp_path)
    status = ["ok", "no_face", "low_confidence", "ok", "ok", "failed", "no_face"]
    assert table["status"].tolist() == status
    assert table["reason"]["f"] == "no picture: truncated"
    assert table["reason"]["g"] == "the faces stage found none"
    assert set(table["detector"].dropna()) == {"box"}
    assert table["openface"]["a"].startswith("FaceLandmarkImg sha256:")
    assert table["AU01_r"]["a"] == np.float32(0.2)
    assert not (tmp_path / "state").exists()


def test_a_crop_too_small_for_openface_is_scaled_up(shard: tuple[pd.DataFrame, Path], tmp_path: Path) -> None:
    # 30 pixels high: as it is, it would end the call
    assert run(shard, tmp_path, face_size=200)["status"]["e"] == "ok"


def test_the_nearest_of_two_faces(shard: tuple[pd.DataFrame, Path], tmp_path: Path) -> None:
    # the stand-in's more confident one is in a corner, the other in the middle, where the box is
    assert run(shard, tmp_path, detector="own")["face"]["d"] == 1
    assert run(shard, tmp_path, of_several="nearest_box", detector="own")["face"]["d"] == 0


def test_the_table_says_what_made_it_and_not_how_fast(shard: tuple[pd.DataFrame, Path], tmp_path: Path) -> None:
    run(shard, tmp_path)
    made = read_made_by(tmp_path / "au.parquet")["settings"]["openface"]
    assert made["detector"] == "box"
    assert not {"threads", "chunk", "memory_mb", "stall_seconds"} & set(made)
