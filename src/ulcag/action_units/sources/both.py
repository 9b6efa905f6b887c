"""OpenFace and the reader, together."""

from pathlib import Path
from typing import TYPE_CHECKING

from ulcag.action_units.sources.openface import OpenFace
from ulcag.action_units.sources.reader import Reader

if TYPE_CHECKING:
    import pandas as pd

    from ulcag.faces.shard import Crops


class Both(OpenFace):
    """OpenFace as its settings say, and the reader beside it."""

    name = "both"
    about = "OpenFace, run on the crops, and the reader: their mean, or the one that found a face"
    environment = Reader.environment

    @property
    def memory_mb(self) -> int:
        """One after the other."""
        return max(super().memory_mb, Reader(self.settings).memory_mb)

    def read(
        self, faces: "pd.DataFrame", crops: "Crops", *, threads: int, state: Path, bound_to: str
    ) -> "pd.DataFrame":
        """As `combined`."""
        from ulcag.action_units.combined import combined
        from ulcag.action_units.reader.head import SHIPPED, read_head

        # The reader first: what it misses is said before hours of OpenFace.
        reader = Reader(self.settings).read(faces, crops, threads=threads, state=state, bound_to=bound_to)
        openface = super().read(faces, crops, threads=threads, state=state, bound_to=bound_to)
        return combined(openface, reader, read_head(SHIPPED)[0].units)
