"""Label noise: drawn once, saved as a table, the same for all arms of a comparison."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from ulcag.classes import CLASSES
from ulcag.config import NoiseSettings
from ulcag.errors import InputError
from ulcag.samples.layouts.rafdb import rafdb_rows
from ulcag.samples.reader_result import LeftOut


def noisy_labels(samples: pd.DataFrame, settings: NoiseSettings, seed: int) -> pd.DataFrame:
    """Labels that training is given. Test samples do not occur in the result, so noise cannot touch them.

    Uniform noise follows SCN's protocol: each training sample, with probability `rate`, gets a label drawn
    uniformly from the other six classes. With a confusion matrix the class decides what a label is taken for.

    Args:
        samples: rows of the samples table.
        settings: kind, and what it needs.
        seed: the run's seed; a file is the same for every seed.

    Returns:
        Rows of the noise table, sorted by sample id.

    Raises:
        InputError: the file of noisy labels is not what it must be, or lacks a sample; or a sample occurs twice.
    """
    train = samples[samples["split"] == "train"].sort_values("sample_id")
    # What is drawn goes to samples in the order of their names.
    twice = train["sample_id"][train["sample_id"].duplicated()]
    if len(twice):
        raise InputError("samples", expected="each sample once", found=f"{twice.iloc[0]} more than once")
    published = train["label"].to_numpy(dtype=np.int64)
    random = np.random.default_rng([seed, len(published)])
    match settings.kind:
        case "uniform":
            labels = _uniform(published, settings, random)
        case "confusion":
            labels = _confused(published, settings, random)
        case "rafdb_file":
            labels = _from_file(train["sample_id"], Path(settings.path), settings.first_code)
        case _:
            labels = published
    return pd.DataFrame(
        {
            "sample_id": train["sample_id"].to_numpy(),
            "label": labels.astype(np.int8),
            "replaced": labels != published,
        }
    )


def noise_notes(samples: pd.DataFrame, settings: NoiseSettings) -> tuple[str, ...]:
    """What a user must hear of a file of noisy labels: rows without a training sample, and rows twice.

    Args:
        samples: rows of the samples table.
        settings: as for `noisy_labels`.

    Raises:
        InputError: as `noisy_labels`.
    """
    if settings.kind != "rafdb_file":
        return ()
    train = set(samples["sample_id"][samples["split"] == "train"])
    left_out = LeftOut()
    names = Counter(name for _, name, _ in rafdb_rows(Path(settings.path), settings.first_code))
    for name, count in names.items():
        if name in train and count > 1:
            left_out.add(f"training pictures repeated with the same label in {settings.path}", name)
        elif name not in train:
            what = "test pictures" if name.startswith("test_") else "pictures that are not training samples"
            left_out.add(f"labels of {what} in {settings.path}", name)
    return left_out.notes()


def _uniform(published: np.ndarray, settings: NoiseSettings, random: np.random.Generator) -> np.ndarray:
    n, classes = len(published), len(CLASSES)
    # Every number is drawn for every sample, so that a larger rate replaces the same samples and more.
    dice = random.random(n)
    step = random.integers(1, classes, n)
    if settings.exact:
        replaced = np.zeros(n, dtype=bool)
        replaced[np.argsort(dice, kind="stable")[: round(settings.rate * n)]] = True
    else:
        replaced = dice < settings.rate
    return np.where(replaced, (published + step) % classes, published)


def _confused(published: np.ndarray, settings: NoiseSettings, random: np.random.Generator) -> np.ndarray:
    matrix = np.zeros((len(CLASSES), len(CLASSES)))
    for name, row in settings.matrix.items():
        for other, probability in row.items():
            matrix[CLASSES.index(name), CLASSES.index(other)] = probability
    matrix[np.diag_indices_from(matrix)] += 1 - matrix.sum(axis=1)
    # One number a sample, found on the scale of its class's cumulated probabilities.
    dice = random.random(len(published))
    drawn = (dice[:, None] >= matrix.cumsum(axis=1)[published]).sum(axis=1)
    return np.minimum(drawn, len(CLASSES) - 1)


def _from_file(sample_ids: pd.Series, path: Path, first_code: int) -> np.ndarray:
    """Labels by file name. Rows of test images, which some of these files hold, are not looked at."""
    labels = _labels_of_file(path, first_code)
    missing = [name for name in sample_ids if name not in labels]
    if missing:
        found = f"none for {len(missing)} of {len(sample_ids)}, such as {missing[0]}"
        do = "use the file made for this data set: its names must be those of the samples"
        raise InputError(path, expected="a label for each training sample", found=found, do=do)
    return np.array([labels[name] for name in sample_ids], dtype=np.int64)


def _labels_of_file(path: Path, first_code: int) -> dict[str, int]:
    if not path.is_file():
        raise InputError(path, expected="a file of noisy labels", found="no such file", do="check noise.<name>.path")
    labels: dict[str, int] = {}
    lines: dict[str, int] = {}
    for number, name, code in rafdb_rows(path, first_code):
        first = lines.setdefault(name, number)
        if labels.setdefault(name, code) != code and name.startswith("train_"):
            found = f"{name} labelled {CLASSES[code]}, but {CLASSES[labels[name]]} in line {first}"
            do = "remove one of the lines"
            raise InputError(f"{path}, line {number}", expected="one label for each picture", found=found, do=do)
    return labels
