"""Are expressions easier to tell in faces that were turned upright? By a logistic regression on frozen features.

    python benchmarks/alignment.py --samples results/samples/synthetic/samples.parquet \\
        --noise results/samples/synthetic/noise/uniform30/seed0.parquet

Faces of the training split are found and cut with `faces.align` off and on; a picture in which none is found is kept
whole. Of dlib's face network the features are those of an arm `linear`. Each person, or each picture where the people
are unknown, is in one of five parts, drawn again for each seed; a part is predicted from the others. Prints a table in
Markdown: accuracy and macro F1, mean and standard deviation over seeds, after learning from given and from true labels.
Both are judged by true labels, and samples without one are left out; where none is known, by given ones.
"""

import argparse
import os
import tempfile
from pathlib import Path

# One thread, before anything starts threads.
os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from ulcag.backbones.dlib_face_network import calibrate
from ulcag.classes import CLASSES
from ulcag.config import FacesSettings, TrainSettings
from ulcag.evaluation.metrics import all_metrics
from ulcag.faces.run import crop_shard
from ulcag.faces.shard import crops_of, pictures_of
from ulcag.samples.table import NOISE, SAMPLES
from ulcag.softmax_regression import chosen_penalty, fit_classifier
from ulcag.tables import read_table, rows_of
from ulcag.training.network import Network

WAYS = {
    "whole picture": {"source": "whole_image"},
    "as found": {"align": False},
    "turned and scaled": {"align": True},
}
PARTS = 5
BATCH = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--noise", type=Path, help="labels to learn from; left out: those of --samples")
    parser.add_argument("--first", type=int, help="so many samples, in an order drawn by chance")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    samples = read_table(options.samples, SAMPLES)
    samples = samples[samples["split"] == "train"]
    if samples["clean_label"].notna().any():
        samples = samples[samples["clean_label"].notna()]
    samples = samples.sample(frac=1, random_state=0).head(options.first or len(samples))
    samples = samples.sort_values("sample_id", ignore_index=True)
    given = rows_of(read_table(options.noise, NOISE), samples["sample_id"], "noise") if options.noise else samples
    labels = given["label"].to_numpy(dtype=np.int64)
    true = samples["clean_label"].fillna(samples["label"]).to_numpy(dtype=np.int64)
    people = samples["identity"].where(samples["identity"].notna(), samples["sample_id"])
    learnt = ({"given": labels} if (labels != true).any() else {}) | {"true": true}
    print("| | found | turned by, median and 95 % |" + "".join(f" {of}: accuracy | macro F1 |" for of in learnt))
    print("|" + "---|" * (3 + 2 * len(learnt)))
    for name, way in WAYS.items():
        faces, f = features(samples, FacesSettings.read({"none_found": "whole_image", "shards": 1} | way))
        cells = [cell for of in learnt.values() for cell in judged(f, of, true, people, options.seeds)]
        found = faces["status"].isin(["found", "several"]).mean()
        turns = faces["crop_turn"].dropna().astype(float).abs()
        turned = f"{turns.median():.1f}°, {turns.quantile(0.95):.1f}°" if len(turns) else ""
        print(f"| {name} | {found:.1%} | {turned} | {' | '.join(cells)} |", flush=True)


def features(samples: pd.DataFrame, settings: FacesSettings) -> tuple[pd.DataFrame, Tensor]:
    """What the faces stage finds, and (n, D) features of its crops, as the arm `linear` has them."""
    training = TrainSettings.read({"method": "linear", "training": {"backbone": "dlib_face"}})
    network = Network(training, np.eye(1), 0).eval()
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "faces.parquet"
        faces = crop_shard(samples, 0, settings, table.with_suffix(".arrow"), table, {})
        picture = pictures_of(faces, crops_of(table), training.training.image_size)
        batches = []
        for start in range(0, len(samples), BATCH):
            images = np.stack([picture(name) for name in samples["sample_id"][start : start + BATCH]])
            with torch.no_grad():
                batches.append(network.features(torch.from_numpy(images.transpose(0, 3, 1, 2).copy())))
    return faces, calibrate(network.backbone, torch.cat(batches))


def judged(f: Tensor, labels: np.ndarray, true: np.ndarray, people: "pd.Series[str]", seeds: int) -> list[str]:
    """Accuracy and macro F1 in per cent, as text."""
    values = []
    for seed in range(seeds):
        names = people.unique()
        part_of = dict(zip(names, np.random.default_rng(seed).permutation(len(names)) % PARTS, strict=True))
        part = people.map(part_of).to_numpy()
        logits = torch.empty(len(f), len(CLASSES))
        penalty = chosen_penalty(f, torch.from_numpy(labels), len(CLASSES), seed)
        for held_out in range(PARTS):
            classifier = nn.Linear(f.shape[1], len(CLASSES), bias=False)
            rest = torch.from_numpy(part != held_out)
            fit_classifier(classifier, f[rest], torch.from_numpy(labels)[rest], seed, penalty)
            with torch.no_grad():
                logits[~rest] = classifier(f[~rest])
        metrics = all_metrics(logits.numpy(), true)
        values.append([100 * metrics["accuracy"], 100 * metrics["macro_f1"]])
    mean, spread = np.mean(values, axis=0), np.std(values, axis=0, ddof=min(1, seeds - 1))
    return [f"{m:.1f} ± {s:.1f}" for m, s in zip(mean, spread, strict=True)]


if __name__ == "__main__":
    main()
