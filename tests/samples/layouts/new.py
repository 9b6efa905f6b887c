"""A new data set, in the one file that it takes: pictures in `faces`, and `emotions.txt` with rows like `a.png=joy`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ulcag.classes import CLASSES
from ulcag.samples.layouts.layout import Changed, Counts, Layout, LayoutSettings, Place, holds, seven
from ulcag.samples.reader_result import ReaderResult, samples_table
from ulcag.samples.rewrite import Written, link_but

if TYPE_CHECKING:
    import pandas as pd

_LIST = "emotions.txt"
_WORDS = {"rage": "angry", "dread": "fear", "joy": "happy"}
_WORD_OF = {CLASSES.index(name): word for word, name in _WORDS.items()}


class NewSamples(LayoutSettings):
    """A new data set."""

    reader: Literal["new"] = "new"
    root: str = Field(description="the folder of emotions.txt")


class New(Layout):
    """The layout; sample ids are file names. All are for training."""

    name = "new"
    settings_type = NewSamples
    label_files = (_LIST,)
    settings: NewSamples

    @classmethod
    def recognise_folder(cls, folder: Path, given: Mapping[str, Any]) -> Place | None:
        file = folder / _LIST
        return (folder, holds(folder, given, [file])) if file.is_file() else None

    @classmethod
    def published_counts(cls, settings: Mapping[str, Any]) -> Counts:
        return {"train": seven("1 0 1 2 0 0 0")}

    def read(self, cache: Path, workers: int = 1) -> ReaderResult:
        rows = self._rows()
        paths = [str(Path(self.settings.root) / "faces" / name) for name in rows]
        labels = [CLASSES.index(_WORDS[word]) for word in rows.values()]
        return ReaderResult(samples_table(list(rows), paths, ["train"] * len(rows), labels))

    def write(self, samples: "pd.DataFrame", changed: Changed, out: Path) -> Written:
        rows = self._rows() | {name: _WORD_OF[code] for name, code in changed.items()}
        root = Path(self.settings.root)
        link_but(root, root / _LIST, out)
        (out / _LIST).write_text("".join(f"{name}={word}\n" for name, word in rows.items()))
        return Written(self.settings.model_copy(update={"root": str(out)}))

    def _rows(self) -> dict[str, str]:
        lines = (Path(self.settings.root) / _LIST).read_text().splitlines()
        return dict(line.split("=") for line in lines)
