"""The runs of all folds to an audit's folder."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ulcag.action_units.outcomes import Outcome, action_unit_rows
from ulcag.audit.opinions import of_networks
from ulcag.audit.run import audit_labels, in_words
from ulcag.audit.table import AUDIT, OUT_OF_FOLD
from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.files import read_json, write_json
from ulcag.tables import read_made_by, read_table, write_table
from ulcag.training.tables import HELD_OUT_LOGITS, LOGITS

C, N = len(CLASSES), 140
IDS = [f"{number:03d}" for number in range(N)]
TRUE = np.arange(N) % C
# Every tenth label is one too high.
GIVEN = np.where(np.arange(N) % 10 == 0, (TRUE + 1) % C, TRUE)
# Its picture shows no face.
LOST = "139"


def tables() -> dict[str, pd.DataFrame]:
    ids = pd.Series(IDS, dtype="str")
    samples = pd.DataFrame({"sample_id": ids, "path": ids, "split": "train", "label": GIVEN.astype(np.int8)})
    samples["clean_label"] = pd.array(TRUE, dtype="Int8")
    noise = pd.DataFrame({"sample_id": ids, "label": GIVEN.astype(np.int8), "replaced": False})
    faces = pd.DataFrame({"sample_id": ids, "status": ["none" if name == LOST else "found" for name in IDS]})
    units = action_unit_rows(ids, ((name, Outcome(name, "no_face")) for name in IDS), 0.5)
    return {"samples": samples, "noise": noise, "faces": faces, "action_units": units}


def write_runs(
    folder: Path, *, names: dict[str, Any] | None = None, inputs: dict[str, str] | None = None
) -> list[Path]:
    """Two folds of networks that know the true class, of all epochs but the last the opposite."""
    runs = []
    for part in (1, 2):
        held = [i for i in range(N) if i % 2 == part - 1 and IDS[i] != LOST]
        logits = np.where(np.arange(C) == TRUE[held][:, None], 3.0, 0.0)
        frames = []
        for epoch, sign in ((0, -1), (1, 1)):
            frame = pd.DataFrame(sign * logits, columns=LOGITS)
            frames.append(frame.assign(epoch=epoch, sample_id=[IDS[i] for i in held], alpha=0.5))
        run = folder / f"{part}of2"
        write_table(run / "held_out_logits.parquet", pd.concat(frames), HELD_OUT_LOGITS)
        what = {"dataset": "d", "noise": "n", "arm": "ulc-ag", "seed": 0, "fold": run.name} | (names or {})
        made_from = {"samples": "s", "cooccurrence": run.name} | (inputs or {})
        write_json(run / "run.json", {"run": what, "inputs": made_from})
        runs.append(run)
    return runs


def audit(runs: list[Path], out: Path, *, cleanlab: bool = False, **changes: pd.DataFrame) -> pd.DataFrame:
    data = tables() | changes
    heard = of_networks(runs, data["noise"], data.pop("action_units"))
    return audit_labels(heard, **data, folder=out, settings={"samples": "s"}, cleanlab=cleanlab)


def test_every_training_sample_is_judged_by_the_last_epoch_of_the_fold_that_held_it_out(tmp_path: Path) -> None:
    made = audit(write_runs(tmp_path), tmp_path / "out")
    table = read_table(tmp_path / "out" / "audit.parquet", AUDIT)
    assert table["sample_id"].tolist() == IDS == made["sample_id"].tolist()
    judged = table[table["decision"] != "unjudged"]
    assert (judged["suggested"] == TRUE[:-1]).all()
    assert judged["fold"].tolist() == [f"{number % 2 + 1}of2" for number in range(N - 1)]
    assert judged[OUT_OF_FOLD].sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-5)
    assert (judged["alpha"] == 0.5).all()
    record = read_json(tmp_path / "out" / "audit.json")
    assert record["decisions"]["unjudged"] == 1
    assert sum(record["decisions"].values()) == N
    assert record["against_truth"]["audit"]["auc"] == 1
    assert record["weights"]["action_units"] == 0
    made_by = read_made_by(tmp_path / "out" / "audit.parquet")
    assert {"fold 1of2", "fold 2of2", "samples"} <= made_by["inputs"].keys()


def test_a_sample_without_a_face_is_told_and_keeps_its_label(tmp_path: Path) -> None:
    last = audit(write_runs(tmp_path), tmp_path / "out").iloc[-1]
    assert (last["sample_id"], last["decision"], last["reason"]) == (LOST, "unjudged", "no face was found")
    assert last["suggested"] == last["given"] == GIVEN[-1]
    assert np.isnan(last["quality"])


def test_tables_for_people_have_class_names_and_the_most_doubtful_label_first(tmp_path: Path) -> None:
    made = audit(write_runs(tmp_path), tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "audit.csv", dtype={"sample_id": str})
    assert set(table["given"]) == set(CLASSES)
    assert table["quality"].dropna().is_monotonic_increasing
    assert table.iloc[-1]["sample_id"] == LOST
    assert in_words(made)["sample_id"].tolist() == table["sample_id"].tolist()
    matrix = pd.read_csv(tmp_path / "out" / "noise_matrix.csv", index_col="true")
    assert matrix.index.tolist() == list(CLASSES)
    assert matrix.to_numpy().sum() == pytest.approx(N - 1, abs=0.5)


def test_cleanlab_ranks_the_same_samples_where_it_is_asked_for(tmp_path: Path) -> None:
    made = audit(write_runs(tmp_path), tmp_path / "out", cleanlab=True)
    assert made["cleanlab"].notna().sum() == N - 1
    assert read_json(tmp_path / "out" / "audit.json")["against_truth"]["cleanlab"]["auc"] == 1


def test_scores_need_a_truth_and_published_labels_are_none(tmp_path: Path) -> None:
    runs, data = write_runs(tmp_path), tables()
    unknown = data["samples"].assign(clean_label=pd.array([None] * N, dtype="Int8"))
    audit(runs, tmp_path / "published", samples=unknown)
    assert read_json(tmp_path / "published" / "audit.json")["against_truth"] is None
    # What noise replaced is known to be wrong.
    true = unknown.assign(label=TRUE.astype(np.int8))
    audit(runs, tmp_path / "noisy", samples=true, noise=data["noise"].assign(replaced=GIVEN != TRUE))
    assert read_json(tmp_path / "noisy" / "audit.json")["against_truth"]["audit"]["auc"] == 1


def test_a_fold_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"runs of all folds(.|\n)*found: +1of2"):
        audit(write_runs(tmp_path)[:1], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_runs_that_do_not_belong_together(tmp_path: Path) -> None:
    first = write_runs(tmp_path / "a")[0]
    other = write_runs(tmp_path / "b", names={"seed": 1})[1]
    with pytest.raises(InputError, match=r"runs with the same seed(.|\n)*1 and 0"):
        audit([first, other], tmp_path / "out")
    other = write_runs(tmp_path / "c", inputs={"samples": "changed"})[1]
    with pytest.raises(InputError, match=r"runs of the same tables(.|\n)*different samples"):
        audit([first, other], tmp_path / "out")


def test_labels_of_one_class_cannot_be_audited(tmp_path: Path) -> None:
    noise = tables()["noise"].assign(label=np.int8(3))
    with pytest.raises(InputError, match=r"at least two classes(.|\n)*139 labels, all happy"):
        audit(write_runs(tmp_path), tmp_path / "out", noise=noise)


def test_networks_that_know_nothing_relabel_nothing_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, random = write_runs(tmp_path), np.random.default_rng(0)
    for run in runs:
        logits = read_table(run / "held_out_logits.parquet", HELD_OUT_LOGITS)
        logits[LOGITS] = random.normal(size=(len(logits), C)).astype(np.float32)
        write_table(run / "held_out_logits.parquet", logits, HELD_OUT_LOGITS)
    made = audit(runs, tmp_path / "out")
    assert not (made["decision"] == "relabel").any()
    assert "nothing is relabelled" in capsys.readouterr().err
    assert read_json(tmp_path / "out" / "audit.json")["trusted"] is False


def test_what_is_written_twice_is_the_same(tmp_path: Path) -> None:
    runs = write_runs(tmp_path)
    for name in ("one", "two"):
        audit(runs, tmp_path / name)
    for name in ("audit.parquet", "audit.csv", "noise_matrix.csv", "audit.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert json.loads((tmp_path / "one" / "audit.json").read_text())["samples"] == N
