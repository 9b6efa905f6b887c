"""From a picture to the crop of a face as a shard stores it."""

from dataclasses import dataclass

import cv2
import numpy as np

from ulcag.config import FacesSettings
from ulcag.faces.boxes import Box, inside, scale_to_fit, with_margin
from ulcag.faces.shard import encode_jpeg


@dataclass(frozen=True)
class Crop:
    """A face with its margin: JPEG, which part of the picture it shows, and the face box in the crop's pixels."""

    jpeg: bytes
    part: tuple[int, int, int, int]
    box: Box


def cut_crop(image: np.ndarray, box: Box, margin: float, settings: FacesSettings) -> Crop:
    """Cut a face and its margin out of a picture (H, W, 3) uint8 RGB, scaled down to the longest side allowed."""
    height, width = image.shape[:2]
    left, top, right, bottom = part = with_margin(box, margin, width, height)
    size = scale_to_fit(right - left, bottom - top, settings.longest_side)
    stored = image[top:bottom, left:right]
    if size != (right - left, bottom - top):
        stored = cv2.resize(stored, size, interpolation=cv2.INTER_AREA)
    jpeg = encode_jpeg(np.ascontiguousarray(stored), settings.jpeg_quality)
    # float32, as a shard has it
    x0, y0, x1, y1 = (float(np.float32(value)) for value in inside(box, part, size))
    return Crop(jpeg, part, (x0, y0, x1, y1))
