"""The embedded data set: rendered faces, as a table with pictures beside it."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ulcag.samples.layouts.layout import Layout, LayoutSettings
from ulcag.samples.layouts.table import Table, TableSamples
from ulcag.samples.reader_result import ReaderResult

if TYPE_CHECKING:
    import pandas as pd


class SyntheticSamples(LayoutSettings):
    """The embedded data set: rendered faces with known true expressions and action units."""

    reader: Literal["synthetic"] = "synthetic"
    train: int = Field(1200, ge=1, description="pictures in the training split")
    test: int = Field(1000, ge=1, description="pictures in the test split")
    size: int = Field(256, ge=96, le=1024, description="side of a picture, pixels")
    seed: int = Field(0, ge=0, description="random seed of all pictures")


class Synthetic(Layout):
    """The layout, which has nothing outside the results."""

    name = "synthetic"
    settings_type = SyntheticSamples
    makes_pictures = True
    settings: SyntheticSamples

    def read(self, cache: Path, workers: int = 1) -> ReaderResult:
        """Render the pictures that are not there yet, and read their table; sample ids are the pictures' stems."""
        from ulcag.samples.synthetic import render_dataset

        folder = synthetic_folder(self.settings, cache)
        render_dataset(
            folder,
            train=self.settings.train,
            test=self.settings.test,
            seed=self.settings.seed,
            size=self.settings.size,
            workers=workers,
        )
        table = TableSamples(path=str(folder / "labels.csv"), columns={"clean_label": "label"})
        samples = Table(table).read(cache).samples
        samples["sample_id"] = [Path(path).stem for path in samples["path"]]
        return ReaderResult(samples.sort_values("sample_id", ignore_index=True))

    def fingerprint(self, results: Path) -> str:
        """Blank: the settings decide everything."""
        return ""

    def on_disk(self, samples: "pd.DataFrame") -> tuple[LayoutSettings, dict[str, str]]:
        """A table labels.csv with pictures beside it."""
        folder = Path(samples["path"].iloc[0]).parents[1]
        pairs = zip(samples["sample_id"], samples["path"], strict=True)
        names = {name: Path(path).relative_to(folder).as_posix() for name, path in pairs}
        return TableSamples(path=str(folder / "labels.csv")), names


def synthetic_folder(settings: SyntheticSamples, cache: Path) -> Path:
    """Where the pictures with these settings are kept, and by what is in this version of the renderer.

    They are rendered once, whatever becomes of the results.
    """
    from ulcag.samples.synthetic.dataset import renderer

    what = json.dumps(settings.model_dump(exclude={"reader"}) | {"renderer": renderer()}, sort_keys=True)
    return cache / f"synthetic-{hashlib.sha256(what.encode()).hexdigest()[:12]}"
