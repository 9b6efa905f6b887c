"""Which test pictures are in the training split, as they are or slightly changed: perceptual hashes, in pairs.

A picture's hash is ImageHash's `phash` with 256 bits. A test picture is hashed as it is, turned by 5 degrees either
way, and cut, each also mirrored; the nearest of these looks counts, since a hash of its own survives other brightness,
noise and JPEG, but no turn or cut.

Kind, size and threshold were measured with benchmarks/near_duplicates.py. In 8,800 faces of FER2013 (all pairs) and
in the rendered faces, no two different pictures are within 28 bits: the nearest rendered ones differ in 34, and what is
nearer than 54 in FER2013 is the same photograph. Of changed copies 28 bits find all that are mirrored, recompressed or
cut by 4 %, 97 % that are brighter, two thirds that are turned by any angle up to 5 degrees, and one in seven that is
cut unevenly: enough to see that a test split has leaked, not to name every copy. As far from the first false alarm,
64 or 144 bits find fewer, and dhash finds fewer of the brighter and noisier ones.
"""

import numpy as np
from PIL import Image, ImageOps

# A hash has SIDE x SIDE bits, the lowest frequencies; pictures that differ in at most MOST_BITS are taken for the same.
SIDE = 16
MOST_BITS = 28
# A picture is scaled down to it before it is turned and hashed, pixels.
_LONGEST_SIDE = 256
_TURN, _CUT = 5.0, 0.04
# Sides of the blocks that pairs are counted in: their buffers stay in the processor's cache.
_ROWS, _COLUMNS = 16, 8192


def picture_hash(picture: np.ndarray) -> np.ndarray:
    """Hash (4,) uint64 of an (H, W, 3) uint8 picture."""
    return _hash(scaled_down(picture))


def picture_looks(picture: np.ndarray) -> np.ndarray:
    """Hashes (8, 4) uint64 of the looks at an (H, W, 3) uint8 picture that a copy of it is searched with."""
    return np.stack([_hash(look) for look in looks_at(scaled_down(picture))])


def scaled_down(picture: np.ndarray) -> Image.Image:
    """A small grey picture of an (H, W, 3) uint8 one."""
    image = Image.fromarray(picture).convert("L")
    image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return image


def looks_at(image: Image.Image) -> list[Image.Image]:
    """As it is, turned either way, and cut; each of them mirrored too."""
    width, height = image.size
    inner = (_CUT * width, _CUT * height, (1 - _CUT) * width, (1 - _CUT) * height)
    looks = [image, *(image.rotate(turn, Image.Resampling.BILINEAR) for turn in (_TURN, -_TURN))]
    looks.append(image.resize(image.size, Image.Resampling.BILINEAR, box=inner))
    return [one for look in looks for one in (look, ImageOps.mirror(look))]


def packed(bits: np.ndarray) -> np.ndarray:
    """Bits of any shape as whole numbers of 64 bits, the last filled up with zeros."""
    flat = np.packbits(bits.ravel())
    return np.pad(flat, (0, -len(flat) % 8)).view(np.uint64)


def nearest(looks: np.ndarray, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each test picture the training picture that differs in the fewest bits, over all looks.

    Every pair is compared, in blocks: memory does not grow with their number.

    Args:
        looks: (n, k, w) uint64, hashes of k looks at n pictures.
        hashes: (m, w) uint64, a hash of each training picture.

    Returns:
        Row of `hashes` and number of bits, (n,) each; without any hash, -1 and one more than there can be.
    """
    n, k, words = looks.shape
    flat, columns = looks.reshape(n * k, words), np.ascontiguousarray(hashes.T)
    row, bits = np.full(n * k, -1), np.full(n * k, 64 * words + 1)
    for left in range(0, len(hashes), _COLUMNS):
        block = columns[:, left : left + _COLUMNS]
        for top in range(0, n * k, _ROWS):
            part = slice(top, top + _ROWS)
            different = np.bitwise_count(flat[part, 0, None] ^ block[0]).astype(np.uint16)
            for word in range(1, words):
                different += np.bitwise_count(flat[part, word, None] ^ block[word])
            best = different.argmin(axis=1)
            least = different[np.arange(len(best)), best]
            better = least < bits[part]
            row[part] = np.where(better, left + best, row[part])
            bits[part] = np.where(better, least, bits[part])
    look = bits.reshape(n, k).argmin(axis=1)
    return row.reshape(n, k)[np.arange(n), look], bits.reshape(n, k)[np.arange(n), look]


def _hash(image: Image.Image) -> np.ndarray:
    # Here, because only the check's own environment has it, and others read what a check found.
    import imagehash

    return packed(imagehash.phash(image, SIDE).hash)
