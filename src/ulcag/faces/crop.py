"""From a picture to the crop of a face as a shard stores it."""

from dataclasses import dataclass

import cv2
import numpy as np

from ulcag.config import FacesSettings
from ulcag.faces.boxes import Box, inside, scale_to_fit, with_margin
from ulcag.faces.detect import Detection
from ulcag.faces.shard import encode_jpeg

# MTCNN's landmarks on an upright face that looks ahead, as x + iy, and the width of its box: medians over photos and
# rendered faces, made symmetric. The middle of the box is 0, its height 1.
UPRIGHT = np.array([-0.17 - 0.11j, 0.17 - 0.11j, 0.0 + 0.1j, -0.143 + 0.27j, 0.143 + 0.27j])
UPRIGHT_WIDTH = 0.75
# Landmarks that make a face so much larger or smaller than its box are wrong. Of 4,700 faces the most was 1.7.
_AT_ODDS = 2.0


@dataclass(frozen=True)
class Crop:
    """A face with its margin.

    Attributes:
        jpeg: as a shard stores it.
        part: what it shows of the picture; where it was turned, the upright box around that.
        turn: how far the face leant to the right in the picture, degrees, which the crop undoes; None: cut as it is.
        box: of the face, in the crop's pixels.
    """

    jpeg: bytes
    part: Box
    turn: float | None
    box: Box


def cut_crop(image: np.ndarray, face: Detection | None, settings: FacesSettings) -> Crop:
    """Cut a face and its margin out of a picture, upright if the settings say so, not larger than they allow.

    Args:
        image: (H, W, 3) uint8 RGB.
        face: where it is; None: the whole picture is a face, without margin.
        settings: of the crops.
    """
    height, width = image.shape[:2]
    if face is not None and settings.align and (found := upright(face)) is not None:
        return _cut_upright(image, *found, settings)
    box = (0.0, 0.0, float(width), float(height)) if face is None else face.box
    left, top, right, bottom = part = with_margin(box, settings.margin if face else 0.0, width, height)
    return _stored(image[top:bottom, left:right], inside(box, part, (right - left, bottom - top)), part, None, settings)


def upright(face: Detection) -> tuple[complex, complex] | None:
    """Where the landmarks say that a face is: `middle + axis * UPRIGHT` is nearest to them, by least squares.

    Returns:
        The middle of the face, and its axis: as long as the face is high, and 1 in direction where it is upright. None
        if that is another size than the box's.
    """
    landmarks, template = face.landmarks @ (1, 1j), UPRIGHT - UPRIGHT.mean()
    axis = complex(np.vdot(template, landmarks) / np.vdot(template, template).real)
    height = max(face.box[2] - face.box[0], face.box[3] - face.box[1])
    if not height / _AT_ODDS <= abs(axis) <= height * _AT_ODDS:
        return None
    return complex(landmarks.mean()) - axis * complex(UPRIGHT.mean()), axis


def _cut_upright(image: np.ndarray, middle: complex, axis: complex, settings: FacesSettings) -> Crop:
    """Turn the picture about the middle of the face. Beyond its border the border is repeated."""
    height, turn = abs(axis), axis / abs(axis)
    box_width, grown = UPRIGHT_WIDTH * height, 1 + 2 * settings.margin
    size = max(1, round(grown * box_width)), max(1, round(grown * height))
    # From the centres of the crop's pixels to the picture's.
    start = middle - turn * complex(size[0] - 1, size[1] - 1) / 2 - (0.5 + 0.5j)
    matrix = np.array([[turn.real, -turn.imag, start.real], [turn.imag, turn.real, start.imag]])
    cut = cv2.warpAffine(
        image, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    left, top = (size[0] - box_width) / 2, (size[1] - height) / 2
    box = (left, top, left + box_width, top + height)
    # Half of the upright box around what was cut.
    dx = (size[0] * abs(turn.real) + size[1] * abs(turn.imag)) / 2
    dy = (size[0] * abs(turn.imag) + size[1] * abs(turn.real)) / 2
    part = (middle.real - dx, middle.imag - dy, middle.real + dx, middle.imag + dy)
    return _stored(cut, box, part, float(np.degrees(np.angle(turn))), settings)


def _stored(cut: np.ndarray, box: Box, part: Box, turn: float | None, settings: FacesSettings) -> Crop:
    """Scale down to the longest side, and encode."""
    height, width = cut.shape[:2]
    size = scale_to_fit(width, height, settings.longest_side)
    if size != (width, height):
        cut = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    jpeg = encode_jpeg(np.ascontiguousarray(cut), settings.jpeg_quality)
    # float32, as a shard has it
    x0, y0, x1, y1 = (float(np.float32(value)) for value in inside(box, (0, 0, width, height), size))
    return Crop(jpeg, part, turn, (x0, y0, x1, y1))
