"""A plain table: a row an image, in CSV or Parquet, with columns of any name."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ulcag.errors import InputError
from ulcag.samples.layouts.layout import TABLE_ENDINGS, Changed, Layout, LayoutSettings, Place
from ulcag.samples.layouts.own_words import VALIDATION, Labels, Validation, Words
from ulcag.samples.reader_result import ReaderResult
from ulcag.samples.rewrite import Written

if TYPE_CHECKING:
    import pandas as pd


class TableSamples(LayoutSettings):
    """A CSV or Parquet table with one row for each picture."""

    reader: Literal["table"] = "table"
    path: str = Field(description="the table: .csv, .tsv or .parquet")
    images: str = Field("", description="folder that picture paths are relative to; blank: the table's folder")
    columns: Words = Field(
        default_factory=dict,
        description="our column -> the table's own name; ours: image, label, split, clean_label, identity, "
        "votes_angry (number of people who said angry) and so on",
    )
    labels: Labels = Field(
        default_factory=dict, description="the table's label -> one of the seven class names, or `drop`"
    )
    validation: Validation = Field("drop", description=VALIDATION)


class Table(Layout):
    """The layout; sample ids are the images as they are written."""

    name = "table"
    settings_type = TableSamples
    general = True
    paths = ("path", "images")
    settings: TableSamples

    @classmethod
    def recognise_file(cls, file: Path, given: Mapping[str, Any]) -> Place | None:
        """Any file, by its ending.

        Raises:
            InputError: it has another one.
        """
        if file.suffix.lower() not in TABLE_ENDINGS:
            expected = f"a table ({', '.join(TABLE_ENDINGS)}), or a folder of pictures"
            do = "unpack an archive, or save a spreadsheet as CSV"
            raise InputError(file, expected=expected, found=f"suffix '{file.suffix}'", do=do)
        return file, "it is a file"

    def read(self, cache: Path, workers: int = 1) -> ReaderResult:
        """As `read_table_samples`."""
        from ulcag.samples.layouts.table.read import read_table_samples

        return read_table_samples(self.settings)

    def files(self) -> dict[str, Path]:
        """The table."""
        return {"table": Path(self.settings.path)}

    def fingerprint(self, results: Path) -> str:
        """Of the table."""
        from ulcag.sources import file_print

        return file_print(self.settings.path)

    def check_words(self, samples: "pd.DataFrame") -> None:
        """As `check_table`."""
        from ulcag.samples.layouts.table.write import check_table

        check_table(self.settings)

    def own_folders(self, samples: "pd.DataFrame") -> set[Path]:
        """Folders of pictures. The table's own folder is none: results may lie there, too."""
        table = Path(self.settings.path).parent.resolve()
        own = {Path(folder).resolve() for folder in {os.path.dirname(path) for path in samples["path"]}}
        if self.settings.images:
            return own | {Path(self.settings.images).resolve()}
        # What lies beside the table and is linked to.
        first = {Path(name).parts[0] for name in samples["sample_id"] if Path(name).parts}
        return own | {(table / name).resolve() for name in first - {"..", "/"}}

    def write(self, samples: "pd.DataFrame", changed: Changed, out: Path) -> Written:
        """As `write_table_of_labels`."""
        from ulcag.samples.layouts.table.write import write_table_of_labels

        return write_table_of_labels(self.settings, changed, out)
