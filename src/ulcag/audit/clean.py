"""The data set with new labels, in the layout that it came in; nothing of the original is touched."""

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ulcag import __version__
from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.files import binding, read_json, whole_or_absent_folder, write_json
from ulcag.samples.layouts import layout_of
from ulcag.samples.layouts.layout import LayoutSettings
from ulcag.samples.rewrite import MARKER

_AGAIN = "read the data set (`ulcag samples`) and audit it again"


@dataclass(frozen=True)
class Clean:
    """A data set that was written with new labels.

    Attributes:
        settings: with which `ulcag samples` reads it.
        samples: how many it has, test samples included.
        changed: how many have another label than in the original.
        notes: what a user must hear.
    """

    settings: LayoutSettings
    samples: int
    changed: int
    notes: tuple[str, ...]


def write_clean(samples: pd.DataFrame, settings: LayoutSettings, labels: pd.Series, out: Path) -> Clean:
    """Write a data set with new labels, in its own layout, whole or absent; pictures are links to the originals.

    Before, the original is read to see that it still is what `samples` says; afterwards, what was written is read
    back, and must have the same samples with the new labels.

    Args:
        samples: rows of the samples table, train and test.
        settings: of the reader that made it.
        labels: new class of training samples, indexed by sample id; those not in it stay as they are.
        out: the folder to make. One that this function made before is replaced; any other is refused.

    Raises:
        InputError: a label for a sample that is not there, or for a test sample; the data set has moved or changed;
            `out` is not ours, or lies in the data set or the data set in it; a class has no word in the layout.
    """
    out = Path(out)
    changed = _changed(samples, labels)
    settings, names = layout_of(settings).on_disk(samples)
    samples = samples.assign(sample_id=[names.get(name, name) for name in samples["sample_id"]])
    changed = {names.get(name, name): code for name, code in changed.items()}
    check_place(out, settings, samples)
    _compare(samples, _read(settings, samples), _source(settings), "the samples that samples.parquet has", _AGAIN)
    with whole_or_absent_folder(out) as beside:
        written = layout_of(settings).write(samples, changed, beside)
        expected = samples.assign(
            label=[changed.get(name, label) for name, label in _published(samples).items()],
            sample_id=[written.renamed.get(name, name) for name in samples["sample_id"]],
        )
        what = "to be read back as it was meant"
        _compare(expected, _read(written.settings, samples), out, what, "please report it; nothing was written")
        key = layout_of(settings).paths[0]
        inside = Path(getattr(written.settings, key)).relative_to(beside)
        clean = written.settings.model_copy(update={key: str(out / inside)})
        about = {"ulcag": __version__, "settings": clean.plain(), "hash": binding(settings.plain(), changed)}
        write_json(beside / MARKER, about)
    return Clean(clean, len(samples), len(changed), written.notes)


def _published(samples: pd.DataFrame) -> dict[str, int]:
    return {name: int(label) for name, label in zip(samples["sample_id"], samples["label"], strict=True)}


def _changed(samples: pd.DataFrame, labels: pd.Series) -> dict[str, int]:
    """The labels that differ from the published ones, by sample id."""
    published = _published(samples)
    test = set(samples["sample_id"][samples["split"] == "test"])
    changed: dict[str, int] = {}
    seen: set[str] = set()
    for name, code in labels.items():
        where = f"new labels, sample {name!r}"
        if not isinstance(name, str) or name not in published:
            raise InputError(where, expected="a sample of the data set", found="no such sample", do=_AGAIN)
        if pd.isna(code) or code not in range(len(CLASSES)):
            raise InputError(where, expected=f"a class, 0 to {len(CLASSES) - 1}", found=str(code))
        if name in seen:
            raise InputError(where, expected="one label for each sample", found="several")
        seen.add(name)
        if code != published[name]:
            if name in test:
                do = "leave test samples out: results on changed test labels cannot be compared"
                raise InputError(where, expected="training samples only", found="a test sample", do=do)
            changed[name] = int(code)
    return dict(sorted(changed.items()))


def _read(settings: LayoutSettings, samples: pd.DataFrame) -> pd.DataFrame:
    source = _source(settings)
    if not source.exists():
        do = f"move it back to this path, or {_AGAIN}"
        raise InputError(source, expected="the data set of these samples", found="no such file or folder", do=do)
    # Where pictures were unpacked to is where they are looked for: cache/<layout>/<folder>.
    cache = Path(samples["path"].iloc[0]).parent.parent.parent
    return layout_of(settings).read(cache).samples


def _source(settings: LayoutSettings) -> Path:
    """What a reader reads: a folder or a table."""
    return Path(layout_of(settings).data)


def _compare(expected: pd.DataFrame, found: pd.DataFrame, where: Path, what: str, do: str) -> None:
    """Nothing, if both have the same samples with the same splits and labels."""
    columns = ["sample_id", "split", "label"]
    both = expected[columns].merge(found[columns], on="sample_id", how="outer", suffixes=("", "_found"), indicator=True)
    differs = (both["label"] != both["label_found"]) | (both["split"] != both["split_found"])
    problems = {
        "are gone": both["_merge"] == "left_only",
        "are new": both["_merge"] == "right_only",
        "have another label or split": (both["_merge"] == "both") & differs,
    }
    differences = [
        f"{rows.sum()} {name}, such as {both['sample_id'][rows].iloc[0]}"
        for name, rows in problems.items()
        if any(rows)
    ]
    if differences:
        raise InputError(where, expected=what, found="; ".join(differences), do=do)


def check_place(out: Path, settings: LayoutSettings, samples: pd.DataFrame) -> None:
    """Nothing, if a data set may be made, or made again, as the folder `out`.

    Raises:
        InputError: there is something that `write_clean` did not make; or it lies in the data set, or holds it.
    """
    if os.path.lexists(out) and not _is_ours(out):
        do = "choose a folder that does not exist yet"
        raise InputError(
            out, expected="no folder yet, or one written by an earlier audit", found="another folder or file", do=do
        )
    place, source = out.resolve(), _source(settings).resolve()
    above = {place, *place.parents}
    own = layout_of(settings).own_folders(samples)
    inside = sorted(folder for folder in own if folder in above)
    holds = sorted(folder for folder in own | {source} if place in folder.parents)
    if inside or holds:
        found = f"it is inside {inside[0]}" if inside else f"it holds {holds[0]}"
        do = "choose a folder for results outside the data set"
        raise InputError(out, expected="a folder outside the data set", found=found, do=do)


def _is_ours(out: Path) -> bool:
    if out.is_symlink() or not (out / MARKER).is_file():
        return False
    try:
        about = read_json(out / MARKER)
    except InputError:
        return False
    return isinstance(about, dict) and {"ulcag", "settings", "hash"} <= set(about)
