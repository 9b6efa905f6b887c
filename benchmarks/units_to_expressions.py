"""What action units alone tell of an expression, by source: a logistic regression from intensities to the classes.

    python benchmarks/units_to_expressions.py samples.parquet reader.parquet openface.parquet

Fitted to the training split's labels as they were given, and judged on the test split by better ones where they are
known. Each table alone, then all together, and the mean of the units that all have. In a row that may not be used all
units count as 0.
"""

import argparse
import os
from pathlib import Path

os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}

import numpy as np
import pandas as pd
import torch

from ulcag.action_units.presence import measured
from ulcag.action_units.table import ACTION_UNITS, INTENSITY_UNITS
from ulcag.classes import CLASSES
from ulcag.evaluation.metrics import all_metrics
from ulcag.samples.table import SAMPLES
from ulcag.softmax_regression import fit_softmax
from ulcag.tables import read_table, rows_of

PENALTY = 0.001
INTENSITIES = [f"{unit}_r" for unit in INTENSITY_UNITS]


def accuracy(points: np.ndarray, samples: pd.DataFrame) -> tuple[float, float]:
    """Accuracy and macro F1, %, on the test split.

    Args:
        points: (n, M) what is known of each sample.
        samples: n rows of the samples table.
    """
    train = (samples["split"] == "train").to_numpy()
    spread = np.maximum(points[train].std(axis=0), 1e-9)
    x = np.column_stack([(points - points[train].mean(axis=0)) / spread, np.ones(len(points))])
    f, labels = torch.tensor(x, dtype=torch.float32), torch.tensor(samples["label"].to_numpy(dtype=np.int64))
    weights = torch.zeros(len(CLASSES), f.shape[1])
    fit_softmax(f[torch.tensor(train)], labels[torch.tensor(train)], weights, PENALTY)
    true = samples["clean_label"].fillna(samples["label"]).to_numpy(dtype=np.int64)
    metrics = all_metrics((f[~train] @ weights.T).numpy(), true[~train])
    return 100 * metrics["accuracy"], 100 * metrics["macro_f1"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("samples", type=Path)
    parser.add_argument("tables", type=Path, nargs="+", help="tables of action units")
    options = parser.parse_args()
    samples = read_table(options.samples, SAMPLES)
    tables = {}
    for path in options.tables:
        rows = rows_of(read_table(path, ACTION_UNITS), samples["sample_id"], "action_units")
        names, values, _ = measured(rows, INTENSITIES)
        tables[path.stem] = pd.DataFrame(values, columns=names)
    cases = {name: values.to_numpy() for name, values in tables.items()}
    if len(tables) > 1:
        cases["together"] = np.column_stack(list(cases.values()))
        common = [name for name in INTENSITIES if all(name in values for values in tables.values())]
        cases["mean"] = np.mean([values[common].to_numpy() for values in tables.values()], axis=0)
    for name, points in cases.items():
        print(
            f"{name}, {points.shape[1]} numbers: accuracy {{:.1f}}, macro F1 {{:.1f}}".format(
                *accuracy(points, samples)
            )
        )


if __name__ == "__main__":
    main()
