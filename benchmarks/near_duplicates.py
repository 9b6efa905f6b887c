"""Which perceptual hash, and which threshold, tells copies of a picture from pictures of other people?

    python benchmarks/near_duplicates.py results/samples/synthetic/samples.parquet
    python benchmarks/near_duplicates.py FOLDER

False alarms: share of test pictures whose nearest training picture (over all looks, mirrored ones included) differs in
no more than so many bits. A folder of pictures, of which none may occur twice, is divided into halves at random; the
nearest pairs are named, so that one can look whether they are what they should be: different pictures. Recall: share of
changed copies, made in memory, that are found from the original at the same threshold. Prints tables in Markdown.
"""

import argparse
import io
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from ulcag.image import IMAGE_ENDINGS, UnreadableError, read_image
from ulcag.progress import progress
from ulcag.samples.near_duplicates import looks_at, nearest, packed, scaled_down
from ulcag.samples.table import SAMPLES
from ulcag.tables import read_table

# Hash and its thresholds, bits.
KINDS: dict[str, tuple[Callable[[Image.Image], imagehash.ImageHash], tuple[int, ...]]] = {
    "phash, 64 bits": (lambda image: imagehash.phash(image, 8), (2, 4, 6, 8)),
    "phash, 144 bits": (lambda image: imagehash.phash(image, 12), (10, 12, 14, 18)),
    "phash, 256 bits": (lambda image: imagehash.phash(image, 16), (20, 24, 28, 32, 40, 48, 56)),
    "dhash, 256 bits": (lambda image: imagehash.dhash(image, 16), (16, 20, 24, 28, 32)),
}
Hashes = dict[str, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=Path, help="samples.parquet, or a folder of pictures")
    parser.add_argument("--copies", type=int, default=400, help="test pictures of which changed copies are made")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    train, test = divided(options.images)
    jobs = [(path, "train") for path in train]
    jobs += [(path, "copies" if i < options.copies else "test") for i, path in enumerate(test)]
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        done = list(progress(pool.map(look, jobs, chunksize=16), what="pictures", unit="image", total=len(jobs)))
    readable = [path for (path, _), found in zip(jobs, done, strict=True) if found]
    print(f"{len(jobs) - len(readable)} files cannot be read", file=sys.stderr)
    known = set(readable)
    train, test = ([path for path in part if path in known] for part in (train, test))
    if not train or not test:
        sys.exit(f"{options.images}: not enough pictures: {len(train)} for training, {len(test)} for the test")
    of_train = [found for found, (_, what) in zip(done, jobs, strict=True) if found and what == "train"]
    of_test = [found for found, (_, what) in zip(done, jobs, strict=True) if found and what != "train"]
    print(f"{len(test)} test pictures, {len(train)} training pictures\n")
    for kind, (_, thresholds) in KINDS.items():
        report(kind, thresholds, of_train, of_test, [path.name for path in train], [path.name for path in test])


def divided(where: Path) -> tuple[list[Path], list[Path]]:
    """Training and test pictures, in an order by chance."""
    random = np.random.default_rng(0)
    if where.is_dir():
        found = (path for path in where.rglob("*") if path.suffix.lower() in IMAGE_ENDINGS)
        paths = sorted(
            path for path in found if not any(part.startswith(".") for part in path.relative_to(where).parts)
        )
        mixed = [paths[i] for i in random.permutation(len(paths))]
        return mixed[len(mixed) // 2 :], mixed[: len(mixed) // 2]
    samples = read_table(where, SAMPLES).sample(frac=1, random_state=0)
    parts = [samples["path"][samples["split"] == split] for split in ("train", "test")]
    return [Path(path) for path in parts[0]], [Path(path) for path in parts[1]]


def look(job: tuple[Path, str]) -> dict[str, Hashes]:
    """Hashes by kind of one picture: `looks` of a test picture, `copy` and so on of changed copies."""
    path, what = job
    try:
        image = Image.fromarray(read_image(path))
    except UnreadableError:
        return {}
    pictures = {"train": [scaled_down(np.asarray(image))], "looks": looks_at(scaled_down(np.asarray(image)))}
    wanted = {"train": pictures["train"]} if what == "train" else {"looks": pictures["looks"]}
    if what == "copies":
        wanted |= {name: [scaled_down(np.asarray(copy))] for name, copy in changed(image, path.name)}
    return {
        name: {kind: np.stack([packed(make(one).hash) for one in several]) for kind, (make, _) in KINDS.items()}
        for name, several in wanted.items()
    }


def changed(image: Image.Image, seed: str) -> Iterator[tuple[str, Image.Image]]:
    """Changed copies of a picture, as augmentation makes them."""
    random = np.random.default_rng(list(seed.encode()))
    width, height = image.size
    mirror = ImageOps.mirror(image)
    turn = random.uniform(-5, 5)
    left, top, right, bottom = random.uniform(0, 0.06, 4)
    x, y = random.uniform(-0.04, 0.04, 2)

    def moved(*matrix: float) -> Image.Image:
        return image.transform((width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)

    yield "mirrored", mirror
    yield "turned by 5°", image.rotate(5, Image.Resampling.BILINEAR)
    yield "turned by up to 5°", image.rotate(turn, Image.Resampling.BILINEAR)
    yield "mirrored, turned by up to 5°", mirror.rotate(turn, Image.Resampling.BILINEAR)
    yield "brightness × 1.3", ImageEnhance.Brightness(image).enhance(1.3)
    yield "brightness × 0.7", ImageEnhance.Brightness(image).enhance(0.7)
    yield "JPEG 60", jpeg(image)
    yield "mirrored, brightness × 1.2, JPEG 60", jpeg(ImageEnhance.Brightness(mirror).enhance(1.2))
    noise = random.normal(0, 10, (height, width, 3))
    yield "noise of 10", Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))
    yield "cut by 4 % all round", moved(0.92, 0, 0.04 * width, 0, 0.92, 0.04 * height)
    yield (
        "cut by up to 6 % a side",
        moved(1 - left - right, 0, left * width, 0, 1 - top - bottom, top * height),
    )
    yield "shifted by up to 4 %", moved(1, 0, x * width, 0, 1, y * height)


def jpeg(image: Image.Image) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=60)
    return Image.open(file).convert("RGB")


def report(
    kind: str,
    thresholds: tuple[int, ...],
    of_train: list[dict[str, Hashes]],
    of_test: list[dict[str, Hashes]],
    train: list[str],
    test: list[str],
) -> None:
    """Print false alarms and recall of one kind of hash."""
    hashes = np.concatenate([found["train"][kind] for found in of_train])
    row, bits = nearest(np.stack([found["looks"][kind] for found in of_test]), hashes)
    print(f"| {kind}, at most | " + " | ".join(map(str, thresholds)) + " |")
    print("|" + "---|" * (len(thresholds) + 1))
    print("| **false alarms** | " + " | ".join(f"{100 * (bits <= most).mean():.2f} %" for most in thresholds) + " |")
    with_copies = [found for found in of_test if len(found) > 1]
    for name in [name for name in with_copies[0] if name != "looks"]:
        distance = np.array(
            [np.bitwise_count(f["looks"][kind] ^ f[name][kind]).sum(axis=1, dtype=int).min() for f in with_copies]
        )
        print(f"| {name} | " + " | ".join(f"{100 * (distance <= most).mean():.1f} %" for most in thresholds) + " |")
    order = np.argsort(bits, kind="stable")[:8]
    print("\nnearest: " + ", ".join(f"{test[i]} and {train[row[i]]} {bits[i]}" for i in order) + "\n")


if __name__ == "__main__":
    main()
