"""Shards: what is written is read back, in any order and in any process."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faces.conftest import crops_in, picture
from ulcag.errors import InputError
from ulcag.faces.shard import Crops, Shard, crops_of, encode_jpeg, new_shard, pictures_of, shard_of, shard_rows
from ulcag.tables import Column, Schema, write_table

BOX = (20.0, 10.0, 50.0, 50.0)


def crop(seed: int, box: tuple[float, ...] = BOX, **size: int) -> dict[str, object]:
    corners = dict(zip(("x0", "y0", "x1", "y1"), box, strict=True))
    return {"sample_id": f"s{seed}", "jpeg": encode_jpeg(picture(seed, **size), 95), **corners}


def write(path: Path, crops: list[dict[str, object]]) -> Path:
    with new_shard(path) as add:
        assert [add(item) for item in crops] == list(range(len(crops)))
    return path


@given(st.integers(0, 500), st.integers(1, 40))
def test_shards_share_the_rows_out(n: int, shards: int) -> None:
    parts = [range(n)[shard_rows(n, shards, shard)] for shard in range(shards)]
    assert [row for part in parts for row in part] == list(range(n))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_there_is_no_shard_beyond_the_last() -> None:
    with pytest.raises(InputError, match=r"0 to 3\n.*4"):
        shard_rows(10, 4, 4)


def test_a_crop_comes_back_with_its_box(tmp_path: Path) -> None:
    crops = crops_in(write(tmp_path / "a.arrow", [crop(0, (1.25, 2.5, 60.75, 50.5))]))
    image, box = crops.whole(0, 0, "s0")
    assert image.dtype == np.uint8
    assert np.abs(image.astype(int) - picture(0)).mean() < 2
    assert box == (1.25, 2.5, 60.75, 50.5)


def test_random_access_gives_what_reading_in_order_gives(tmp_path: Path) -> None:
    # more rows than one record batch holds, of pictures of unequal size
    write(tmp_path / "a.arrow", [crop(number, height=20 + number % 7) for number in range(600)])
    write(tmp_path / "b.arrow", [crop(number) for number in range(1000, 1003)])
    paths = [tmp_path / "a.arrow", tmp_path / "b.arrow"]
    places = [(0, row, f"s{row}") for row in range(600)] + [(1, row, f"s{1000 + row}") for row in range(3)]
    in_order = crops_in(*paths)
    expected = {place: in_order.tight(*place, 16) for place in places}
    assert len({image.tobytes() for image in expected.values()}) == len(places)
    at_random = crops_in(*paths)
    for number in np.random.default_rng(0).permutation(len(places)):
        place = places[number]
        assert np.array_equal(at_random.tight(*place, 16), expected[place])


def test_crops_go_to_another_process(tmp_path: Path) -> None:
    crops = crops_in(write(tmp_path / "a.arrow", [crop(0)]))
    before = crops.tight(0, 0, "s0", 32)
    again = pickle.loads(pickle.dumps(crops))  # noqa: S301
    assert np.array_equal(again.tight(0, 0, "s0", 32), before)


def test_files_are_opened_when_first_used(tmp_path: Path) -> None:
    shard = shard_of(write(tmp_path / "a.arrow", [crop(0)]))
    crops = Crops({0: Shard(tmp_path / "absent.arrow", ""), 1: shard})
    assert crops.tight(1, 0, "s0", 8).shape == (8, 8, 3)
    with pytest.raises(InputError, match="expected: a shard of crops"):
        crops.tight(0, 0, "s0", 8)


def test_the_tight_part_is_the_square_around_the_box(tmp_path: Path) -> None:
    # the box is 30 wide and 40 high, so that the square reaches from 15 to 55
    crops = crops_in(write(tmp_path / "a.arrow", [crop(3)]))
    whole, _ = crops.whole(0, 0, "s3")
    assert np.array_equal(crops.tight(0, 0, "s3", 40), whole[10:50, 15:55])


@pytest.mark.parametrize("size", [8, 40, 224])
def test_the_tight_part_has_the_size_asked_for(tmp_path: Path, size: int) -> None:
    face = crops_in(write(tmp_path / "a.arrow", [crop(3)])).tight(0, 0, "s3", size)
    assert face.shape == (size, size, 3)
    assert face.dtype == np.uint8


def test_shrinking_takes_the_mean(tmp_path: Path) -> None:
    crops = crops_in(write(tmp_path / "a.arrow", [crop(3)]))
    whole, _ = crops.whole(0, 0, "s3")
    blocks = whole[10:50, 15:55].reshape(4, 10, 4, 10, 3).mean(axis=(1, 3))
    assert np.abs(crops.tight(0, 0, "s3", 4) - blocks).max() <= 0.51


def test_an_empty_shard_is_a_file(tmp_path: Path) -> None:
    crops = crops_in(write(tmp_path / "a.arrow", []))
    with pytest.raises(InputError, match="row 0 of 0"):
        crops.tight(0, 0, "s0", 8)


def test_a_row_that_is_not_there(tmp_path: Path) -> None:
    crops = crops_in(write(tmp_path / "a.arrow", [crop(0)]))
    for row in (-1, 1):
        with pytest.raises(InputError, match=f"row {row} of 1"):
            crops.whole(0, row, "s0")


def test_a_crop_is_never_taken_for_another_sample(tmp_path: Path) -> None:
    first, second = (write(tmp_path / f"{i}.arrow", [crop(2 * i), crop(2 * i + 1)]) for i in range(2))
    with pytest.raises(InputError, match=r"0\.arrow, row 1\n.*the crop of 's3'\n.*the crop of 's1'\n.*run the stage"):
        crops_in(first, second).tight(0, 1, "s3", 8)
    with pytest.raises(InputError, match=r"crops\n.*shard 2\n.*shards 0, 1"):
        crops_in(first, second).tight(2, 0, "s4", 8)
    faces = pd.DataFrame({"sample_id": ["s0", "s3"], "shard": [0, 1], "row": [0, 1]})
    picture_of = pictures_of(faces, crops_in(first, second), 8)
    assert picture_of("s3") is not None
    assert picture_of("s9") is None
    with pytest.raises(InputError, match="the crop of 's3'"):
        pictures_of(faces, crops_in(second, first), 8)("s3")


ONLY_IDS = Schema("faces", (Column("sample_id", pa.string(), "as in samples"),))


def faces_table(folder: Path, *shards: Path) -> Path:
    """A table without rows that names these shards."""
    files = {str(number): shard_of(path).plain() for number, path in enumerate(shards)}
    write_table(folder / "faces.parquet", pd.DataFrame({"sample_id": []}, dtype="str"), ONLY_IDS, files=files)
    return folder / "faces.parquet"


def test_a_table_finds_its_crops_beside_it_wherever_it_lies(tmp_path: Path) -> None:
    before = tmp_path / "before"
    before.mkdir()
    table = faces_table(before, *(write(before / f"{name}.arrow", [crop(n)]) for n, name in enumerate("zab")))
    # more shards than it names are none of its business
    write(before / "other.arrow", [crop(9)])
    after = before.rename(tmp_path / "after") / table.name
    crops = crops_of(after)
    assert [path.path.name for path in crops.shards.values()] == ["z.arrow", "a.arrow", "b.arrow"]
    assert all(crops.tight(n, 0, f"s{n}", 8).shape == (8, 8, 3) for n in range(3))


def test_a_shard_that_is_missing_is_named_before_any_work(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{n}.arrow", [crop(n)]) for n in range(2)]
    table = faces_table(tmp_path, *paths)
    paths[1].unlink()
    with pytest.raises(
        InputError, match=r"1\.arrow\n.*that faces\.parquet names\n.*no such file\n.*together with its folder"
    ):
        crops_of(table)


@pytest.mark.parametrize(
    "other", [[crop(0), crop(2)], [crop(0)], [crop(0), crop(1), crop(2)], [crop(0), crop(1, (20.0, 10.0, 50.0, 51.0))]]
)
def test_a_shard_of_another_making_is_refused(other: list[dict[str, object]], tmp_path: Path) -> None:
    table = faces_table(tmp_path, write(tmp_path / "0.arrow", [crop(0), crop(1)]))
    write(tmp_path / "0.arrow", other)
    # its first crop has the name that it had
    with pytest.raises(InputError, match=r"0\.arrow\n.*its faces table describes.*\n.*other crops.*\n.*`faces` again"):
        crops_of(table).whole(0, 0, "s0")
    # the same once more is no other
    write(tmp_path / "0.arrow", [crop(0), crop(1)])
    assert crops_of(table).whole(0, 1, "s1")[1] == BOX


def test_a_shard_that_does_not_say_what_is_in_it_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "0.arrow", [crop(0)])
    table, rows = faces_table(tmp_path, path), pa.ipc.open_file(str(path)).read_all()
    with pa.ipc.new_file(str(path), rows.schema) as writer:
        writer.write_table(rows)
    with pytest.raises(InputError, match="from another version"):
        crops_of(table).whole(0, 0, "s0")


@pytest.mark.parametrize("files", [None, [], {"a": {}}, {"0": {"file": "0.arrow"}}, {"0": "0.arrow"}])
def test_a_table_that_names_no_shards_is_refused(files: Any, tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", pd.DataFrame({"sample_id": []}, dtype="str"), ONLY_IDS)
    metadata = {b"ulcag": json.dumps({} if files is None else {"files": files}).encode()}
    table = pq.read_table(tmp_path / "t.parquet").replace_schema_metadata(metadata)
    pq.write_table(table, tmp_path / "t.parquet")
    with pytest.raises(InputError, match=r"t\.parquet\n.*the names of its files of crops\n.*none\n.*`faces` again"):
        crops_of(tmp_path / "t.parquet")


def test_another_arrow_file_is_no_shard(tmp_path: Path) -> None:
    table = pa.table({"a": [1]})
    with pa.ipc.new_file(str(tmp_path / "a.arrow"), table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(InputError, match=r"a shard of crops\n.*columns a"):
        shard_of(tmp_path / "a.arrow")


def test_a_failed_writer_leaves_no_file(tmp_path: Path) -> None:
    def fail_after_some() -> None:
        with new_shard(tmp_path / "a.arrow") as add:
            # more than are held in memory
            for number in range(300):
                add(crop(number))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_some()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("jpeg", [b"", b"no JPEG"])
def test_a_damaged_crop_names_its_shard_and_row(tmp_path: Path, jpeg: bytes) -> None:
    crops = crops_in(write(tmp_path / "a.arrow", [crop(0), crop(1) | {"jpeg": jpeg}]))
    with pytest.raises(InputError, match=r"a\.arrow, row 1\n.*JPEG\n.*damaged"):
        crops.whole(0, 1, "s1")


def test_a_truncated_shard_says_what_to_do(tmp_path: Path) -> None:
    path = write(tmp_path / "a.arrow", [crop(0)])
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match="delete it, then run the stage `faces` again"):
        shard_of(path)


def test_a_shift_moves_the_square_within_the_stored_crop(tmp_path: Path) -> None:
    image = np.zeros((100, 100, 3), dtype=np.uint8)
    image[:, :50] = 255
    with new_shard(tmp_path / "0.arrow") as add:
        corners = {"x0": 30.0, "y0": 30.0, "x1": 70.0, "y1": 70.0}
        add({"sample_id": "s", "jpeg": encode_jpeg(image, 95), **corners})
    crops = crops_in(tmp_path / "0.arrow")
    white = [(crops.tight(0, 0, "s", 40, (dx, 0.0)) > 128).mean() for dx in (0.0, 0.25, -0.25, 9.0, -9.0)]
    assert white == pytest.approx([0.5, 0.25, 0.75, 0.0, 1.0], abs=0.03)
