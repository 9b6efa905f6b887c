"""Which rule finds the true labels? Ablation on finished runs, before any label was changed.

    python benchmarks/relabelling_rules.py --results results --dataset synthetic --noise uniform30 --seeds 0 1 2

Takes from each run of the arm `au-posterior` what the network said of the training samples at the start of relabelling
(train_state, moment `start`: nothing has been relabelled yet) and what OpenFace measured, applies rules to it, and
prints tables in Markdown: mean and standard deviation over seeds. The classifier's opinion is one look at each picture
here; in training it is a running mean over epochs (last row). `--truth` judges by the column clean_label of another
table (rows without one are left out), so that the samples a rule is chosen on need not be those it is reported on.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from ulcag.action_units.presence import presence
from ulcag.action_units.table import ACTION_UNITS
from ulcag.classes import CLASSES, class_index
from ulcag.correction.posterior import label_posterior, posterior_labels, whitened_distances, whitened_templates
from ulcag.evaluation.labels import quality, replay
from ulcag.evaluation.metrics import area_under_curve, softmax
from ulcag.graph.table import read_cooccurrence
from ulcag.method.relabelling import cosine_distances, high_confidence_group, nearest_template_labels
from ulcag.samples.table import NOISE, SAMPLES, true_labels
from ulcag.tables import read_table, rows_of
from ulcag.training.tables import LOGITS, RELABELS, TRAIN_STATE

C = len(CLASSES)
# Of the default.
LEAD = 0.8
Scores = dict[str, np.ndarray]
Rules = dict[str, Tensor]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--noise", default="none")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--truth", type=Path, help="CSV with columns image and clean_label")
    options = parser.parse_args()
    tables = [judge(options, seed) for seed in options.seeds]
    for part, digits in ((0, 3), (1, 1)):
        together = pd.concat([one[part] for one in tables])
        spread = together.groupby(level=0, sort=False).agg(["mean", "std"])
        columns = spread.columns.get_level_values(0).unique()
        print("\n| " + " | ".join([f"{options.dataset}, noise {options.noise}", *columns]) + " |")
        print("|" + "---|" * (len(columns) + 1))
        for name, row in spread.iterrows():
            cells = [f"{row[(c, 'mean')]:.{digits}f} ± {row[(c, 'std')]:.{digits}f}" for c in columns]
            print(f"| {name} | " + " | ".join(cells) + " |")


def judge(options: argparse.Namespace, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How well scores find wrong labels (AUC), and what rules make of the labels (percent)."""
    results, dataset = options.results, options.dataset
    run = results / "training" / dataset / options.noise / "au-posterior" / f"seed{seed}" / "all"
    state = read_table(run / "train_state.parquet", TRAIN_STATE).query("moment == 'start'")
    samples = read_table(results / "samples" / dataset / "samples.parquet", SAMPLES)
    noise = read_table(results / "samples" / dataset / "noise" / options.noise / f"seed{seed}.parquet", NOISE)
    units = read_table(results / "action_units" / dataset / "action_units.parquet", ACTION_UNITS)
    graph = read_cooccurrence(results / "graph" / dataset / "all" / "cooccurrence.parquet")

    ids = state["sample_id"]
    given = noise.set_index("sample_id")["label"].loc[ids].to_numpy(dtype=np.int64)
    _, z, known = presence(rows_of(units, ids, "action units"), graph.settings)
    own = true_labels(samples).reindex(ids).to_numpy(dtype=float, na_value=np.nan)
    truth = truth_of(options.truth, ids) if options.truth else own
    scores, rules = witnesses(state, torch.tensor(given), torch.tensor(z, dtype=torch.float64), torch.tensor(known))

    changes = read_table(run / "relabels.parquet", RELABELS)
    first = int(changes["epoch"].min())
    relabelled = replay(pd.Series(given, index=ids), changes[changes["epoch"] == first], first + 1)[-1]
    rules["`au-posterior` in training (running mean), first relabelling"] = torch.from_numpy(relabelled)
    judged = ~np.isnan(truth)
    true, before = truth[judged].astype(np.int64), given[judged]
    seen = judged & known
    wrong = given[seen] != truth[seen].astype(np.int64)
    found = pd.DataFrame({"AUC": {name: area_under_curve(score[seen], wrong) for name, score in scores.items()}})
    rows = {name: row(quality(before, labels.numpy()[judged], true)) for name, labels in rules.items()}
    return found, pd.DataFrame(rows).T


