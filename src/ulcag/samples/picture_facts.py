"""Looking at every picture of a data set: can it be read, how large is it, which file is it, what does it look like?"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from ulcag.errors import InputError
from ulcag.files import sha256
from ulcag.image import UnreadableError, read_image
from ulcag.progress import progress
from ulcag.samples.near_duplicates import nearest, picture_hash, picture_looks
from ulcag.samples.table import PICTURES

_CHUNK = 32


@dataclass(frozen=True)
class _Seen:
    """One picture. `hashes`: (1, 4) of a training picture, (8, 4) of a test picture; None if it cannot be read."""

    width: int | None = None
    height: int | None = None
    missing: bool = False
    reason: str | None = None
    sha256: str | None = None
    hashes: np.ndarray | None = None


def measure_pictures(samples: pd.DataFrame, workers: int = 1) -> pd.DataFrame:
    """Rows of the pictures table, sorted by sample id.

    A file that is missing or broken is a row with a reason; it never costs the others.

    Args:
        samples: rows of the samples table.
        workers: processes that read; has no influence on the result.

    Raises:
        InputError: there are no workers, or one was killed, as for want of memory.
    """
    samples = samples.sort_values("sample_id", ignore_index=True)
    jobs = list(zip(samples["path"], samples["split"], strict=True))
    with _mapped(workers) as mapped:
        seen = list(progress(mapped(_look, jobs), what="check", unit="image", total=len(jobs)))
    frame = pd.DataFrame({"sample_id": samples["sample_id"].to_numpy()})
    for name in ("width", "height"):
        frame[name] = pd.array([getattr(one, name) for one in seen], dtype="Int32")
    for name in ("missing", "reason", "sha256"):
        frame[name] = [getattr(one, name) for one in seen]
    frame["nearest"], frame["bits"] = None, pd.array([None] * len(frame), dtype="Int16")

    readable = np.array([one.hashes is not None for one in seen], dtype=bool)
    train = np.flatnonzero(readable & (samples["split"] == "train").to_numpy())
    test = np.flatnonzero(readable & (samples["split"] == "test").to_numpy())
    if len(train) and len(test):
        found, bits = nearest(
            np.stack([seen[i].hashes for i in test]),
            np.concatenate([seen[i].hashes for i in train]),
        )
        names = frame["sample_id"].to_numpy()
        frame["nearest"] = pd.Series(names[train[found]], index=test).reindex(frame.index)
        frame["bits"] = pd.Series(bits, index=test).reindex(frame.index).astype("Int16")
    return frame[PICTURES.names]


def _look(job: tuple[str, str]) -> _Seen:
    path, split = Path(job[0]), job[1]
    digest = None
    try:
        if not path.is_file():
            return _Seen(missing=True, reason="no such file")
        digest = sha256(path)
        picture = read_image(path)
        hashes = picture_looks(picture) if split == "test" else picture_hash(picture)[None]
    except (UnreadableError, InputError, OSError, MemoryError) as error:
        return _Seen(reason=str(error) or type(error).__name__, sha256=digest)
    height, width = picture.shape[:2]
    return _Seen(width, height, sha256=digest, hashes=hashes)


@contextmanager
def _mapped(workers: int) -> Iterator[Callable[..., Iterator[_Seen]]]:
    """`map`, in this process or in several."""
    if workers < 1:
        raise InputError("--workers", expected="1 or more", found=str(workers))
    if workers == 1:
        yield map
        return
    try:
        # Not forked: the libraries that read pictures have threads.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield partial(pool.map, chunksize=_CHUNK)
    except BrokenProcessPool:
        found = "one that was killed, probably for lack of memory"
        do = "give the job more memory, or use fewer --workers"
        raise InputError("check", expected="processes that read pictures", found=found, do=do) from None
