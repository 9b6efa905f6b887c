"""Which settings of a method are right most often on a held-out fold, by the labels that were given?

    python benchmarks/settings.py [--results results] [--dataset ferplus] [--noise none] [--seed 0] [--fold 1of4]

For runs of workflow/experiments/rivals-settings.yaml, which says how to make them. Looks at no true label.
"""

import argparse
import json
from pathlib import Path

from harness import table

from ulcag.evaluation.tables import PREDICTIONS
from ulcag.samples.table import NOISE
from ulcag.tables import read_table, rows_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--dataset", default="ferplus")
    parser.add_argument("--noise", default="none")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fold", default="1of4")
    options = parser.parse_args()
    of_run = Path(options.dataset, options.noise, "*", f"seed{options.seed}", options.fold)
    given = read_table(
        options.results / "samples" / options.dataset / "noise" / options.noise / f"seed{options.seed}.parquet", NOISE
    )
    lines = []
    for folder in sorted((options.results / "evaluation").glob(str(of_run))):
        said = read_table(folder / "predictions.parquet", PREDICTIONS)
        labels = rows_of(given, said["sample_id"], "noise")["label"].to_numpy()
        right = float((said["predicted"].to_numpy() == labels).mean())
        run = json.loads((folder / "metrics.json").read_text())["run"]
        lines.append([run["arm"], f"{100 * right:.1f}", str(len(said))])
    print(table(["arm", "right by the given labels, %", "images"], lines))


if __name__ == "__main__":
    main()
