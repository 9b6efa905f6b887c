"""Shards: Arrow files with a row a crop, opened by memory map with random access.

A faces table names the shards that lie beside it, each with a digest of its crops. The digest stands in the shard, too:
crops of another making are known by it, and nobody has to read gigabytes for that.
"""

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pyarrow as pa
from PIL import Image

from ulcag.config import FacesSettings
from ulcag.errors import InputError
from ulcag.faces.boxes import tight_square
from ulcag.faces.table import CORNERS, SHARD
from ulcag.files import whole_or_absent
from ulcag.tables import read_made_by

# Rows in an Arrow record batch: small, so that opening one row touches little of the file.
_BATCH_ROWS = 256
# Metadata of a shard's last record batch.
_CONTENT = b"content"
_AGAIN = "delete it, then run the stage `faces` again"


def shard_rows(n: int, shards: int, shard: int) -> slice:
    """Which rows of a sorted table of n samples belong to a shard: contiguous parts that differ by one at most.

    Raises:
        InputError: there is no such shard.
    """
    if not 0 <= shard < shards:
        raise InputError("shard", expected=f"0 to {shards - 1}", found=str(shard))
    return slice(n * shard // shards, n * (shard + 1) // shards)


@contextmanager
def new_shard(path: Path) -> Iterator[Callable[[dict[str, Any]], int]]:
    """A function that adds a crop (a row of `SHARD`) and says its row number. The file is whole or absent.

    Only a few hundred crops are held in memory, however large the shard.
    """
    waiting: list[dict[str, Any]] = []
    written = 0
    digest = hashlib.sha256()
    with whole_or_absent(path) as beside, pa.OSFile(str(beside), "wb") as file, pa.ipc.new_file(file, SHARD) as writer:

        def flush(**metadata: str) -> None:
            nonlocal written
            writer.write_batch(pa.RecordBatch.from_pylist(waiting, schema=SHARD), custom_metadata=metadata or None)
            written += len(waiting)
            waiting.clear()

        def add(crop: dict[str, Any]) -> int:
            if len(waiting) == _BATCH_ROWS:
                flush()
            waiting.append(crop)
            jpeg = crop["jpeg"]
            digest.update(repr((crop["sample_id"], *(crop[corner] for corner in CORNERS), len(jpeg))).encode())
            digest.update(jpeg)
            return written + len(waiting) - 1

        yield add
        flush(content=digest.hexdigest())


@dataclass(frozen=True)
class Shard:
    """A file of crops, and the digest of the crops that must be in it."""

    path: Path
    content: str

    def plain(self) -> dict[str, str]:
        """As a faces table names it."""
        return {"file": self.path.name, "content": self.content}


def shard_of(path: Path) -> Shard:
    """A file of crops as it is.

    Raises:
        InputError: it is no shard.
    """
    return Shard(path, _content(_open(path)))


class Crops:
    """Crops of all shards, by shard number and row. Files are opened when first used, once in each process.

    Args:
        shards: the files, by number.
        settings: what the crops were found and cut with; None: the defaults.
    """

    def __init__(self, shards: Mapping[int, Shard], settings: FacesSettings | None = None) -> None:
        self.shards = dict(shards)
        self.settings = settings or FacesSettings()
        self._readers: dict[int, tuple[Any, Any]] = {}

    def __getstate__(self) -> dict[str, Any]:
        # A memory map cannot be handed to another process: it opens its own.
        return {"shards": self.shards, "settings": self.settings, "_readers": {}}

    def whole(self, shard: int, row: int, sample_id: str) -> tuple[np.ndarray, tuple[float, float, float, float]]:
        """The stored crop (H, W, 3) uint8 RGB, and the face box in its pixels.

        Args:
            shard, row: where faces.parquet says that it is.
            sample_id: whose it must be.

        Raises:
            InputError: it is another sample's, or is not there, or is damaged; or the shard is of another making.
        """
        batch, place = self._find(shard, row)
        stored = batch.column("sample_id")[place].as_py()
        if stored != sample_id:
            found = f"the crop of '{stored}'"
            where = f"{self.shards[shard].path}, row {row}"
            raise InputError(where, expected=f"the crop of '{sample_id}'", found=found, do=_AGAIN)
        image = decode_jpeg(batch.column("jpeg")[place].as_buffer())
        if image is None:
            where = f"{self.shards[shard].path}, row {row}"
            raise InputError(where, expected="a JPEG", found="damaged data", do=_AGAIN)
        x0, y0, x1, y1 = (batch.column(corner)[place].as_py() for corner in CORNERS)
        return image, (x0, y0, x1, y1)

    def tight(
        self, shard: int, row: int, sample_id: str, size: int, shift: tuple[float, float] = (0.0, 0.0)
    ) -> np.ndarray:
        """The square around the face, resized to (size, size, 3) uint8 RGB.

        Args:
            shard, row, sample_id: which crop, and whose, as in `whole`.
            size: pixels.
            shift: moves the square to the right and down, as parts of its side; never out of the stored crop.
        """
        image, box = self.whole(shard, row, sample_id)
        return tight_square(image, box, size, shift)

    def _find(self, shard: int, row: int) -> tuple[Any, int]:
        if shard not in self.shards:
            found = f"shards {', '.join(map(str, self.shards)) or 'none'}"
            do = "give a faces table that names the shards of all its rows, or run the stage `faces` again"
            raise InputError("crops", expected=f"shard {shard}", found=found, do=do)
        path = self.shards[shard].path
        if shard not in self._readers:
            reader, described = _open(path), self.shards[shard].content
            content = _content(reader)
            if content != described:
                expected = f"the crops that its faces table describes ({described[:12]})"
                found = f"other crops ({content[:12] or 'from another version'})"
                raise InputError(path, expected=expected, found=found, do=_AGAIN)
            counts = [reader.get_batch(i).num_rows for i in range(reader.num_record_batches)]
            self._readers[shard] = (reader, np.cumsum([0, *counts]))
        reader, starts = self._readers[shard]
        if not 0 <= row < starts[-1]:
            found = f"row {row} of {starts[-1]}"
            raise InputError(path, expected="an existing row", found=found, do=_AGAIN)
        batch = int(np.searchsorted(starts, row, side="right")) - 1
        return reader.get_batch(batch), row - int(starts[batch])


def _open(path: Path) -> Any:
    try:
        reader = pa.ipc.open_file(pa.memory_map(str(path)))
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(path, expected="a shard of crops", found=str(error), do=_AGAIN) from None
    if reader.schema != SHARD:
        columns = ", ".join(reader.schema.names)
        raise InputError(path, expected="a shard of crops", found=f"columns {columns}", do=_AGAIN)
    return reader


def _content(reader: Any) -> str:
    """The digest of its crops that a shard states; blank if it states none."""
    batches = reader.num_record_batches
    metadata = reader.get_batch_with_custom_metadata(batches - 1).custom_metadata if batches else None
    return dict(metadata or {}).get(_CONTENT, b"").decode()


def crops_of(faces_file: Path) -> Crops:
    """The crops of a faces table, of one shard or of all.

    Args:
        faces_file: the table; its shards lie beside it, under the names that it gives them.

    Raises:
        InputError: it names none, or one that is not there. That a shard is of another making shows when it is opened.
    """
    made_by = read_made_by(faces_file)
    named: Any = made_by.get("files")
    try:
        shards = {int(number): Shard(faces_file.parent / one["file"], one["content"]) for number, one in named.items()}
    except (AttributeError, TypeError, KeyError, ValueError):
        do = "delete its folder, then run the stage `faces` again"
        expected = "a faces table with the names of its files of crops"
        raise InputError(faces_file, expected=expected, found="none", do=do) from None
    for shard in shards.values():
        if not shard.path.is_file():
            expected = f"the file of crops that {faces_file.name} names"
            do = "move the table together with its folder, or run the stage `faces` again"
            raise InputError(shard.path, expected=expected, found="no such file", do=do)
    of_all = {name: value for name, value in made_by.get("settings", {}).items() if name != "shard"}
    return Crops(shards, FacesSettings.read(of_all, where=str(faces_file)))


def pictures_of(faces: pd.DataFrame, crops: Crops, size: int) -> Callable[[str], np.ndarray | None]:
    """Sample id to its face, (size, size, 3) uint8 RGB; None where no crop is stored.

    Args:
        faces: rows of the faces table.
        crops: theirs.
        size: side in pixels.
    """
    stored = faces[faces["row"].notna()]
    places = dict(zip(stored["sample_id"], zip(stored["shard"], stored["row"], strict=True), strict=True))

    def picture(sample_id: str) -> np.ndarray | None:
        place = places.get(sample_id)
        return None if place is None else crops.tight(int(place[0]), int(place[1]), sample_id, size)

    return picture


def encode_jpeg(image: np.ndarray, quality: int) -> bytes:
    """(H, W, 3) uint8 RGB as a JPEG without chroma subsampling: lips and eyelids are small and coloured."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def decode_jpeg(jpeg: Any) -> np.ndarray | None:
    """Bytes of a JPEG as (H, W, 3) uint8 RGB; None if they are damaged."""
    data = np.frombuffer(jpeg, dtype=np.uint8)
    # OpenCV returns None for what is no picture, but asserts that there are bytes.
    return cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if len(data) else None
