"""Pictures to faces, and faces to expressions: a trained network behind one call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ulcag.action_units.reader.unit_reader import UnitReader, face_square
from ulcag.action_units.sources.reader import not_installed
from ulcag.classes import CLASSES
from ulcag.config import FacesSettings
from ulcag.errors import InputError
from ulcag.evaluation.metrics import softmax
from ulcag.faces.boxes import Box, tight_square
from ulcag.faces.crop import cut_crop
from ulcag.faces.detect import Detection, Detector, NotSearchedError, area, make_detector
from ulcag.faces.shard import decode_jpeg
from ulcag.image import UnreadableError, read_image
from ulcag.training.device import choose_device
from ulcag.training.network import memory_format
from ulcag.training.saved import load_run


@dataclass(frozen=True)
class Face:
    """One face, and what the network says of it.

    Attributes:
        box: x0, y0, x1, y1 in pixels of the picture.
        detection: probability that it is a face; None for a whole image.
        expression: the most probable of the seven classes.
        probabilities: class to probability, the softmax of the unweighted logits.
        alpha: confidence, Eq. 1, in 0..1; None where the arm learned none.
        action_units: name to probability, by the network; None where the arm has no auxiliary branch.
        intensities: name to 0..5, read off the face without the network (`action_units.source: reader`); None where
            the packages for it are not installed.
    """

    box: Box
    detection: float | None
    expression: str
    probabilities: dict[str, float]
    alpha: float | None
    action_units: dict[str, float] | None
    intensities: dict[str, float] | None = None


@dataclass(frozen=True)
class FoundFace:
    """A face that was found and not judged yet: box, probability of the detection, and what is looked at: by the
    network (S, S, 3) uint8 RGB, and by the reader of action units, as `face_square` cuts it."""

    box: Box
    detection: float | None
    square: np.ndarray
    for_units: np.ndarray


class Predictor:
    """A run's network after its last epoch, in fp32, on a GPU where there is one.

    Faces are found and cut as by `ulcag faces` with the settings of the faces that the run learnt from, the JPEG of the
    stored crop included, so that a picture gets the very numbers that evaluation gives it. The reader of action units
    looks at each face, too, where the extra `dlib-face` is installed.

    Args:
        run: the run's folder.
        whole_image: a picture is one face, cropped already, and is not searched.
        detector: in place of MTCNN.

    Raises:
        InputError: the folder is no run, or a file of it is damaged.
    """

    def __init__(self, run: str | Path, *, whole_image: bool = False, detector: Detector | None = None) -> None:
        self.record, self.settings, network = load_run(Path(run))
        # All faces are wanted here, small ones beside a large one, too.
        here = {"source": "whole_image" if whole_image else "mtcnn", "min_face_share": 0.0}
        self.faces = FacesSettings.read(self.record["faces"] | here, where=str(Path(run) / "run.json"))
        self.detector = None if whole_image else detector or make_detector(self.faces)
        self.device = choose_device("auto")
        layout = memory_format(self.device, torch.float32, self.settings.training.image_size)
        self.network = network.to(self.device).to(memory_format=layout).eval()
        self._reader = None if not_installed() else UnitReader()
        self.read_units: tuple[str, ...] = self._reader.units if self._reader else ()
        self.units: list[str] = self.record["action_units"]["names"] if network.method.predicts_units else []

    def __call__(self, image: str | Path | np.ndarray) -> list[Face]:
        """All faces of a picture, the largest first; none if there is none, or the picture is too small to be searched.

        Args:
            image: a file, or (H, W, 3) uint8 RGB.

        Raises:
            InputError: the file is no picture, or the array is none.
        """
        if isinstance(image, np.ndarray):
            if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
                found = f"{image.shape} {image.dtype}"
                raise InputError("image", expected="an array (H, W, 3) uint8, RGB", found=found)
        else:
            try:
                image = read_image(Path(image))
            except UnreadableError as error:
                raise InputError(image, expected="a picture", found=str(error)) from None
        try:
            return self.judge(self.find(image))
        except NotSearchedError:
            return []

    def find(self, image: np.ndarray) -> list[FoundFace]:
        """The faces of a picture (H, W, 3) uint8 RGB, the largest first.

        Raises:
            NotSearchedError: it could not be searched.
        """
        if self.detector is None:
            height, width = image.shape[:2]
            return [FoundFace((0.0, 0.0, float(width), float(height)), None, *self._squares(image, None))]
        # as `faces.select: largest` would choose them
        faces = sorted(self.detector(image), key=area, reverse=True)
        return [FoundFace(face.box, face.probability, *self._squares(image, face)) for face in faces]

    @torch.no_grad()
    def judge(self, found: Sequence[FoundFace]) -> list[Face]:
        """What the network says of faces, in one batch; batches have no influence on a result."""
        if not found:
            return []
        images = np.stack([face.square for face in found]).transpose(0, 3, 1, 2)
        f = self.network.features(torch.from_numpy(np.ascontiguousarray(images)).to(self.device))
        probabilities = softmax(self.network.classifier(f).cpu().numpy())
        alpha = self.network.method.alpha(f)
        alphas = [None] * len(found) if alpha is None else alpha.cpu().tolist()
        scores = self.network.method.unit_probabilities(f)
        units: list[dict[str, float] | None] = [None] * len(found)
        if scores is not None:
            units = [dict(zip(self.units, row, strict=True)) for row in scores.cpu().tolist()]
        return [
            Face(
                box=face.box,
                detection=face.detection,
                expression=CLASSES[int(p.argmax())],
                probabilities=dict(zip(CLASSES, p.tolist(), strict=True)),
                alpha=alpha,
                action_units=of_face,
                intensities=read,
            )
            for face, p, alpha, of_face, read in zip(
                found, probabilities, alphas, units, self._intensities(found), strict=True
            )
        ]

    def _intensities(self, found: Sequence[FoundFace]) -> Iterator[dict[str, float] | None]:
        if self._reader is None:
            yield from [None] * len(found)
            return
        for reading in self._reader(face.for_units for face in found):
            yield dict(zip(self.read_units, reading.intensities.tolist(), strict=True))

    def _squares(self, image: np.ndarray, face: Detection | None) -> tuple[np.ndarray, np.ndarray]:
        crop = cut_crop(image, face, self.faces)
        stored = decode_jpeg(crop.jpeg)
        assert stored is not None  # it was encoded just now
        square = tight_square(stored, crop.box, self.settings.training.image_size)
        return square, face_square(stored, crop.box)
