"""Makes the reader's head from rendered faces alone: `ulcag fit-reader`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ulcag.action_units.reader.drawn import PEOPLE, PICTURES, draw, generator
from ulcag.action_units.reader.features import DEPTHS, SIDE, WIDTH, FaceFeatures, grey
from ulcag.action_units.reader.fit import fit_head
from ulcag.action_units.reader.head import write_head
from ulcag.action_units.reader.rendered import render_faces, rendered_folder
from ulcag.action_units.reader.spoil import spoilt
from ulcag.action_units.table import INTENSITY_UNITS
from ulcag.config import FacesSettings
from ulcag.faces.boxes import Box
from ulcag.faces.detect import Detector, make_detector, select_face
from ulcag.image import read_image
from ulcag.progress import progress

# Each picture is spoilt so many times, each time in another way.
COPIES = 3
# Units that it does not read: on photographs it does not agree with OpenFace about them (docs/action-unit-reader.md).
NOT_READ = frozenset({"AU23"})
UNITS = tuple(unit for unit in INTENSITY_UNITS if unit not in NOT_READ)


def fit_reader(out: Path, cache: Path, *, people: int = PEOPLE, workers: int = 2) -> dict[str, Any]:
    """Render, spoil, look, fit, write.

    Args:
        out: the head's file.
        cache: folder in which rendered pictures are kept.
        people: how many; fewer than PEOPLE is for tests.
        workers: processes that render; change no result.

    Returns:
        What the file says of itself.

    Raises:
        InputError: a package is missing, or a file is damaged.
    """
    features, detector = FaceFeatures(), make_detector(FacesSettings())
    # More would add up in another order.
    torch.set_num_threads(1)
    paths = render_faces(rendered_folder(cache), people, workers)
    numbers: list[int] = []
    bar = progress(paths, what="features", unit="picture", total=len(paths))
    x = np.empty((len(paths) * COPIES, WIDTH), dtype=np.float32)
    for row, f in enumerate(features(_faces(bar, detector, numbers))):
        x[row] = f
    x = x[: len(numbers)]
    pictures = [draw(number) for number in numbers]
    y = np.array([[picture.intensities[unit] for unit in UNITS] for picture in pictures])
    head, r = fit_head(UNITS, x, y, np.array(numbers) // PICTURES)
    about = {
        "people": people,
        "pictures": len(set(numbers)),
        "copies": COPIES,
        "pixels": SIDE,
        "depths": [list(depth) for depth in DEPTHS],
        "held_out_r": dict(zip(UNITS, r.round(3).tolist(), strict=True)),
    }
    write_head(out, head, about)
    return about


def _faces(paths: Sequence[Path], detector: Detector, numbers: list[int]) -> Iterator[np.ndarray]:
    """Faces (SIDE, SIDE) uint8 of pictures in which one is found; appends the number of the picture that each is of."""
    settings = FacesSettings()
    for number, path in enumerate(paths):
        picture = read_image(path)
        found = detector(picture)
        if not found:
            continue
        box: Box = select_face(found, settings.select, picture.shape[1], picture.shape[0]).box
        for copy in range(COPIES):
            numbers.append(number)
            yield spoilt(grey(picture), box, generator("spoilt", path.stem, copy))
