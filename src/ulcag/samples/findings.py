"""What is wrong with a data set, by its samples and what its pictures look like. No file is read here."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

import numpy as np
import pandas as pd

from ulcag.classes import CLASSES
from ulcag.samples.layouts.layout import Counts
from ulcag.samples.near_duplicates import MOST_BITS
from ulcag.samples.table import class_counts
from ulcag.tables import rows_of

OK, WARNING, FATAL = "ok", "warning", "fatal"
# What concerns a larger part of a split (or of a class, where samples are counted) makes its results worthless.
SHARE = 0.01
# MTCNN searches no smaller face, unless faces.min_face says so.
TINY = 40
COLUMNS = ("severity", "finding", "split", "class", "count", "of", "examples", "to_do")
_EXAMPLES = 3
_SPLITS = ("train", "test")


@dataclass(frozen=True)
class Finding:
    """One row of the table. `of` is what `count` is to be compared with: what was published, or looked at."""

    severity: str
    finding: str
    split: str = ""
    label: str = ""
    count: int = 0
    of: int | None = None
    examples: str = ""
    to_do: str = ""


def find(samples: pd.DataFrame, pictures: pd.DataFrame, published: Counts, notes: Sequence[str] = ()) -> pd.DataFrame:
    """All findings, also that nothing was found; fatal ones first.

    Args:
        samples: rows of the samples table.
        pictures: rows of the pictures table.
        published: samples by split and class, as far as they are known.
        notes: what the reader said.

    Returns:
        A table with `COLUMNS`; `of` is missing where there is nothing to compare with.

    Raises:
        InputError: a sample has no row in `pictures`.
    """
    samples = samples.sort_values("sample_id", ignore_index=True)
    pictures = rows_of(pictures, samples["sample_id"], "pictures")
    found = [
        *_counts(samples, published),
        *_unreadable(samples, pictures),
        *_copies_across(samples, pictures),
        *_same_file(samples, pictures),
        *_sizes(samples, pictures),
        *(Finding(OK, "the reader says", examples=note) for note in notes),
    ]
    table = pd.DataFrame([astuple(one) for one in found], columns=list(COLUMNS))
    table["of"] = table["of"].astype("Int64")
    order = table["severity"].map({FATAL: 0, WARNING: 1, OK: 2})
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _counts(samples: pd.DataFrame, published: Counts) -> Iterator[Finding]:
    counts = {split: class_counts(samples["label"][samples["split"] == split].to_numpy()) for split in _SPLITS}
    for split in _SPLITS:
        known, total = published.get(split), sum(counts[split].values())
        if not total and split == "train":
            yield Finding(
                FATAL, "empty split", split, to_do="check the data set's files: without them, no training is possible"
            )
        elif not total:
            to_do = "train with `folds: [1of10]`, which holds out a part of the training split, or add test pictures"
            yield Finding(WARNING, "empty split", split, to_do=to_do)
        yield Finding(OK, "samples", split, count=total, of=None if known is None else sum(known.values()))
        if not total:
            continue
        for name in CLASSES:
            count = counts[split][name]
            if known is not None:
                yield _against_published(split, name, count, known[name])
            elif count:
                yield Finding(OK, "samples of a class", split, name, count)
            else:
                # A class that is learned nowhere and asked for in the test cannot be got right.
                asked = split == "train" and counts["test"][name] > 0
                to_do = f"check the labels, and `samples.labels` of the data set: no sample is {name}"
                yield Finding(FATAL if asked else WARNING, "empty class", split, name, to_do=to_do)


def _against_published(split: str, name: str, count: int, of: int) -> Finding:
    if count == of:
        return Finding(OK, "samples of a class", split, name, count, of)
    to_do = (
        "use the official release: a copy with more samples may contain augmented ones, one with fewer is incomplete"
    )
    severity = FATAL if abs(count - of) > SHARE * of else WARNING
    return Finding(severity, "not as many samples as published", split, name, count, of, to_do=to_do)


def _unreadable(samples: pd.DataFrame, pictures: pd.DataFrame) -> Iterator[Finding]:
    missing = pictures["missing"].to_numpy(dtype=bool)
    broken = pictures["reason"].notna().to_numpy() & ~missing
    paths, reasons = samples["path"].to_numpy(), pictures["reason"].to_numpy()
    for which, finding, to_do in (
        (missing, "missing files", "check the data set's path and its folder of pictures"),
        (broken, "unreadable files", "copy these files again; until then, they are left out of training"),
    ):
        for split in _SPLITS:
            of_split = (samples["split"] == split).to_numpy()
            rows = np.flatnonzero(which & of_split)
            why = (paths[i] if finding == "missing files" else f"{paths[i]} ({reasons[i]})" for i in rows[:_EXAMPLES])
            yield _by_share(finding, split, len(rows), int(of_split.sum()), "; ".join(why), to_do)


def _copies_across(samples: pd.DataFrame, pictures: pd.DataFrame) -> Iterator[Finding]:
    """Test pictures that the training split has too."""
    names, hashes = samples["sample_id"].to_numpy(), pictures["sha256"]
    train, test = ((samples["split"] == split).to_numpy() for split in _SPLITS)
    twins = pd.Series(names[train], index=hashes[train]).loc[lambda of: of.index.notna()]
    twin = hashes.map(twins[~twins.index.duplicated()]).to_numpy()
    same = test & pd.notna(twin)
    near = test & (pictures["bits"].fillna(MOST_BITS + 1) <= MOST_BITS).to_numpy(dtype=bool)
    nearest, bits = pictures["nearest"].to_numpy(), pictures["bits"].to_numpy()
    to_do = "remove these samples from train (full list: pictures.parquet), or use the official release"
    rows = np.flatnonzero(same)
    examples = "; ".join(f"{names[i]} is {twin[i]}" for i in rows[:_EXAMPLES])
    yield _by_share("also in train, the same file", "test", len(rows), int(test.sum()), examples, to_do)
    rows = np.flatnonzero(near | same)
    # Those that are no plain copies say more.
    rows = rows[np.argsort(same[rows], kind="stable")]
    examples = "; ".join(
        f"{names[i]} is {twin[i]}"
        if same[i]
        else f"{names[i]} is like {nearest[i]} ({int(bits[i])} of 256 bits differ)"
        for i in rows[:_EXAMPLES]
    )
    finding = "also in train, mirrored or changed copies included"
    yield _by_share(finding, "test", len(rows), int(test.sum()), examples, to_do)


def _same_file(samples: pd.DataFrame, pictures: pd.DataFrame) -> Iterator[Finding]:
    """Files with the same bytes: warnings, since a sample that counts twice or has two labels spoils no result."""
    known = samples.assign(sha256=pictures["sha256"].to_numpy())
    known = known[known["sha256"].notna()]
    for split in _SPLITS:
        part = known[known["split"] == split]
        again = part["sha256"].duplicated()
        to_do = "keep one of each"
        yield _groups("same file more than once", split, part, again, int(again.sum()), len(part), to_do)
    labels = known.groupby("sha256")["label"].nunique()
    contradicting = known["sha256"].isin(labels[labels > 1].index)
    to_do = "find the right label, or leave these samples out"
    yield _groups(
        "same file with different labels", "", known, contradicting, int(contradicting.sum()), len(known), to_do
    )


def _groups(
    finding: str, split: str, part: pd.DataFrame, which: "pd.Series[bool]", count: int, of: int, to_do: str
) -> Finding:
    """A warning with groups of the same file as examples, if there is any."""
    if not count:
        return Finding(OK, finding, split, of=of)
    files = part["sha256"][which].drop_duplicates().head(_EXAMPLES)
    examples = []
    for file in files:
        rows = part[part["sha256"] == file]
        named = (f"{row.sample_id} {CLASSES[row.label]}" for row in rows.head(_EXAMPLES).itertuples())
        examples.append(" = ".join(named))
    return Finding(WARNING, finding, split, count=count, of=of, examples="; ".join(examples), to_do=to_do)


def _sizes(samples: pd.DataFrame, pictures: pd.DataFrame) -> Iterator[Finding]:
    side = pictures[["width", "height"]].min(axis=1)
    for split in _SPLITS:
        of_split = ((samples["split"] == split) & side.notna().to_numpy()).to_numpy()
        values = side[of_split].to_numpy(dtype=np.int64)
        if not len(values):
            continue
        reach = f"{values.min()} to {values.max()}"
        yield Finding(OK, "shorter side in pixels, median", split, count=int(np.median(values)), examples=reach)
        rows = np.flatnonzero(of_split)[values < TINY]
        names = samples["sample_id"].to_numpy()
        severity = WARNING if len(rows) else OK
        to_do = f"expect MTCNN to find no face in them (faces.min_face is {TINY} by default)" if len(rows) else ""
        examples = "; ".join(names[rows[:_EXAMPLES]])
        finding = f"pictures with a side below {TINY} pixels"
        yield Finding(severity, finding, split, count=len(rows), of=len(values), examples=examples, to_do=to_do)


def _by_share(finding: str, split: str, count: int, of: int, examples: str, to_do: str) -> Finding:
    """Fatal if it concerns more than `SHARE` of the split, a warning if it concerns any."""
    if not count:
        return Finding(OK, finding, split, of=of)
    severity = FATAL if count > SHARE * of else WARNING
    return Finding(severity, finding, split, count=count, of=of, examples=examples, to_do=to_do)
