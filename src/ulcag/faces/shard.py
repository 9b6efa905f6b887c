"""Shards: Arrow files with a row a crop, opened by memory map with random access."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pyarrow as pa
from PIL import Image

from ulcag.errors import InputError
from ulcag.faces.boxes import tight_square
from ulcag.faces.table import CORNERS, SHARD
from ulcag.files import whole_or_absent

# Rows in an Arrow record batch: small, so that opening one row touches little of the file.
_BATCH_ROWS = 256
_APART = (
    "give faces.parquet and all shards, in the order of their numbers, as one run of the stage `faces` left them; or "
    "run the stage `faces` again"
)


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
    with whole_or_absent(path) as beside, pa.OSFile(str(beside), "wb") as file, pa.ipc.new_file(file, SHARD) as writer:

        def flush() -> None:
            nonlocal written
            writer.write_batch(pa.RecordBatch.from_pylist(waiting, schema=SHARD))
            written += len(waiting)
            waiting.clear()

        def add(crop: dict[str, Any]) -> int:
            if len(waiting) == _BATCH_ROWS:
                flush()
            waiting.append(crop)
            return written + len(waiting) - 1

        yield add
        if waiting:
            flush()


class Crops:
    """Crops of all shards, by shard number and row. Files are opened when first used, once in each process."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = [Path(path) for path in paths]
        self._readers: dict[int, tuple[Any, Any]] = {}

    def __getstate__(self) -> dict[str, Any]:
        # A memory map cannot be handed to another process: it opens its own.
        return {"paths": self.paths, "_readers": {}}

    def whole(self, shard: int, row: int, sample_id: str) -> tuple[np.ndarray, tuple[float, float, float, float]]:
        """The stored crop (H, W, 3) uint8 RGB, and the face box in its pixels.

        Args:
            shard, row: where faces.parquet says that it is.
            sample_id: whose it must be.

        Raises:
            InputError: it is another sample's, or is not there, or is damaged.
        """
        batch, place = self._find(shard, row)
        stored = batch.column("sample_id")[place].as_py()
        if stored != sample_id:
            found = f"that of '{stored}'"
            raise InputError(
                f"{self.paths[shard]}, row {row}", expected=f"the crop of '{sample_id}'", found=found, do=_APART
            )
        image = decode_jpeg(batch.column("jpeg")[place].as_buffer())
        if image is None:
            do = "delete the shard and run the stage `faces` again"
            raise InputError(f"{self.paths[shard]}, row {row}", expected="a JPEG", found="damaged data", do=do)
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
        if not 0 <= shard < len(self.paths):
            expected, found = f"shard {shard} of the crops, too", f"{len(self.paths)} shards"
            raise InputError("--crops", expected=expected, found=found, do=_APART)
        if shard not in self._readers:
            do = "delete it and run the stage `faces` again"
            try:
                reader = pa.ipc.open_file(pa.memory_map(str(self.paths[shard])))
            except (pa.ArrowInvalid, OSError) as error:
                raise InputError(self.paths[shard], expected="a shard of crops", found=str(error), do=do) from None
            if reader.schema != SHARD:
                columns = ", ".join(reader.schema.names)
                raise InputError(self.paths[shard], expected="a shard of crops", found=f"columns {columns}", do=do)
            counts = [reader.get_batch(i).num_rows for i in range(reader.num_record_batches)]
            self._readers[shard] = (reader, np.cumsum([0, *counts]))
        reader, starts = self._readers[shard]
        if not 0 <= row < starts[-1]:
            found = f"row {row} of {starts[-1]}"
            raise InputError(self.paths[shard], expected="a row that is there", found=found, do=_APART)
        batch = int(np.searchsorted(starts, row, side="right")) - 1
        return reader.get_batch(batch), row - int(starts[batch])


def pictures_of(faces: pd.DataFrame, shards: Sequence[Path], size: int) -> Callable[[str], np.ndarray | None]:
    """Sample id to its face, (size, size, 3) uint8 RGB; None where no crop is stored.

    Args:
        faces: rows of the faces table.
        shards: all shards, in order.
        size: side in pixels.
    """
    stored = faces[faces["row"].notna()]
    places = dict(zip(stored["sample_id"], zip(stored["shard"], stored["row"], strict=True), strict=True))
    crops = Crops(shards)

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
