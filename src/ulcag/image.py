"""Reading pictures from users' disks."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

# Files in a folder that are taken for pictures, in small letters or capitals: what `read_image` reads.
IMAGE_ENDINGS = (
    *(".avif", ".bmp", ".dib", ".gif", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg"),
    *(".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"),
)
# Larger pictures are taken for decompression bombs. One of this size takes MTCNN 1.6 GB.
MAX_PIXELS = 50_000_000


class UnreadableError(Exception):
    """A file is no picture; the message says why in a few words."""


def read_image(path: Path) -> np.ndarray:
    """A picture as (H, W, 3) uint8 RGB, turned as its EXIF orientation says; grey, alpha and 16 bit are converted.

    Raises:
        UnreadableError: it is missing, empty, truncated, no picture, or unreasonably large.
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
        image.load()
        turned = ImageOps.exif_transpose(image)
        if turned.mode.startswith("I"):
            return _from_16_bit(np.asarray(turned))
        return np.asarray(turned.convert("RGB"))


def _from_16_bit(values: np.ndarray) -> np.ndarray:
    # Pillow's own conversion clips 16 bit to white.
    grey = (values.astype(np.int64) >> (8 if values.max(initial=0) > 255 else 0)).clip(0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)
