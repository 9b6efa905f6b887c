"""FER2013 (fer2013.csv: emotion, pixels, Usage), with the votes of FER+ (fer2013new.csv) beside it.

The published label is `label`; the crowd's majority, by the rule of FER+'s authors, is `clean_label`. Pictures are
numbers in the CSV: they are written as PNG files into the cache.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ulcag.classes import CLASSES, class_index
from ulcag.errors import InputError
from ulcag.files import whole_or_absent
from ulcag.samples.layouts.fer2013.pictures import (
    FER2013_CODES,
    FER2013_TABLES,
    FERPLUS,
    NAME,
    SIDE,
    VOTES,
    FerPicture,
    fer_pictures,
    ferplus_table,
    hash_of,
    majority,
    pixel_table,
)
from ulcag.samples.layouts.layout import (
    Changed,
    Counts,
    Layout,
    LayoutSettings,
    Place,
    holds,
    is_any_table,
    seven,
)
from ulcag.samples.reader_result import LeftOut, ReaderResult, samples_table, votes_table
from ulcag.samples.rewrite import Written, rewrite_cells
from ulcag.text import CsvFile

if TYPE_CHECKING:
    import pandas as pd

# FER+'s names of our seven classes, in our order.
_SEVEN = sorted((name for name in VOTES if class_index(name) is not None), key=lambda name: class_index(name) or 0)
# How far below the root files are looked for: there are no other folders.
_DEPTH = 2


class Fer2013Samples(LayoutSettings):
    """FER2013, with the votes and names of FER+ if fer2013new.csv is next to it."""

    reader: Literal["fer2013"] = "fer2013"
    root: str = Field(description="the folder of fer2013.csv, or of icml_face_data.csv")
    public_test: Literal["train", "test", "drop"] = Field("drop", description="split for the PublicTest pictures")


class Fer2013(Layout):
    """The layout; sample ids as in `FerPicture`."""

    name = "fer2013"
    settings_type = Fer2013Samples
    label_files = (*FER2013_TABLES, FERPLUS)
    makes_pictures = True
    settings: Fer2013Samples

    @classmethod
    def recognise_file(cls, file: Path, given: Mapping[str, Any]) -> Place | None:
        """By its name; or its columns, which are not enough."""
        if file.name in FER2013_TABLES:
            read = pixel_table(file.parent)
            if read != file:
                found, do = f"{read}, which would be read", "move one of them away"
                raise InputError(file.parent, expected=f"{file.name} alone", found=found, do=do)
            return file.parent, f"it is called {file.name}"
        if is_any_table(file, given) and {"emotion", "pixels", "usage"} <= {n.lower() for n in CsvFile(file).header}:
            found = "FER2013's columns emotion, pixels, Usage"
            raise InputError(file, expected="columns image and label", found=found, do="rename the file to fer2013.csv")
        return None

    @classmethod
    def recognise_folder(cls, folder: Path, given: Mapping[str, Any]) -> Place | None:
        """By fer2013.csv."""
        with suppress(InputError):
            return folder, holds(folder, given, [pixel_table(folder)])
        return None

    @classmethod
    def published_counts(cls, settings: Mapping[str, Any]) -> Counts:
        """Of the training split and PrivateTest, and of PublicTest where that is used."""
        counts = {
            "train": seven("3995 436 4097 7215 4965 4830 3171"),
            "test": seven("491 55 528 879 626 594 416"),
        }
        split = settings.get("public_test", "drop")
        if split in counts:
            public = seven("467 56 496 895 607 653 415")
            counts[split] = {name: counts[split][name] + public[name] for name in CLASSES}
        return counts

    def read(self, cache: Path, workers: int = 1) -> ReaderResult:
        """Rows of the samples table.

        Training images are the training split, PrivateTest the test split; PublicTest is what `public_test` says.
        Pictures are in a folder that is named by all ids and pixels.

        Raises:
            InputError: as `fer_pictures`, or all rows are left out.
        """
        import numpy as np

        root = Path(self.settings.root)
        pictures = fer_pictures(root)
        decided_by = (part for one in pictures for part in (one.sample_id.encode(), one.pixels))
        folder = cache / self.name / hash_of(*decided_by, digits=12)
        splits = {"Training": "train", "PrivateTest": "test", "PublicTest": self.settings.public_test}
        taken = [one for one in pictures if splits[one.usage] != "drop"]
        left_out = LeftOut()
        for one in pictures:
            if splits[one.usage] == "drop":
                left_out.add(f"{one.usage} images", one.sample_id)
        table, ferplus = pixel_table(root), ferplus_table(root)
        if not taken:
            do = "set `public_test` to train or test"
            raise InputError(table, expected="Training or PrivateTest pictures", found="only PublicTest", do=do)
        _write_pictures(taken, folder)
        clean = [majority(one.votes) for one in taken]
        notes = [f"FER2013 {'without' if ferplus is None else 'with'} FER+ votes: {table}"]
        if ferplus is None:
            ids = "sample ids are row numbers, not names of FER+ (ferNNNNNNN.png)"
            notes.append(f"no {FERPLUS} next to it: {ids}")
        else:
            unnamed = sum(NAME.fullmatch(one.sample_id) is None for one in taken)
            notes.append(f"FER+: {ferplus}; {unnamed} have no name there and are named by their row")
        notes.append(f"{sum(code is not None for code in clean)} of {len(clean)} have a clean label")
        names, labels = [one.sample_id for one in taken], [one.label for one in taken]
        paths, split = [str(folder / name) for name in names], [splits[one.usage] for one in taken]
        samples = samples_table(names, paths, split, labels, clean_label=clean)
        votes = np.array([[one.votes.get(name, 0) for name in _SEVEN] for one in taken]).reshape(-1, len(CLASSES))
        return ReaderResult(samples, (*notes, *left_out.notes()), votes_table(names, votes))

    def fingerprint(self, results: Path) -> str:
        """Of the label files: no other file plays a role."""
        from ulcag.sources import files_print

        return files_print(self.data, results, self.label_files, depth=_DEPTH)

    def write(self, samples: "pd.DataFrame", changed: Changed, out: Path) -> Written:
        """New emotions; the votes and the rest are links."""
        root = Path(self.settings.root)
        file = CsvFile(pixel_table(root))
        names = {picture.row: picture.sample_id for picture in fer_pictures(root)}
        new = {row: FER2013_CODES[CLASSES[changed[name]]] for row, name in names.items() if name in changed}
        rewrite_cells(root, file, file.places(["emotion"])["emotion"], new, out)
        return Written(self.settings.model_copy(update={"root": str(out)}))


def _write_pictures(pictures: Sequence[FerPicture], folder: Path) -> None:
    """The pictures as PNG files; those that are there already are kept."""
    import cv2
    import numpy as np

    folder.mkdir(parents=True, exist_ok=True)
    there = set(os.listdir(folder))
    for one in pictures:
        if one.sample_id not in there:
            picture = np.frombuffer(one.pixels, np.uint8).reshape(SIDE, SIDE)
            with whole_or_absent(folder / one.sample_id) as beside:
                beside.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
