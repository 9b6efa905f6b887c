"""How far action units agree with a reference: which of OpenFace's detectors is better on the crops (docs/openface.md),
and unit by unit what another source says (--units; docs/action-unit-reader.md).

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


def by_unit(table: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """The same unit by unit, for a table that does not measure all.

    Returns:
        A row a unit: `r` of intensities, `F1` of presence, `reference` and `table`: how often each says present, %.
        What one of the two does not measure is not-a-number.
    """
    ours, theirs = (frame[frame["status"] == OK].set_index("sample_id") for frame in (table, reference))
    both = ours.index.intersection(theirs.index)
    rows: dict[str, dict[str, float]] = {}
    for name in R_COLUMNS:
        a, b = (frame.loc[both, name].astype(float) for frame in (ours, theirs))
        rows.setdefault(name.removesuffix("_r"), {})["r"] = a.corr(b)
    for name in C_COLUMNS:
        a, b = (frame.loc[both, name].astype(float) for frame in (ours, theirs))
        f1 = 2 * (a * b).sum() / (a + b).sum() if (a + b).sum() else np.nan
        said = {"F1": f1, "reference": 100 * b.mean(), "table": 100 * a.mean()}
        rows.setdefault(name.removesuffix("_c"), {}).update(said)
    return pd.DataFrame(rows).T.sort_index()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path, help="action_units.parquet of the reference")
    parser.add_argument("tables", type=Path, nargs="+", help="those to compare with it")
    parser.add_argument("--units", action="store_true", help="unit by unit")
    options = parser.parse_args()
    reference = read_table(options.reference, ACTION_UNITS)
    if options.units:
        for path in options.tables:
            units = by_unit(read_table(path, ACTION_UNITS), reference)
            units.loc["mean"] = units[units.notna().all(axis=1)].mean()
            print(path.stem, units.to_string(float_format="%.2f"), sep="\n")
        return
    rows = [{"table": path.stem} | agreement(read_table(path, ACTION_UNITS), reference) for path in options.tables]
    print(f"reference: {(reference['status'] == OK).sum()} of {len(reference)} ok")
    print(pd.DataFrame(rows).to_string(index=False, float_format="%.3f"))


if __name__ == "__main__":
    main()
