"""Reading pictures from users' disks."""

import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageCms

# Files in a folder that are taken for pictures, in small letters or capitals: what `read_image` reads.
IMAGE_ENDINGS = (
    *(".avif", ".bmp", ".dib", ".gif", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg"),
    *(".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"),
)
# Larger pictures are taken for decompression bombs. One of this size takes MTCNN 1.6 GB.
MAX_PIXELS = 50_000_000
# Bits that a sensor or a program has where a file has 16. What the file says of them is seldom right.
_DEPTHS = (8, 10, 12, 14, 16)
_ORIENTATION = 0x0112


class UnreadableError(Exception):
    """A file is no picture; the message says why in a few words."""


def read_image(path: Path) -> np.ndarray:
    """A picture as (H, W, 3) uint8 RGB, turned as its EXIF orientation says, the first where there are several.

    Grey, palettes and other colours are converted, alpha is left out. More than 8 bits are scaled by the largest value
    that there is: 10 bits in 16 are as bright as 8. Floating point is from 0 to 1 or to 255. EXIF that is damaged costs
    the turn only.

    Raises:
        UnreadableError: it is missing, empty, truncated, no picture, unreasonably large, or its values are of no range
            that is known.
    """
    try:
        with warnings.catch_warnings():
            # Odd metadata and sizes are worth no line each in the log of a million pictures.
            warnings.simplefilter("ignore")
            return _decode(path)
    except (UnreadableError, MemoryError):
        raise
    except FileNotFoundError:
        raise UnreadableError("no such file") from None
    except Exception as error:
        # Pillow's plug-ins raise anything at all on damaged files; one picture must not end a shard.
        raise UnreadableError(f"{type(error).__name__}: {error}") from None


def _decode(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        if image.width * image.height > MAX_PIXELS:
            raise UnreadableError(f"too large: {image.width} x {image.height}")
        # Pillow has no 16 bits but of grey: it cuts off the lower 8, which are all that 8 bits in 16 have.
        cut = not image.mode.startswith("I") and (";16" in str(image.tile) or image.format == "JPEG2000")
        before = _orientation(image)
        image.load()
        # Of a TIFF, Pillow has turned it by now; of a PNG, it may be known only now.
        turn = _orientation(image)
        if cut:
            whole = cv2.imdecode(np.fromfile(path, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
            if whole is not None and whole.dtype == np.uint16 and whole.ndim == 3:
                return _turned(_eight_bits(whole[:, :, 2::-1]), before if image.format == "TIFF" else turn)
        return _turned(_colours(image), turn)


def _colours(image: Image.Image) -> np.ndarray:
    """(H, W, 3) uint8 of a picture of any mode."""
    if image.mode == "F" or image.mode.startswith("I"):
        values = np.asarray(image)
        grey = _of_floats(values) if image.mode == "F" else _eight_bits(values)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode == "LAB":
        lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, lab, rgb, outputMode="RGB")
        assert converted is not None  # it is not converted in place
        return np.asarray(converted)
    return np.asarray(image.convert("RGB"))


def _eight_bits(values: np.ndarray) -> np.ndarray:
    """Whole numbers of up to 32 bits as uint8, scaled down from the fewest usual bits that hold them."""
    most, least = int(values.max(initial=0)), int(values.min(initial=0))
    if least < 0:
        raise UnreadableError(f"values from {least} to {most}: a picture has none below 0")
    bits = next((depth for depth in _DEPTHS if most < 1 << depth), most.bit_length())
    return (values.astype(np.int64) >> (bits - 8)).astype(np.uint8)


def _of_floats(values: np.ndarray) -> np.ndarray:
    if not np.isfinite(values).all():
        raise UnreadableError("values that are not numbers")
    most, least = float(values.max(initial=0)), float(values.min(initial=0))
    # Filters leave values a little outside of the range.
    top = 1.0 if most < 2 else 255.0
    if least < -0.1 * top or most > 1.1 * 255 or 2 <= most < 16:
        raise UnreadableError(f"floating point from {least:.4g} to {most:.4g}, neither 0 to 1 nor 0 to 255")
    return np.rint((values.astype(np.float64) * (255 / top)).clip(0, 255)).astype(np.uint8)


def _orientation(image: Image.Image) -> object:
    try:
        return image.getexif().get(_ORIENTATION)
    except Exception:
        # As above: anything at all.
        return None


def _turned(picture: np.ndarray, orientation: object) -> np.ndarray:
    """A picture the right way up. Orientations as EXIF numbers them; any other leaves it as it is."""
    match orientation:
        case 2:
            picture = picture[:, ::-1]
        case 3:
            picture = picture[::-1, ::-1]
        case 4:
            picture = picture[::-1]
        case 5:
            picture = picture.swapaxes(0, 1)
        case 6:
            picture = np.rot90(picture, -1)
        case 7:
            picture = picture.swapaxes(0, 1)[::-1, ::-1]
        case 8:
            picture = np.rot90(picture)
    return np.ascontiguousarray(picture)
