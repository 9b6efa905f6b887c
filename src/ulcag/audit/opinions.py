"""Who is asked for an opinion of labels: networks of all folds, or regressions on a backbone's frozen features.

None of them was fitted to the sample that it is asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from ulcag.action_units.presence import measured_units
from ulcag.classes import CLASSES
from ulcag.config import Audit, TrainingSettings
from ulcag.correction.cross_fit import Opinions, cross_fitted_opinions
from ulcag.correction.evidence import held_out_distances
from ulcag.correction.judge import judge
from ulcag.errors import InputError
from ulcag.evaluation.metrics import softmax
from ulcag.faces.shard import Crops
from ulcag.files import hashes, read_json
from ulcag.samples.folds import parts_of
from ulcag.tables import read_table, rows_of
from ulcag.training.data import part_with_faces
from ulcag.training.features import frozen_features
from ulcag.training.tables import HELD_OUT_LOGITS, LOGITS, RUN_KEYS


@dataclass(frozen=True)
class Heard:
    """The opinions of n samples, in the order of their ids.

    Attributes:
        run: dataset, noise, arm and seed that they belong to.
        inputs: name to SHA-256 of what they were made from.
        sample_ids: (n,) names.
        fold: (n,) such as `1of4`, in which each was held out.
        given: (n,) labels.
        alpha: (n,) confidences; not-a-number where there are none.
        opinions: what was found.
    """

    run: dict[str, Any]
    inputs: dict[str, str]
    sample_ids: pd.Series
    fold: np.ndarray
    given: np.ndarray
    alpha: np.ndarray
    opinions: Opinions


def of_networks(runs: Sequence[Path], noise: pd.DataFrame, action_units: pd.DataFrame) -> Heard:
    """What the networks of all folds say of the samples that each of them was not trained on.

    Args:
        runs: folders of the runs of all folds, of one arm and seed.
        noise, action_units: the tables that the runs were given.

    Raises:
        InputError: the runs are not all folds of one audit, a table is of other samples, or labels are of one class
            only.
    """
    about = _read_runs(runs)
    predicted = pd.concat([_held_out(run, record["run"]["fold"]) for run, record in about])
    predicted = predicted.sort_values("sample_id", ignore_index=True)
    ids = predicted["sample_id"]
    if ids.duplicated().any():
        twice = f"'{ids[ids.duplicated()].iloc[0]}' in two"
        do = "repeat the runs of all folds"
        raise InputError("audit", expected="each sample held out in one fold", found=twice, do=do)
    given = _given(noise, ids)
    points, known = measured_units(rows_of(action_units, ids, "action_units"))
    fold = predicted["fold"].to_numpy()
    distances = held_out_distances(points, given, known, fold, len(CLASSES))
    p = softmax(predicted[LOGITS].to_numpy())
    first = about[0][1]
    inputs = hashes({f"fold {one['run']['fold']}": run / "held_out_logits.parquet" for run, one in about})
    return Heard(
        run={name: first["run"][name] for name in ("dataset", "noise", "arm", "seed")},
        inputs=inputs | first["inputs"],
        sample_ids=ids,
        fold=fold,
        given=given,
        alpha=predicted["alpha"].to_numpy(),
        opinions=Opinions(p, distances, judge(p, distances, given)),
    )


def of_regressions(
    audit: Audit,
    training: TrainingSettings,
    samples: pd.DataFrame,
    noise: pd.DataFrame,
    faces: pd.DataFrame,
    action_units: pd.DataFrame,
    crops: Crops,
    inputs: dict[str, str],
) -> Heard:
    """What regressions on frozen features say, each of the samples of its fold (correction/cross_fit.py).

    Args:
        audit: what it is called, its seed and folds.
        training: the backbone, its weights and images.
        samples, noise, faces, action_units: the tables.
        crops: the images.
        inputs: name to SHA-256 of all of these.

    Raises:
        InputError: no sample has a face, a table is of other samples, labels are of one class only, or the backbone's
            weights cannot be read.
    """
    samples = samples[samples["split"] == "train"].sort_values("sample_id", ignore_index=True)
    part = part_with_faces(samples["sample_id"], faces, "audit")
    ids = pd.Series(part.sample_ids)
    given = _given(noise, ids)
    f = frozen_features(training, crops, part, audit.seed, f"{audit.path}, features")
    points, known = measured_units(rows_of(action_units, ids, "action_units"))
    folds = parts_of(rows_of(samples, ids, "samples"), audit.folds)
    labels = torch.from_numpy(given).to(f.device)
    return Heard(
        run={"dataset": audit.dataset, "noise": audit.noise, "arm": audit.arm, "seed": audit.seed},
        inputs=inputs,
        sample_ids=ids,
        fold=np.array([f"{one + 1}of{audit.folds}" for one in folds]),
        given=given,
        alpha=np.full(len(ids), np.nan),
        opinions=cross_fitted_opinions(f, points, known, labels, folds, len(CLASSES), audit.seed),
    )


def _given(noise: pd.DataFrame, ids: pd.Series) -> np.ndarray:
    labels = rows_of(noise, ids, "noise")["label"].to_numpy(dtype=np.int64)
    if len(np.unique(labels)) < 2:
        do = "give labels of several classes: wrong labels show only by comparison"
        alike = f"{len(labels)} labels, all {CLASSES[labels[0]]}"
        raise InputError("audit", expected="labels of at least two classes", found=alike, do=do)
    return labels


def _read_runs(runs: Sequence[Path]) -> list[tuple[Path, dict[str, Any]]]:
    """Each run's folder and record, if together they are all folds of one arm and seed, made from the same tables."""
    about = [(run, read_json(run / "run.json", *RUN_KEYS, "inputs.samples")) for run in runs]
    first = about[0][1]
    for run, record in about[1:]:
        for what in ("dataset", "noise", "arm", "seed"):
            if record["run"][what] != first["run"][what]:
                found = f"{record['run'][what]} and {first['run'][what]}"
                raise InputError(run / "run.json", expected=f"runs with the same {what}", found=found)
        # Co-occurrence is counted for each fold.
        same = record["inputs"].keys() - {"cooccurrence"}
        differ = sorted(name for name in same if record["inputs"][name] != first["inputs"].get(name))
        if differ:
            do = "repeat the runs of all folds"
            raise InputError(
                run / "run.json", expected="runs of the same tables", found=f"different {differ[0]}", do=do
            )
    folds = sorted(record["run"]["fold"] for _, record in about)
    if folds != sorted(f"{part}of{len(folds)}" for part in range(1, len(folds) + 1)):
        raise InputError("audit", expected="the runs of all folds, such as 1of4 to 4of4", found=", ".join(folds))
    return about


def _held_out(run: Path, fold: str) -> pd.DataFrame:
    """What the network of the last epoch says of the samples that it was not trained on."""
    logits = read_table(run / "held_out_logits.parquet", HELD_OUT_LOGITS)
    return logits[logits["epoch"] == logits["epoch"].max()].assign(fold=fold)
