"""What a figure declares, and the files that figures can be drawn from.

Imports no heavy package, as all that the Snakefile reads.
"""

from dataclasses import dataclass
from typing import Literal

# Files by name, with what the help says of them. Where they lie is said in workflow/rules/figures.smk.
FILES = {
    "action_units": "action_units.parquet",
    "check": "check.csv",
    "cooccurrence": "cooccurrence.parquet",
    "faces": "faces.parquet",
    "metrics": "metrics.json",
    "noise": "noise table that the run was trained with",
    "pictures": "pictures.parquet",
    "run": "the run's folder",
    "samples": "samples.parquet",
    "votes": "votes.parquet",
}
# The same, where a name stands for several files.
LISTS = {
    "all_audits": "audit.json of each audit",
    "all_metrics": "metrics.json of each run",
    "elsewhere": "metrics of runs evaluated on other data sets",
}


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What the file of a figure says of it.

    Attributes:
        of: there is one for each run, each fold of a data set, each data set, or one for all runs and audits.
        files: names of what it is drawn from, of `FILES` or `LISTS`. Where one has no file, there is no figure.
        about: a line for the help.
        label: what the report's lists call it.
        caption: what the report says of it, in reStructuredText.
        shows: what of `MethodSettings.gives` it shows; there is none for a run whose method gives nothing of it. Empty:
            there is one for every run.
        if_several_noises: whether there is one only where a data set has several amounts of noise.
    """

    of: Literal["run", "fold", "dataset", "all"]
    files: tuple[str, ...]
    about: str
    label: str
    caption: str
    shows: tuple[str, ...] = ()
    if_several_noises: bool = False
