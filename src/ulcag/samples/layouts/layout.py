"""What a layout of data sets is: how data is recognised as it, read, checked, watched for changes, and written with new
labels.

Imports no heavy package, as all that the Snakefile reads: a layout's own are imported when it reads or writes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ulcag.classes import CLASSES
from ulcag.samples.reader_result import class_names
from ulcag.section import Section

if TYPE_CHECKING:
    import pandas as pd

    from ulcag.samples.reader_result import ReaderResult
    from ulcag.samples.rewrite import Written

TEXT_ENDINGS = (".csv", ".tsv")
TABLE_ENDINGS = (*TEXT_ENDINGS, ".parquet")

Counts = dict[str, dict[str, int]]  # split -> class -> samples
Changed = Mapping[str, int]  # sample id -> new class
Place = tuple[Path, str]  # the folder or table to read, and why, in words


class LayoutSettings(Section):
    """Settings of the stage samples: the name of a layout, and what it needs."""

    reader: str


class Layout:
    """What all layouts have.

    Attributes:
        name: what `samples.reader` calls it.
        settings_type: its settings.
        general: anybody's data may be in it, so that data sets with files of their own are looked for first.
        paths: settings that are paths; the first is the folder or table to read.
        label_files: names of files with labels end so, in lower case, wherever below the folder they are.
        makes_pictures: pictures are rendered or unpacked into the cache, and decided by settings or by a hash in their
            paths; unpacked ones are in `name`/<that hash>.
    """

    name: ClassVar[str]
    settings_type: ClassVar[type[LayoutSettings]]
    general: ClassVar[bool] = False
    paths: ClassVar[tuple[str, ...]] = ("root",)
    label_files: ClassVar[tuple[str, ...]] = ()
    makes_pictures: ClassVar[bool] = False

    def __init__(self, settings: Any) -> None:
        self.settings = settings

    @property
    def data(self) -> str:
        """The folder or table to read; blank, if nothing outside the results is read."""
        path: str = getattr(self.settings, self.paths[0], "")
        return path

    @classmethod
    def recognise_file(cls, file: Path, given: Mapping[str, Any]) -> Place | None:
        """What to read, if a file is in this layout or a part of a data set that is.

        Args:
            file: that a user wants audited.
            given: settings of the samples that the user gives.

        Raises:
            InputError: it is a part of one, and must be given in another way.
        """
        return None

    @classmethod
    def recognise_folder(cls, folder: Path, given: Mapping[str, Any]) -> Place | None:
        """The same for a folder."""
        return None

    @classmethod
    def published_counts(cls, settings: Mapping[str, Any]) -> Counts:
        """How many samples of each class there are, as authors and the papers that use a data set say.

        Args:
            settings: of the layout; keys that are missing have their defaults.

        Returns:
            Counts by split and class; a split whose numbers are not known is not in it.
        """
        return {}

    def read(self, cache: Path, workers: int = 1) -> "ReaderResult":
        """Read a data set.

        Args:
            cache: folder for pictures that are rendered or unpacked rather than read.
            workers: processes that render; has no influence on the pictures.

        Raises:
            InputError: what is missing or wrong, and where.
        """
        raise NotImplementedError

    def files(self) -> dict[str, Path]:
        """Files whose hashes the samples table keeps, by what they are."""
        return {}

    def fingerprint(self, results: Path) -> str:
        """Of what decides the rows of the samples table: label files, and names of pictures in folders.

        Args:
            results: the folder of results, which may lie in the data set's and is no part of it.
        """
        from ulcag.sources import tree_print

        return tree_print(self.data, results, self.label_files)

    def on_disk(self, samples: "pd.DataFrame") -> tuple[LayoutSettings, dict[str, str]]:
        """As what a data set is written: settings, of another layout where this one has no files of its own.

        Args:
            samples: rows of the samples table.

        Returns:
            The settings, and sample id -> what the id is there, where that differs.
        """
        settings: LayoutSettings = self.settings
        return settings, {}

    def check_words(self, samples: "pd.DataFrame") -> None:
        """Nothing, if there is a word for each of the seven classes, whichever an audit will suggest.

        Raises:
            InputError: a class has no word, or none that can be written.
        """

    def own_folders(self, samples: "pd.DataFrame") -> set[Path]:
        """Folders that belong to the data set, so that nothing may be made in them; resolved."""
        return {Path(self.data).resolve()}

    def write(self, samples: "pd.DataFrame", changed: Changed, out: Path) -> "Written":
        """Write the data set with new labels; pictures are links to the originals.

        Args:
            samples: rows of the samples table.
            changed: of some training samples, the new class.
            out: an empty folder.
        """
        raise NotImplementedError


def holds(folder: Path, given: Mapping[str, Any], found: Sequence[Path]) -> str:
    """Why a folder is taken for a data set: what was found in it, and which folders of classes are not read then."""
    beside = class_names(folder, given_words(given))
    rest = f"; folders next to it are not read: {', '.join(beside)}" if beside else ""
    return f"it holds {', '.join(str(path.relative_to(folder)) for path in found)}{rest}"


def given_words(given: Mapping[str, Any]) -> set[str]:
    """The words that a user's `labels` translate, which may not be what they must be."""
    labels = given.get("labels")
    return {str(word).strip() for word in labels} if isinstance(labels, Mapping) else set()


def is_any_table(file: Path, given: Mapping[str, Any]) -> bool:
    """Whether a table may be a data set's: one in text, by a user who does not say which columns serve."""
    return file.suffix.lower() in TEXT_ENDINGS and not given.get("columns")


def seven(numbers: str) -> dict[str, int]:
    """Numbers in the order of `CLASSES`, by class."""
    return dict(zip(CLASSES, map(int, numbers.split()), strict=True))
