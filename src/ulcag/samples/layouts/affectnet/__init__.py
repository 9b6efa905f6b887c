"""AffectNet, in the two releases that circulate: the full one (`full`), and that of 2021 (`of_2021`).

The validation part is the test split: AffectNet publishes no other with labels.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ulcag.errors import InputError
from ulcag.samples.layouts.affectnet.places import find_2021, is_list, parts_of_full_release
from ulcag.samples.layouts.layout import (
    Changed,
    Counts,
    Layout,
    LayoutSettings,
    Place,
    given_words,
    holds,
    is_any_table,
    seven,
)
from ulcag.samples.reader_result import LeftOut, ReaderResult, class_names, samples_table
from ulcag.samples.rewrite import Written

if TYPE_CHECKING:
    import pandas as pd


class AffectNetSamples(LayoutSettings):
    """AffectNet, full release or release of 2021; the reader tells them apart."""

    reader: Literal["affectnet"] = "affectnet"
    root: str = Field(description="the folder of training.csv, or of train_set")
    part: Literal["manual", "automatic"] = Field(
        "manual",
        description="automatic: train on AffectNet_Auto (Table IV); the test split is the manual validation set",
    )


class AffectNet(Layout):
    """The layout of either release."""

    name = "affectnet"
    settings_type = AffectNetSamples
    label_files = ("training.csv", "validation.csv", "automatically_annotated.csv", "_exp.npy")
    settings: AffectNetSamples

    @classmethod
    def recognise_file(cls, file: Path, given: Mapping[str, Any]) -> Place | None:
        """A list, by its columns; it is not enough."""
        if is_any_table(file, given) and is_list(file):
            do = "give the folder that holds this file and AffectNet's pictures"
            raise InputError(file, expected="columns image and label", found="a list of AffectNet", do=do)
        return None

    @classmethod
    def recognise_folder(cls, folder: Path, given: Mapping[str, Any]) -> Place | None:
        """By train_set and val_set, or by a list of training labels."""
        if parts := find_2021(folder):
            return folder, holds(folder, given, [*parts.values()])
        lists, images = parts_of_full_release(folder)
        # Anybody may call a table training.csv.
        if lists and (images or not class_names(folder, given_words(given))):
            return folder, holds(folder, given, [*lists, *images])
        return None

    @classmethod
    def published_counts(cls, settings: Mapping[str, Any]) -> Counts:
        """Of the automatic part everybody takes another subset."""
        manual = {"train": seven("24882 3803 6378 134415 74874 25459 14090")}
        test = {"test": seven("500 500 500 500 500 500 500")}
        return manual | test if settings.get("part", "manual") == "manual" else test

    def read(self, cache: Path, workers: int = 1) -> ReaderResult:
        """Rows of the samples table for the seven classes; everything else is left out, counted and named.

        Raises:
            InputError: neither release is there, a label is no code of AffectNet's, or a picture is listed with two
                labels.
        """
        from ulcag.samples.layouts.affectnet.full import read_full
        from ulcag.samples.layouts.affectnet.of_2021 import read_2021

        root = Path(self.settings.root)
        left_out = LeftOut()
        parts = find_2021(root)
        if parts and self.settings.part == "automatic":
            do = "set `part: manual`, or `root` to the full release"
            raise InputError(root, expected="the full release", found="the one of 2021 (train_set)", do=do)
        rows, notes = read_2021(parts, left_out) if parts else read_full(root, self.settings.part, left_out)
        if not rows:
            found = "; ".join(("none", *left_out.notes()))
            raise InputError(root, expected="samples of the seven classes", found=found)
        return ReaderResult(samples_table(*zip(*rows, strict=True)), (*notes, *left_out.notes()))

    def write(self, samples: "pd.DataFrame", changed: Changed, out: Path) -> Written:
        """A new table of training labels, or new annotations of changed samples; the rest is links."""
        from ulcag.samples.layouts.affectnet.full import write_full
        from ulcag.samples.layouts.affectnet.of_2021 import write_2021

        root = Path(self.settings.root)
        if find_2021(root):
            write_2021(root, changed, out)
        else:
            write_full(root, self.settings.part, changed, out)
        return Written(self.settings.model_copy(update={"root": str(out)}))
