"""What goes wrong on real machines, as far as no test of a single stage covers it; docs/reliability.md has the list."""

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.faces.conftest import crops_in
from tests.test_tables import SCHEMA, frame
from ulcag.errors import InputError
from ulcag.faces.shard import Crops, encode_jpeg, new_shard
from ulcag.files import whole_or_absent, write_json
from ulcag.tables import read_table, write_table


def write_shard(path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3)).astype(np.uint8)
    with new_shard(path) as add:
        for number in range(20):
            box = {"x0": 0.0, "y0": 0.0, "x1": 30.0, "y1": 30.0}
            add({"sample_id": str(number), "jpeg": encode_jpeg(noise, 95), **box})


def write_big_table(path: Path) -> None:
    rows = 200_000
    ids = [f"{number:x}" for number in np.random.default_rng(0).permutation(rows)]
    labels = np.zeros(rows, dtype=np.int8)
    write_table(path, frame().reindex(range(rows)).assign(sample_id=ids, label=labels), SCHEMA)


WRITERS: list[Callable[[Path], None]] = [
    write_shard,
    write_big_table,
    lambda path: write_json(path, ["x" * 1_000_000]),
]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("write", WRITERS)
def test_a_full_disk_is_said_and_the_old_file_stands(write: Callable[[Path], None], small_disk: Path) -> None:
    path = small_disk / "file"
    path.write_text("the old one")
    with pytest.raises(InputError, match=r"No space left on device|Errno 28"):
        write(path)
    assert path.read_text() == "the old one"
    assert [path.name for path in small_disk.iterdir()] == ["file"]


def test_a_disk_that_is_read_only_is_said(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for path in (small_disk / "file", small_disk / "new folder" / "file"):
        with pytest.raises(InputError, match=r"(?s)expected: a writable file.*Read-only file system"):
            write_json(path, {})


def test_other_errors_are_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole_or_absent(tmp_path / "file"):
        (tmp_path / "input").read_text()
    with pytest.raises(InputError, match="free disk space"), whole_or_absent(tmp_path / "file"):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_table_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_table(path, frame(), SCHEMA)
    content = path.read_bytes()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match=r"expected: the table 'demo' \(Parquet\)"):
            read_table(path, SCHEMA)


def test_a_shard_cut_anywhere_gives_an_error_and_never_another_picture(tmp_path: Path) -> None:
    path = tmp_path / "0.arrow"
    write_shard(path)
    described = crops_in(path)
    whole, _ = described.whole(0, 3, "3")
    content = path.read_bytes()
    for length in np.linspace(0, len(content) - 1, 25).astype(int):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match="shard"):
            np.testing.assert_array_equal(Crops(described.shards).whole(0, 3, "3")[0], whole)


def test_a_flipped_byte_is_never_another_value(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_table(path, frame(), SCHEMA)
    expected, content = read_table(path, SCHEMA), path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :])
        try:
            found = read_table(path, SCHEMA)
        except InputError:
            continue
        pd.testing.assert_frame_equal(found, expected)
