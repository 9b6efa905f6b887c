"""The sources of action units, by name. A file here and a line below make a source known; settings of its own are a
section in `ulcag.config.action_units`.

Imports no heavy package, as all that the Snakefile reads.
"""

from typing import TYPE_CHECKING

from ulcag.action_units.sources.both import Both
from ulcag.action_units.sources.csv import Csv
from ulcag.action_units.sources.none import NoUnits
from ulcag.action_units.sources.openface import OpenFace
from ulcag.action_units.sources.reader import Reader
from ulcag.action_units.sources.source import AtOnce, ByShard

if TYPE_CHECKING:
    from ulcag.config.action_units import SourceSettings

SOURCES: dict[str, type[AtOnce] | type[ByShard]] = {
    source.name: source for source in (Csv, OpenFace, Reader, Both, NoUnits)
}


def source_of(settings: "SourceSettings") -> AtOnce | ByShard:
    """The source that the settings name."""
    return SOURCES[settings.source](settings)
