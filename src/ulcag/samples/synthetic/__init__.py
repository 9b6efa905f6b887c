"""An embedded data set: rendered faces with known emotions and action units, for demos and tests.

A parametric head (`anny`) poses action units after FACS, is lit, photographed and "measured" by a simulated
OpenFace.  No real person is in it.  Importing this package is cheap; rendering loads what it needs.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["render_dataset"]


def render_dataset(
    folder: Path,
    *,
    train: int = 1500,
    test: int = 400,
    seed: int = 0,
    size: int = 256,
    workers: int = 2,
    progress: bool = True,
) -> None:
    """Render the synthetic data set into a folder; an interrupted rendering goes on where it stopped.

    Writes `images/<sample_id>.jpg`, `openface/<sample_id>.csv` (missing where the simulated detector finds no
    face), `truth.parquet` (true AU intensities 0..5) and, last, `labels.csv`.  A picture depends on the seed, the
    size and its id alone.  With several workers call this from a script guarded by `if __name__ == "__main__"`.

    Args:
        folder: where to write; created if needed.
        train: number of training pictures.
        test: number of test pictures, of other people.
        seed: of all randomness.
        size: height and width of the pictures in pixels.
        workers: processes, one thread each.
        progress: show a progress bar.

    Raises:
        ValueError: for arguments out of range, or if the folder holds pictures of other settings.
        ImportError: if anny, trimesh or embreex is not installed.
    """
    from ulcag.samples.synthetic import dataset

    dataset.render(folder, train=train, test=test, seed=seed, size=size, workers=workers, progress=progress)
