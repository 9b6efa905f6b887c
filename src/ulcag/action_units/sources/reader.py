"""Action units read off the crops themselves, by a head of our own on dlib's face network."""

from pathlib import Path
from typing import TYPE_CHECKING

from ulcag.action_units.sources.source import ByShard

if TYPE_CHECKING:
    import pandas as pd

    from ulcag.faces.shard import Crops


class Reader(ByShard):
    """The reader that is shipped; it has no settings."""

    name = "reader"
    about = "read off the crops without OpenFace, by a head fitted to rendered faces (extra `dlib-face`)"
    environment = "torch"

    @property
    def memory_mb(self) -> int:
        """torch and the network."""
        return 1500

    def read(
        self, faces: "pd.DataFrame", crops: "Crops", *, threads: int, state: Path, bound_to: str
    ) -> "pd.DataFrame":
        """As `reader_shard`."""
        from ulcag.action_units.reader.shard import reader_shard

        return reader_shard(faces, crops, self.settings.min_confidence, threads)
