r"""Is uncertain the same as wrong? The posteriors of audits beside the votes of people.

    snakemake audit --cores 2 --configfile workflow/experiments/real-noise.yaml \
        workflow/experiments/audit-real-noise.yaml
    python benchmarks/votes.py results/audit/ferplus/none/*/seed*/audit.parquet --votes data/ferplus/labels.csv

The CSV has the columns image and v_neutral, v_happiness, v_surprise, v_sadness, v_anger, v_disgust and v_fear. Other
columns v_ are votes for none of the seven classes; they are counted, and left out, as are samples that have no others.
The votes for a sample, as shares, are put beside what the audit says of it, and beside the classifier's p alone. Prints
in Markdown, mean and standard deviation over audits: the correlation of entropies (Spearman), that of probabilities
with shares (Pearson, over all pairs of sample and class); and, of all audits' pairs, the mean share by probability.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from harness import table
from second_opinion import with_spread

from ulcag.audit.table import AUDIT, OUT_OF_FOLD, POSTERIOR, UNJUDGED
from ulcag.classes import CLASSES, class_index
from ulcag.evaluation.metrics import reliability
from ulcag.tables import read_table

OPINIONS = {"posterior": POSTERIOR, "p alone": OUT_OF_FOLD}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("audits", type=Path, nargs="+", help="audit.parquet of each")
    parser.add_argument("--votes", type=Path, required=True, help="CSV with columns image and v_neutral, ...")
    options = parser.parse_args()
    votes = read_votes(options.votes)
    said: dict[str, list[np.ndarray]] = {name: [] for name in OPINIONS}
    people: list[np.ndarray] = []
    for path in options.audits:
        audit = read_table(path, AUDIT)
        audit = audit[(audit["decision"] != UNJUDGED) & audit["sample_id"].isin(votes.index)]
        people.append(votes.loc[audit["sample_id"]].to_numpy())
        for name, columns in OPINIONS.items():
            said[name].append(audit[columns].to_numpy(dtype=np.float64))
    print(correlations(said, people) + "\n\n" + by_probability(said, people))


def read_votes(path: Path) -> pd.DataFrame:
    """Shares of the votes for the seven classes, a column a class, of the images that have any."""
    counts = pd.read_csv(path, index_col="image").filter(regex="^v_")
    codes = {column: class_index(column.removeprefix("v_")) for column in counts}
    seven = counts[[column for column, code in codes.items() if code is not None]].rename(columns=codes)
    if sorted(seven.columns) != list(range(len(CLASSES))):
        sys.exit(f"{path}: no columns of votes for each of {', '.join(CLASSES)}")
    total, of_seven = int(counts.to_numpy().sum()), seven.sum(axis=1)
    others, none = total - int(of_seven.sum()), int((of_seven == 0).sum())
    print(f"{others} of {total} votes are for none of the seven classes; {none} images have no other.\n")
    return seven[sorted(seven.columns)].div(of_seven, axis=0)[of_seven > 0]


def correlations(said: dict[str, list[np.ndarray]], people: list[np.ndarray]) -> str:
    """Of what is said, (n, C) an audit, with shares of votes."""
    rows = []
    for name, of_audits in said.items():
        pairs = list(zip(of_audits, people, strict=True))
        spread = [correlation(rank(entropy(q)), rank(entropy(shares))) for q, shares in pairs]
        direct = [correlation(q.ravel(), shares.ravel()) for q, shares in pairs]
        mean = [float(entropy(q).mean()) for q in of_audits]
        rows.append([name, *[with_spread(pd.Series(values), 3) for values in (spread, direct, mean)]])
    votes = pd.Series([float(entropy(shares).mean()) for shares in people])
    rows.append(["votes", "", "", with_spread(votes, 3)])
    head = ["entropy with that of votes", "probability with share of votes", "mean entropy, nats"]
    return table([f"{len(people[0])} samples", *head], rows)


def by_probability(said: dict[str, list[np.ndarray]], people: list[np.ndarray]) -> str:
    """Mean probability, mean share of votes and number of pairs, in tenths of probability; and the mean gap."""
    shares = np.concatenate(people).ravel()
    found = {name: reliability(np.concatenate(of_audits).ravel(), shares) for name, of_audits in said.items()}
    head, rows = ["probability"], [[f"{part / 10:.1f} to {part / 10 + 0.1:.1f}"] for part in range(10)]
    for name, one in found.items():
        head += [f"{name}, mean", "share of votes", "pairs"]
        for row, part in zip(rows, one["parts"], strict=True):
            row += ["–" if part[what] is None else f"{part[what]:.3f}" for what in ("stated", "right")]
            row.append(str(part["count"]))
    rows.append(["mean gap", *[cell for one in found.values() for cell in ("", f"{one['calibration_error']:.3f}", "")]])
    return table(head, rows)


def entropy(q: np.ndarray) -> np.ndarray:
    """(n,) nats of (n, C) probabilities."""
    return -(q * np.log(np.maximum(q, 1e-12))).sum(axis=1)


def rank(values: np.ndarray) -> np.ndarray:
    return pd.Series(values).rank().to_numpy()


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one, other)[0, 1])


if __name__ == "__main__":
    main()
