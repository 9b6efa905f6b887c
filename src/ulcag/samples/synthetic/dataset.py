"""The data set on disk: files, worker processes, and going on after an interruption."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import importlib.metadata
import importlib.util
import io
import json
import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ulcag.samples.synthetic.action_units import AU_PRESENCE
from ulcag.samples.synthetic.sample import Sample, draw_sample, generator, openface_of, person_of

if TYPE_CHECKING:
    from ulcag.samples.synthetic.render import Sitter

LABEL_COLUMNS = ["image", "label", "split", "identity", "ambiguity", "second_label"]
PACKAGES = ["anny", "trimesh", "embreex"]  # trimesh is used by anny
SIZE_RANGE = (96, 1024)


@dataclass(frozen=True)
class Job:
    """One picture to render."""

    folder: Path
    seed: int
    size: int
    sample: Sample


def render(folder: Path, *, train: int, test: int, seed: int, size: int, workers: int, progress: bool) -> None:
    """See `ulcag.samples.synthetic.render_dataset`."""
    _check(train, test, seed, size, workers)
    _require_packages()
    folder = Path(folder)
    for name in ("images", "openface"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _keep_settings(folder, {"seed": seed, "size": size, "renderer": renderer()})

    samples = [draw_sample(seed, "train", k) for k in range(train)]
    samples += [draw_sample(seed, "test", k) for k in range(test)]
    missing = [sample for sample in samples if not _image(folder, sample).exists()]
    if missing:
        # Whoever sees labels.csv may rely on every picture.
        (folder / "labels.csv").unlink(missing_ok=True)
    # Neighbours share a person, whose skin is then painted once.
    jobs = [Job(folder, seed, size, sample) for sample in sorted(missing, key=lambda s: (s.identity, s.sample_id))]
    _run(jobs, workers, progress)
    _write_truth(folder / "truth.parquet", samples)
    _write_labels(folder / "labels.csv", samples)


def _check(train: int, test: int, seed: int, size: int, workers: int) -> None:
    for name, value, low, high in (
        ("train", train, 0, 99_999),
        ("test", test, 0, 99_999),
        ("seed", seed, 0, 2**63 - 1),
        ("size", size, *SIZE_RANGE),
        ("workers", workers, 1, 256),
    ):
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"{name}: found {value!r}, expected a whole number from {low} to {high}")


def _require_packages() -> None:
    """Say at once what is missing, before any file is written."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise ImportError(
            f"the synthetic samples need {', '.join(missing)}; install with: pip install 'ulcag[synthetic]'"
        )


def renderer() -> str:
    """What draws the pictures, as a hash: the code of this package, and the versions of what it draws with."""
    drawn_by = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        drawn_by.update(path.read_bytes())
    for name in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            drawn_by.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    return drawn_by.hexdigest()[:12]


def _keep_settings(folder: Path, settings: dict[str, int | str]) -> None:
    """Refuse to mix pictures of different settings in one folder."""
    path = folder / "settings.json"
    if path.exists():
        found = json.loads(path.read_text())
        if found != settings:
            raise ValueError(
                f"{folder} holds pictures of other settings: found {found}, expected {settings}; "
                "empty the folder, or choose another"
            )
    _write(path, json.dumps(settings).encode())


def _run(jobs: list[Job], workers: int, progress: bool) -> None:
    from tqdm import tqdm

    with tqdm(total=len(jobs), desc="rendering", unit="picture", disable=not progress) as bar:
        if not jobs:
            return
        if workers == 1:
            with _one_thread():
                for job in jobs:
                    _take_picture(job)
                    bar.update()
            return
        context = multiprocessing.get_context("spawn")
        chunk = max(1, min(16, len(jobs) // (4 * workers)))
        with _environment("OMP_NUM_THREADS", "1"), context.Pool(workers, initializer=_start_worker) as pool:
            pool.apply(_load_head)
            for _ in pool.imap_unordered(_take_picture, jobs, chunksize=chunk):
                bar.update()


def _load_head() -> None:
    """Let one worker load anny before the others: on a fresh install it builds a cache, which two should not."""
    from ulcag.samples.synthetic.head import load_head

    load_head()


def _start_worker() -> None:
    """One thread a process: the workers share the cores already."""
    import cv2
    import torch

    cv2.setNumThreads(1)
    torch.set_num_threads(1)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Limit torch and OpenCV to one thread, as in the workers; restored afterwards."""
    import cv2
    import torch

    before = cv2.getNumThreads(), torch.get_num_threads()
    _start_worker()
    try:
        yield
    finally:
        cv2.setNumThreads(before[0])
        torch.set_num_threads(before[1])


@contextlib.contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _take_picture(job: Job) -> None:
    """Render one picture; its OpenFace file goes first, so that a picture on disk has all it needs."""
    from ulcag.samples.synthetic.photo import encode_jpeg
    from ulcag.samples.synthetic.render import render

    sample = job.sample
    measured = openface_of(job.seed, sample)
    if measured is not None:
        _write(job.folder / "openface" / f"{sample.sample_id}.csv", measured.encode())
    sitter = _sitter(job.seed, sample.identity)
    noise = generator(job.seed, "sensor", sample.sample_id)
    picture = render(sitter, sample.expression.intensities, sample.scene, noise, job.size)
    _write(_image(job.folder, sample), encode_jpeg(picture, sample.scene.jpeg_quality))


@lru_cache(maxsize=4)
def _sitter(seed: int, identity: str) -> Sitter:
    from ulcag.samples.synthetic.render import Sitter

    return Sitter(person_of(seed, identity))


def _image(folder: Path, sample: Sample) -> Path:
    return folder / "images" / f"{sample.sample_id}.jpg"


def _write_labels(path: Path, samples: list[Sample]) -> None:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(LABEL_COLUMNS)
    for sample in samples:
        shown = sample.expression
        table.writerow(
            [
                f"images/{sample.sample_id}.jpg",
                shown.label,
                sample.split,
                sample.identity,
                f"{shown.ambiguity:.4f}",
                shown.second_label,
            ]
        )
    _write(path, text.getvalue().encode())


def _write_truth(path: Path, samples: list[Sample]) -> None:
    import numpy as np
    import pandas as pd

    columns: dict[str, object] = {"sample_id": [sample.sample_id for sample in samples]}
    for unit in AU_PRESENCE:
        columns[unit] = np.array([s.expression.intensities[unit] for s in samples], dtype=np.float32)
    data = io.BytesIO()
    pd.DataFrame(columns).to_parquet(data, index=False)
    _write(path, data.getvalue())


def _write(path: Path, content: bytes) -> None:
    """Write beside, then rename: a file is either whole or not there."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)
