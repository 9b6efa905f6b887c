"""What a source of action units is: it says what it needs, and gives rows of the action units table.

Imports no heavy package: a source's own are imported when it reads.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import pandas as pd

    from ulcag.config import SamplesSettings
    from ulcag.config.action_units import SourceSettings
    from ulcag.faces.shard import Crops


class Source:
    """What all sources have.

    Attributes:
        name: what `action_units.source` calls it.
        about: a line for the help.
        uses: settings of the stage that the table depends on, beside `source` and `min_confidence`.
        environment: of the files in envs/, the one that has all it imports.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    uses: ClassVar[tuple[str, ...]] = ()
    environment: ClassVar[str] = "tables"

    def __init__(self, settings: "SourceSettings") -> None:
        self.settings = settings

    def of_table(self) -> dict[str, Any]:
        """The settings that the table depends on, as plain values: an edit of others reads nothing again."""
        return self.settings.model_dump(mode="json", include={"source", "min_confidence", *self.uses})


class AtOnce(Source):
    """A source that reads a whole data set at once."""

    @property
    def needs_faces(self) -> bool:
        """Whether it reads the faces table."""
        return False

    def files(self) -> list[str]:
        """Files and folders outside the results that the settings name; those of the samples are left out."""
        return []

    def fingerprint(self, samples: Path, reader: "SamplesSettings") -> str:
        """By which a plan knows whether what it reads outside the results has changed.

        Args:
            samples: samples.parquet.
            reader: the settings that it was read with.
        """
        return ""

    def read(self, samples: "pd.DataFrame", faces: "pd.DataFrame | None") -> "pd.DataFrame":
        """Rows of the action units table, one a sample.

        Args:
            samples: the samples table.
            faces: the faces table, if it is needed.
        """
        raise NotImplementedError


class ByShard(Source):
    """A source that reads crops, one shard in a job."""

    @property
    def threads(self) -> int:
        """Cores that a job is given; changes no result."""
        return 1

    @property
    def memory_mb(self) -> int:
        """Memory for each of them."""
        return 1000

    def pace(self) -> dict[str, Any]:
        """Settings that say how the work is done and not what comes out, by their key below `action_units`."""
        return {}

    def read(
        self, faces: "pd.DataFrame", crops: "Crops", *, threads: int, state: Path, bound_to: str
    ) -> "pd.DataFrame":
        """Rows of the action units table, one a row of `faces`.

        Args:
            faces: the shard's rows of the faces table.
            crops: the shard's.
            threads: how many of them there are.
            state: a folder to leave results in from which a killed job goes on; removed when the table is written.
            bound_to: hash of settings and inputs, without which such results are of no use.
        """
        raise NotImplementedError
