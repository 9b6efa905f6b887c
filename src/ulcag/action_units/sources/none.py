"""No action units, for arms that need none."""

from typing import TYPE_CHECKING

from ulcag.action_units.sources.source import AtOnce

if TYPE_CHECKING:
    import pandas as pd


class NoUnits(AtOnce):
    """A table in which no action unit is known."""

    name = "none"
    about = "no action units, for arms without an auxiliary branch"

    def read(self, samples: "pd.DataFrame", faces: "pd.DataFrame | None") -> "pd.DataFrame":
        """Rows that say that nobody asked."""
        from ulcag.action_units.outcomes import Outcome, action_unit_rows
        from ulcag.action_units.table import NOT_READ

        outcomes = ((sample_id, Outcome(sample_id, NOT_READ)) for sample_id in samples["sample_id"])
        return action_unit_rows(samples["sample_id"], outcomes, self.settings.min_confidence)