def row(of: dict[str, float]) -> dict[str, float]:
    changed = of["samples_changed"]
    return {
        "agreement %": 100 * of["agreement"],
        "mean of classes %": 100 * of["macro_agreement"],
        "wrong fixed %": 100 * of["fixed_share"],
        "right broken %": 100 * of["broken_share"],
        "changes right %": 100 * of["fixed"] / changed if changed else np.nan,
    }


def truth_of(path: Path, ids: pd.Series) -> np.ndarray:
    table = pd.read_csv(path, dtype=str, index_col="image")["clean_label"].reindex(ids)
    return np.array([np.nan if pd.isna(name) else class_index(name) for name in table], dtype=float)


def witnesses(state: pd.DataFrame, given: Tensor, z: Tensor, known: Tensor) -> tuple[Scores, Rules]:
    """Scores that are high for a wrong label, and the labels that each rule makes."""
    p = torch.from_numpy(softmax(state[LOGITS].to_numpy())).to(torch.float32)
    alpha = torch.tensor(state["alpha"].to_numpy())
    order = torch.arange(len(given))
    low = ~high_confidence_group(alpha, 0.8, order) & known
    whitened = whitened_distances(*whitened_templates(z, given, known, C))
    centred = z - z[known].mean(dim=0)
    templates = torch.stack([centred[known & (given == c)].mean(dim=0) for c in range(C)])
    every = torch.ones(C, dtype=torch.bool)
    cosine = cosine_distances(centred, templates, every).float()
    nothing = torch.zeros_like(whitened)
    scale = (centred - templates[given])[known].square().mean(dim=0).sqrt().clamp(min=1e-3)
    independent = whitened_distances(centred / scale, templates / scale, every)

    def q(weight: float, distances: Tensor = whitened) -> Tensor:
        return label_posterior(p, distances, known, weight)

    def led(posterior: Tensor, lead: float = LEAD) -> Tensor:
        """The default without its class-wise limit."""
        best = posterior.argmax(dim=1)
        ahead = (posterior.gather(1, best[:, None]) - posterior.gather(1, given[:, None])).squeeze(1)
        return torch.where(known & (ahead > lead), best, given)

    def limited(posterior: Tensor, lead: float = LEAD) -> Tensor:
        return posterior_labels(posterior, given, given, known, lead=lead)

    def nearest(distances: Tensor, doubted: Tensor) -> Tensor:
        return nearest_template_labels(distances, given, given, doubted)

    frequency = torch.bincount(given[known], minlength=C) / known.sum()
    units_alone = label_posterior(frequency.expand_as(p), whitened, known, 1.0)
    scores: dict[str, Callable[[], Tensor]] = {
        "1 - α": lambda: 1 - alpha,
        "1 - p of the given label": lambda: 1 - of_label(p, given),
        "cosine distance of measured units (Eq. 9)": lambda: of_label(cosine, given),
        "measured units alone (whitened)": lambda: 1 - of_label(units_alone, given),
        "1 - q of the given label": lambda: 1 - of_label(q(0.5), given),
    }
    rules = {
        "labels as given": given,
        "Eq. 10: lowest fifth of α, nearest by cosine": nearest(cosine, low),
        "everyone, nearest by cosine": nearest(cosine, known),
        "lowest fifth of α, nearest whitened": nearest(whitened, low),
        "classifier alone": led(q(0, nothing)),
        "classifier alone, class-wise limit": limited(q(0, nothing)),
        "measured units alone": led(units_alone),
        "both": led(q(0.5)),
        "**both, class-wise limit** (`au-posterior`)": limited(q(0.5)),
        "the same, lead 0.5": limited(q(0.5), 0.5),
        "the same, lead 0.65": limited(q(0.5), 0.65),
        "the same, weight 1": limited(q(1.0)),
        "the same, units as if independent (not whitened)": limited(q(0.5, independent)),
        "the same, with an estimated noise matrix": limited(with_noise_matrix(q(0.5), given)),
    }
    return {name: score().numpy() for name, score in scores.items()}, rules


def of_label(values: Tensor, labels: Tensor) -> Tensor:
    return values.gather(1, labels[:, None]).squeeze(1)


def with_noise_matrix(evidence: Tensor, given: Tensor, rounds: int = 10) -> Tensor:
    """Posterior under P(given | true), estimated by expectation maximisation from the evidence itself."""
    q = evidence
    for _ in range(rounds):
        joint = torch.stack([q[given == c].sum(dim=0) for c in range(C)], dim=1) + 1
        q = evidence * (joint / joint.sum(dim=1, keepdim=True)).T[given]
        q = q / q.sum(dim=1, keepdim=True)
    return q


if __name__ == "__main__":
    main()
