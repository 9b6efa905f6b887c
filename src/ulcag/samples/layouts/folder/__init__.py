"""Folders named like classes: train/<class>/*.jpg and test/<class>/*.jpg."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples.layouts.layout import TABLE_ENDINGS, Changed, Layout, LayoutSettings, Place, given_words
from ulcag.samples.layouts.own_words import VALIDATION, Labels, Validation
from ulcag.samples.reader_result import ReaderResult, class_names, is_hidden, samples_table
from ulcag.samples.rewrite import Written, word_or_error

if TYPE_CHECKING:
    import pandas as pd


class FolderSamples(LayoutSettings):
    """Folders named after the classes, below train and test or without splits."""

    reader: Literal["folder"] = "folder"
    root: str = Field(description="the folder that holds train and test, or the classes")
    labels: Labels = Field(
        default_factory=dict, description="a folder's name -> one of the seven class names, or `drop`"
    )
    validation: Validation = Field("drop", description=VALIDATION)


class Folder(Layout):
    """The layout; sample ids are paths relative to the root."""

    name = "folder"
    settings_type = FolderSamples
    general = True
    settings: FolderSamples

    @classmethod
    def recognise_folder(cls, folder: Path, given: Mapping[str, Any]) -> Place | None:
        """Any folder, so that the reader says what is missing in it.

        Raises:
            InputError: another folder in it holds classes, or a table in it says where pictures are.
        """
        classes = class_names(folder, given_words(given))
        expected = "a known data set, or folders named after the classes"
        inner = [] if classes else [path for path in sorted(folder.iterdir()) if _holds_classes(path)]
        if inner:
            found = f"{inner[0].name}, which holds {', '.join(class_names(inner[0]))}"
            do = f"give the folder of the data set, such as {inner[0]}"
            raise InputError(folder, expected=expected, found=found, do=do)
        tables = sorted(
            path.name for path in folder.iterdir() if path.suffix.lower() in TABLE_ENDINGS and path.is_file()
        )
        if not classes and tables:
            do = f"give the table that lists the pictures: {folder / tables[0]}"
            raise InputError(folder, expected=expected, found=f"only {', '.join(tables[:5])}", do=do)
        why = f"it holds {', '.join(classes)}" if classes else "it holds nothing known"
        if tables:
            why += f"; tables next to them are not read: {', '.join(tables[:5])} (to read one, give the table itself)"
        return folder, why

    def read(self, cache: Path, workers: int = 1) -> ReaderResult:
        """Rows of the samples table.

        Without folders for splits every image is for training. What is left out is counted and named: folders that
        `labels` calls `drop`, a validation split beside a test split unless `validation` says what it is for, folders
        beside the splits, and files that are hidden, no images, or in no folder of a class.

        Raises:
            InputError: as `read_tree`, or no image.
        """
        from ulcag.image import IMAGE_ENDINGS
        from ulcag.samples.layouts.folder.tree import read_tree

        root, tree = Path(self.settings.root), read_tree(self.settings)
        taken = {
            name: folder
            for name, folder in tree.pictures.items()
            if folder.split is not None and folder.label is not None
        }
        if not taken:
            found = "; ".join(("none", *tree.notes))
            do = f"use one of these endings: {', '.join(IMAGE_ENDINGS)}"
            raise InputError(root, expected="pictures in folders such as train/happy/", found=found, do=do)
        paths = [str(root / name) for name in taken]
        splits, labels = ([getattr(folder, what) for folder in taken.values()] for what in ("split", "label"))
        return ReaderResult(samples_table(list(taken), paths, splits, labels), tree.notes)

    def check_words(self, samples: "pd.DataFrame") -> None:
        """Nothing, if each split has a word for each class.

        Raises:
            InputError: a class has none.
        """
        from ulcag.samples.layouts.folder.write import folder_words

        for words in folder_words(self.settings, samples).values():
            for code in range(len(CLASSES)):
                word_or_error(words, code, Path(self.settings.root))

    def write(self, samples: "pd.DataFrame", changed: Changed, out: Path) -> Written:
        """As `write_folder`."""
        from ulcag.samples.layouts.folder.write import write_folder

        return write_folder(self.settings, samples, changed, out)


def _holds_classes(path: Path) -> bool:
    return path.is_dir() and not is_hidden(path.name) and bool(class_names(path))
