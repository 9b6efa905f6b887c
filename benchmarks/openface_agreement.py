"""How far action units agree with a reference: which of OpenFace's detectors is better on the crops (docs/openface.md).

FaceLandmarkImg -fdir PHOTOS -out_dir CSVS -aus -2Dfp
ulcag action-units --samples S --faces F --from-csv CSVS --set of_several=nearest_box --out reference.parquet
ulcag action-units --set source=openface --set openface.detector=own ... --out own.parquet
python benchmarks/openface_agreement.py reference.parquet own.parquet ...
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from ulcag.action_units.csv_programs import C_COLUMNS, R_COLUMNS
from ulcag.action_units.table import ACTION_UNITS, OK
from ulcag.tables import read_table


def agreement(table: pd.DataFrame, reference: pd.DataFrame) -> dict[str, float]:
    """Of two tables of action units, over the samples that are `ok` in both.

    Returns:
        `ok` in the table, `both`; `presence`: mean over 18 units of how often both say the same; `r`: Pearson's
        correlation of all intensities.
    """
    ours, theirs = (frame[frame["status"] == OK].set_index("sample_id") for frame in (table, reference))
    both = ours.index.intersection(theirs.index)
    presence = [(ours.loc[both, name] == theirs.loc[both, name]).mean() for name in C_COLUMNS]
    a, b = (frame.loc[both, list(R_COLUMNS)].to_numpy(dtype=np.float64).ravel() for frame in (ours, theirs))
    r = np.corrcoef(a, b)[0, 1] if len(both) > 1 else np.nan
    return {"ok": len(ours), "both": len(both), "presence": float(np.mean(presence)), "r": float(r)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path, help="action_units.parquet of the reference")
    parser.add_argument("tables", type=Path, nargs="+", help="those to compare with it")
    options = parser.parse_args()
    reference = read_table(options.reference, ACTION_UNITS)
    rows = [{"table": path.stem} | agreement(read_table(path, ACTION_UNITS), reference) for path in options.tables]
    print(f"reference: {(reference['status'] == OK).sum()} of {len(reference)} ok")
    print(pd.DataFrame(rows).to_string(index=False, float_format="%.3f"))


if __name__ == "__main__":
    main()
