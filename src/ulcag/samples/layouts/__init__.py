"""The layouts of data sets, by name. A file here and a line below make a data set known.

Imports no heavy package, as all that the Snakefile reads.
"""

from collections.abc import Mapping
from typing import Any

from ulcag.samples.layouts.affectnet import AffectNet
from ulcag.samples.layouts.fer2013 import Fer2013
from ulcag.samples.layouts.folder import Folder
from ulcag.samples.layouts.layout import Counts, Layout, LayoutSettings
from ulcag.samples.layouts.rafdb import RafDb
from ulcag.samples.layouts.synthetic import Synthetic
from ulcag.samples.layouts.table import Table

# In the order of the help, and in which they are asked whether data is theirs; general ones are asked last.
LAYOUTS: dict[str, type[Layout]] = {
    layout.name: layout for layout in (Synthetic, Table, RafDb, AffectNet, Fer2013, Folder)
}

# What is read where nobody says what.
EMBEDDED = Synthetic.name


def layout_of(settings: LayoutSettings) -> Layout:
    """The layout that the settings name."""
    return LAYOUTS[settings.reader](settings)


def published_counts(settings: Mapping[str, Any]) -> Counts:
    """`Layout.published_counts` of the layout that the settings name; none for another reader.

    Args:
        settings: of the stage samples, `reader` and what it needs; keys that are missing have their defaults.
    """
    return LAYOUTS.get(settings.get("reader", ""), Layout).published_counts(settings)
