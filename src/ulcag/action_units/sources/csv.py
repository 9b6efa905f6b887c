"""CSV files that exist already: of OpenFace and LibreFace one an image, of py-feat one of many."""

from pathlib import Path
from typing import TYPE_CHECKING

from ulcag.action_units.sources.source import AtOnce

if TYPE_CHECKING:
    import pandas as pd

    from ulcag.config import SamplesSettings


class Csv(AtOnce):
    """A folder of such files."""

    name = "csv"
    about = "existing CSV files from OpenFace, LibreFace or py-feat"
    uses = ("folder", "table", "of_several")

    @property
    def needs_faces(self) -> bool:
        """For the face nearest to ours."""
        return self.settings.of_several == "nearest_box"

    def files(self) -> list[str]:
        """The folder, and the table that says which file belongs to what."""
        return [path for path in (self.settings.folder, self.settings.table) if path]

    def fingerprint(self, samples: Path, reader: "SamplesSettings") -> str:
        """Of the CSV files, and of the table."""
        from ulcag.sources import csv_print, file_print

        return f"{csv_print(self.settings.folder, samples, reader)} {file_print(self.settings.table)}"

    def read(self, samples: "pd.DataFrame", faces: "pd.DataFrame | None") -> "pd.DataFrame":
        """As `read_folder`."""
        from ulcag.action_units.csv_folder import read_folder

        return read_folder(samples, self.settings, faces)
