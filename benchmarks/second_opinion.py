"""What is each part of `second-opinion` worth? Its judgement of labels, with one part changed at a time.

    snakemake train --cores 2 --configfile workflow/experiments/known-noise.yaml
    python benchmarks/second_opinion.py --dataset synthetic --noise uniform30

Reads the tables that a finished run left, computes the features of the frozen backbone once, judges the labels of each
seed anew, and prints a table in Markdown, mean and standard deviation over seeds: how well wrong labels are found, what
becomes of the labels if what each way decides is applied, and whether its quality is a probability (expected
calibration error). `--truth` judges by the column clean_label of another table (rows without one are left out), so that
the samples that something was chosen on need not be those it is reported on; `--only` names the half of them: a or b.
Whatever the half, all labels are judged, and the ceilings know all truth. `--config` names a configuration to take the
data set's training settings from in place of those that its runs recorded.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import torch
from harness import table
from labelled_faces import Faces, add_options, given_labels, read_faces
from torch import Tensor

from ulcag.audit.score import labels_by_cleanlab, quality_by_cleanlab, score
from ulcag.classes import CLASSES
from ulcag.correction import judge as judging
from ulcag.correction.cross_fit import REFITS, CrossFitted, cross_fitted_opinions
from ulcag.correction.evidence import fit_weights, held_out_distances, label_frequency, normalised, views_of
from ulcag.correction.judge import Judgement, judge
from ulcag.evaluation.metrics import reliability
from ulcag.softmax_regression import chosen_penalty

C = len(CLASSES)
# What a regression is fitted to next: labels or probabilities, and how much each sample counts.
Learnt = tuple[Tensor, Tensor | None]
Learn = Callable[[np.ndarray, np.ndarray], Learnt]
# Views and labels to q, J and the weights of the witnesses.
Weigh = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Way:
    """What one way says of n labels.

    Attributes:
        quality: (n,) high for a label that is thought right; None: it says nothing.
        labels: (n,) what it puts in place of the given ones.
        stated: whether `quality` is meant as a probability.
    """

    quality: np.ndarray | None
    labels: np.ndarray
    stated: bool = True


class Seed:
    """The labels of one seed, and ways to judge them.

    Args:
        faces: the samples.
        given: (n,) labels.
        seed: of the run.
    """

    def __init__(self, faces: Faces, given: np.ndarray, seed: int) -> None:
        self.faces, self.given, self.seed = faces, given, seed
        self.known, self.true = ~np.isnan(faces.true), np.nan_to_num(faces.true).astype(np.int64)
        self.labels = torch.from_numpy(given).to(faces.f.device)
        self.distances = held_out_distances(faces.points, given, faces.known, faces.folds, C)
        self.nothing = np.full_like(self.distances, np.nan)
        self.penalty = chosen_penalty(faces.f, self.labels, C, seed)

    def fits(self, distances: np.ndarray, learn: Learn) -> Iterator[np.ndarray]:
        """Out-of-fold probabilities of the first fit, and of each refit to what has been found by then."""
        regressions = CrossFitted(self.faces.f, self.faces.folds, C, self.penalty)
        p = regressions.fit(self.labels)
        while True:
            yield p
            # not imported by name, for it may be another one
            q = judging.weigh(views_of(p, distances), self.given)[0]
            labels, counts = learn(q, self.given)
            device = self.labels.device
            p = regressions.fit(labels.to(device), None if counts is None else counts.to(device))

    def refitted(self, learn: Learn | None = None, distances: np.ndarray | None = None, **changed: Any) -> Way:
        """As the method judges, with another way to learn, other evidence, or something else changed in judge.py."""
        distances = self.distances if distances is None else distances
        with patch.dict(vars(judging), changed):
            p = next(islice(self.fits(distances, learn or most_probable), REFITS, None))
        return self.judged(p, distances, **changed)

    def judged(self, p: np.ndarray, distances: np.ndarray, **changed: Any) -> Way:
        """What these probabilities and distances say, with something changed in judge.py."""
        with patch.dict(vars(judging), changed):
            return self.way(judge(p, distances, self.given))

    def way(self, found: Judgement) -> Way:
        labels = np.where(found.relabel, found.suggested, self.given)
        return Way(found.posterior[np.arange(len(labels)), self.given], labels)

    def cleanlab(self, p: np.ndarray) -> Way:
        return Way(quality_by_cleanlab(p, self.given), labels_by_cleanlab(p, self.given), stated=False)

    def learnt_from_truth(self) -> np.ndarray:
        """Out-of-fold probabilities of regressions that learnt the true labels, as far as they are known."""
        f, true, known = self.faces.f, torch.from_numpy(self.true), torch.from_numpy(self.known)
        penalty = chosen_penalty(f[known], true[known].to(f.device), C, self.seed)
        regressions = CrossFitted(f, self.faces.folds, C, penalty)
        return regressions.fit(true.to(f.device), known.to(f.device, f.dtype))

    def true_joint(self) -> np.ndarray:
        """(C, C) shares [true, given] of the samples whose truth is known."""
        joint = np.zeros((C, C))
        np.add.at(joint, (self.true[self.known], self.given[self.known]), 1 / self.known.sum())
        return joint


def most_probable(q: np.ndarray, given: np.ndarray) -> Learnt:
    """As the method learns."""
    certainty, found = torch.from_numpy(q).float().max(dim=1)
    return found, certainty


def all_alike(q: np.ndarray, given: np.ndarray) -> Learnt:
    return torch.from_numpy(q.argmax(axis=1)), None


def posteriors(q: np.ndarray, given: np.ndarray) -> Learnt:
    return torch.from_numpy(q).float(), None


def relabelled(q: np.ndarray, given: np.ndarray) -> Learnt:
    suggested, clear = judging.suggestions(q, given)
    return torch.from_numpy(np.where(clear, suggested, given)), None


def without_joint(confusion: np.ndarray | None) -> Weigh:
    """q ~ f L, with weights that predict labels through `confusion`; None: with those that the method finds."""
    whole = judging.weigh

    def weigh(views: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        weights = whole(views, given)[2] if confusion is None else fit_weights(views, given, confusion)
        q = normalised(np.tensordot(weights, views, axes=1) + np.log(label_frequency(given, C)))
        return q, judging.noise_joint(q, given), weights

    return weigh


def with_joint(joint: np.ndarray) -> Weigh:
    """q ~ L J, with a J that is known."""
    joint = np.maximum(joint, 1e-12)

    def weigh(views: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        weights = fit_weights(views, given, joint / joint.sum(axis=1, keepdims=True))
        q = normalised(np.tensordot(weights, views, axes=1) + np.log(joint).T[given])
        return q, judging.noise_joint(q, given), weights

    return weigh


def ways(of: Seed) -> tuple[dict[str, Way], dict[str, float]]:
    """All ways by name, and seconds of the method and of its last judgement."""
    rows, given, faces = np.arange(len(of.given)), of.given, of.faces
    started = time.perf_counter()
    method = cross_fitted_opinions(faces.f, faces.points, faces.known, of.labels, faces.folds, C, of.seed)
    seconds = {"first look": time.perf_counter() - started}
    started = time.perf_counter()
    judge(method.p, method.distances, given)
    seconds["last judgement"] = time.perf_counter() - started

    p = list(islice(of.fits(of.distances, most_probable), 9))
    _, first, _ = judging.weigh(views_of(p[0], of.distances), given)
    uniform = np.full((len(given), C), 1 / C)
    return {
        "labels as given": Way(None, given),
        "1 - p of the first fit; its class": Way(p[0][rows, given], p[0].argmax(axis=1)),
        "cleanlab, p of the first fit": of.cleanlab(p[0]),
        "cleanlab, p of the last refit": of.cleanlab(method.p),
        "judgement of the first fit": of.judged(p[0], of.distances),
        "refits: 1": of.judged(p[1], of.distances),
        "refits: 2": of.judged(p[2], of.distances),
        f"**refits: {REFITS} (the method)**": of.way(method.judgement),
        "refits: 8": of.judged(p[8], of.distances),
        "without action units": of.refitted(distances=of.nothing),
        "action units alone": of.judged(uniform, of.distances),
        "without J: q ~ f L": of.refitted(weigh=without_joint(None)),
        "without J and T": of.refitted(weigh=without_joint(np.eye(C))),
        "J of the first fit": of.refitted(weigh=with_joint(judging._smoothed(first, len(given)))),
        "refits: all samples alike": of.refitted(all_alike),
        "refits on posteriors": of.refitted(posteriors),
        "refits on relabelled labels": of.refitted(relabelled),
        "rounds: 2": of.refitted(ROUNDS=2),
        "rounds: 8": of.refitted(ROUNDS=8),
        "prior: 0": of.refitted(PRIOR=0),
        "lead: 0": of.judged(p[REFITS], of.distances, LEAD=0.0),
        "lead: 0.3": of.judged(p[REFITS], of.distances, LEAD=0.3),
        "however far behind with classes balanced": of.judged(p[REFITS], of.distances, TRAIL=1.0),
        "not behind with classes balanced": of.judged(p[REFITS], of.distances, TRAIL=0.0),
        "ceiling: J is the true one": of.refitted(weigh=with_joint(of.true_joint())),
        "ceiling: regressions that learnt the truth": of.judged(of.learnt_from_truth(), of.distances),
    }, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    options = parser.parse_args()
    faces = read_faces(options)
    judged, seconds = [], []
    for seed in options.seeds:
        of = Seed(faces, given_labels(options, faces, seed), seed)
        found, took = ways(of)
        judged.append(pd.DataFrame({name: row(way, of) for name, way in found.items()}).T)
        seconds.append(took)
    print(in_markdown(f"{options.dataset}, noise {options.noise}", pd.concat(judged)))
    times = ", ".join(f"{name} {with_spread(of, 1)}" for name, of in pd.DataFrame(seconds).items())
    threads = torch.get_num_threads()
    print(f"\nSeconds, {len(faces.ids)} pictures, {threads} threads: features {faces.seconds:.1f}, {times}")


def row(way: Way, of: Seed) -> dict[str, float]:
    """What a way is worth for the chosen samples."""
    chosen = of.faces.chosen
    given, true, new = of.given[chosen], of.true[chosen], way.labels[chosen]
    says = way.quality is not None
    quality = np.zeros(len(given)) if way.quality is None else way.quality[chosen]
    found = score(-quality, new, given, true)
    labels = found["labels"]
    fixed, broken = labels["fixed"], labels["broken"]
    return {
        "AP": found["average_precision"] if says else np.nan,
        "agreement %": 100 * labels["agreement"],
        "mean of classes %": 100 * labels["macro_agreement"],
        "wrong fixed %": np.nan if labels["fixed_share"] is None else 100 * labels["fixed_share"],
        "right broken %": np.nan if labels["broken_share"] is None else 100 * labels["broken_share"],
        "fixed : broken": fixed / broken if broken else np.nan,
        "ECE": reliability(quality, given == true)["calibration_error"] if says and way.stated else np.nan,
    }


def in_markdown(title: str, judged: pd.DataFrame) -> str:
    """A row a way, mean and standard deviation over its rows, one a seed."""
    digits = {"AP": 3, "ECE": 3}
    rows = [
        [str(name), *[with_spread(of_way[column], digits.get(column, 1)) for column in judged]]
        for name, of_way in judged.astype(float).groupby(level=0, sort=False)
    ]
    return table([title, *judged.columns], rows)


def with_spread(values: pd.Series, digits: int) -> str:
    mean, spread = values.mean(), values.std()
    cell = "–" if np.isnan(mean) else f"{mean:.{digits}f}"
    return cell if np.isnan(spread) else f"{cell} ± {spread:.{digits}f}"


if __name__ == "__main__":
    main()
