"""Pictures with what was predicted drawn on them: words in dark boxes, so that no meaning hangs on a colour."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ulcag.faces.boxes import Box
from ulcag.files import whole_or_absent
from ulcag.prediction.predictor import Face

# Okabe and Ito's orange on a dark line: seen on any skin and background, by any eye.
_LINE, _INK, _PAPER = "#E69F00", "#222222", "#FFFFFF"
# The longest side of what is written, pixels: letters need a few, and nobody needs a large copy.
_SMALLEST, _LARGEST = 480, 1600
_UNITS = 3
# Around words, and between lines, pixels.
_PAD = 4


def annotated(image: np.ndarray, faces: Sequence[Face]) -> Image.Image:
    """The picture (H, W, 3) uint8 RGB, scaled to a legible size, with box, expression, and likely action units."""
    picture = Image.fromarray(image)
    longest = max(picture.size)
    factor = np.clip(longest, _SMALLEST, _LARGEST) / longest
    width, height = (max(1, round(side * factor)) for side in picture.size)
    picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    boxes = [(x0 * factor, y0 * factor, x1 * factor, y1 * factor) for x0, y0, x1, y1 in (face.box for face in faces)]
    for box in boxes:
        _draw_box(draw, box)
    # words last, so that no line crosses them
    taken = list(boxes)
    for face, box in zip(faces, boxes, strict=True):
        taken.append(_draw_words(draw, picture.size, "\n".join(lines(face)), box, taken))
    return picture


def lines(face: Face) -> list[str]:
    """What is written at a face: the expression, then the action units that are there, the surest or strongest first.

    They are the network's, above 0.5; of an arm that knows none, those of the reader from an intensity of 1 on.
    """
    text = [f"{face.expression} {face.probabilities[face.expression]:.2f}"]
    if face.action_units is not None:
        return text + [f"{name} {value:.2f}" for name, value in _most(face.action_units, 0.5)]
    return text + [f"{name} {value:.1f} of 5" for name, value in _most(face.intensities or {}, 1.0)]


def _most(units: dict[str, float], least: float) -> list[tuple[str, float]]:
    """The first ones of those that have as much."""
    return sorted(((name, value) for name, value in units.items() if value >= least), key=lambda u: -u[1])[:_UNITS]


def write_annotated(path: Path, image: np.ndarray, faces: Sequence[Face]) -> None:
    """Write the picture as a JPEG, whole or absent."""
    with whole_or_absent(path) as beside:
        annotated(image, faces).save(beside, "JPEG", quality=88)


def _draw_box(draw: ImageDraw.ImageDraw, box: Box) -> None:
    x0, y0, x1, y1 = box
    thick = max(2, round((x1 - x0) / 80))
    draw.rectangle((x0 - thick, y0 - thick, x1 + thick, y1 + thick), outline=_INK, width=3 * thick)
    draw.rectangle((x0, y0, x1, y1), outline=_LINE, width=thick)


def _draw_words(draw: ImageDraw.ImageDraw, size: tuple[int, int], text: str, box: Box, taken: list[Box]) -> Box:
    """Draw them beside the face, and say where."""
    # "surprise 0.92" is about as wide as the box then
    font = ImageFont.load_default(float(np.clip((box[2] - box[0]) / 8, 13, 28)))
    left, top, right, bottom = draw.multiline_textbbox((0, 0), text, font=font, spacing=_PAD)
    place = words_place(box, right - left + 2 * _PAD, bottom - top + 2 * _PAD, size, taken)
    draw.rectangle(place, fill=_INK)
    draw.multiline_text((place[0] + _PAD - left, place[1] + _PAD - top), text, font=font, fill=_PAPER, spacing=_PAD)
    return place


def words_place(box: Box, width: float, height: float, size: tuple[int, int], taken: Sequence[Box]) -> Box:
    """Below, above, right or left of a face, inside the picture: where it hides least of faces and other words.

    Args:
        box: the face.
        width, height: of the words, pixels.
        size: (width, height) of the picture.
        taken: boxes of faces and words.
    """
    x0, y0, x1, y1 = box
    best, least = (0.0, 0.0, width, height), np.inf
    for x, y in ((x0, y1), (x0, y0 - height), (x1, y0), (x0 - width, y0)):
        left = min(max(0.0, x), max(0.0, size[0] - width))
        top = min(max(0.0, y), max(0.0, size[1] - height))
        place = (left, top, left + width, top + height)
        hidden = sum(_overlap(place, other) for other in taken)
        if hidden < least:
            best, least = place, hidden
    return best


def _overlap(a: Box, b: Box) -> float:
    """Common area of two boxes."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
