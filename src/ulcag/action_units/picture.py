"""A stored crop as OpenFace likes it: not too small, with a margin on all sides, and with the box of the face."""

from pathlib import Path

import cv2
import numpy as np

from ulcag.action_units.engine import BOXES, PICTURES
from ulcag.faces.boxes import Box

# A picture is scaled up to so many times `face_size` at most.
_LARGEST = 4


def openface_picture(crop: np.ndarray, box: Box, face_size: int, margin: float) -> tuple[np.ndarray, Box]:
    """Scale up a small face, and pad where the margin is missing.

    FaceLandmarkImg dies of pictures under 43 pixels, finds nothing under 60, and agrees better with the whole photo on
    crops with a margin than on tight ones.

    Args:
        crop: (H, W, 3) uint8 RGB.
        box: of the face, in the crop's pixels.
        face_size: the longer side of the box is scaled up to it, never down, pixels.
        margin: around the box on each side, as a part of the box's width and height; border pixels are repeated.

    Returns:
        The picture (H', W', 3) uint8 RGB, and the box in it.
    """
    x0, y0, x1, y1 = box
    # A box that is a speck of its crop is no face; it must not make a picture of a gigabyte.
    scale = max(1.0, face_size / max(x1 - x0, y1 - y0, max(crop.shape[:2]) / _LARGEST))
    if scale > 1:
        size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
        scales = (size[0] / crop.shape[1], size[1] / crop.shape[0])
        crop = cv2.resize(crop, size, interpolation=cv2.INTER_CUBIC)
        x0, x1, y0, y1 = x0 * scales[0], x1 * scales[0], y0 * scales[1], y1 * scales[1]
    height, width = crop.shape[:2]
    dx, dy = margin * (x1 - x0), margin * (y1 - y0)
    left, right = _missing(x0 - dx), _missing(width - x1 - dx)
    top, bottom = _missing(y0 - dy), _missing(height - y1 - dy)
    padded = cv2.copyMakeBorder(crop, top, bottom, left, right, cv2.BORDER_REPLICATE)
    return padded, (x0 + left, y0 + top, x1 + left, y1 + top)


def openface_box(box: Box) -> Box:
    """MTCNN's box in OpenFace's convention: a squarer one from the brows to the chin.

    OpenFace corrects the boxes of its own MTCNN so (at the end of FaceDetectorMTCNN.cpp, version 2.2) before it fits
    landmarks, and takes those of `-bboxdir` as they are. From MTCNN's box as it is it reads mostly noise.
    """
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    x0, y0 = x0 - 0.0075 * width, y0 + 0.2459 * height
    return x0, y0, x0 + 1.0323 * width, y0 + 0.7751 * height


def write_picture(folder: Path, stem: str, picture: np.ndarray, box: Box | None) -> None:
    """Write the picture as `in/<stem>.png`, without loss, and the box as `box/<stem>.txt` where there is one.

    Args:
        folder: of the call.
        stem: all that OpenFace keeps of a name.
        picture: (H, W, 3) uint8 RGB.
        box: in its pixels.
    """
    # little compression: the files live for seconds
    quick = [cv2.IMWRITE_PNG_COMPRESSION, 1]
    written, png = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), quick)
    assert written
    (folder / PICTURES / f"{stem}.png").write_bytes(png.tobytes())
    if box is not None:
        (folder / BOXES / f"{stem}.txt").write_text(" ".join(f"{corner:.2f}" for corner in box) + "\n")


def _missing(there: float) -> int:
    return max(0, int(np.ceil(-there)))
