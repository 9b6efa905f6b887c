"""Samples are told apart by name: in what order the rows of a table come makes no difference to anything."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.audit.test_run import audit, tables, write_runs
from ulcag.action_units.table import ACTION_UNITS, PRESENCE_UNITS
from ulcag.classes import CLASSES
from ulcag.config import PresenceSettings
from ulcag.errors import InputError
from ulcag.evaluation.evaluate import evaluate_run
from ulcag.faces.shard import Crops
from ulcag.faces.table import FACES
from ulcag.files import read_json, write_json
from ulcag.graph.count import count_cooccurrence
from ulcag.graph.table import read_cooccurrence, write_cooccurrence
from ulcag.merge import merge_tables
from ulcag.samples.findings import find
from ulcag.tables import Schema, read_table, rows_of, write_table
from ulcag.training.data import gather_run_data
from ulcag.training.tables import DISTANCES, HELD_OUT_LOGITS, LOGITS, RELABELS, TRAIN_STATE

N, C = 12, len(CLASSES)
IDS = [f"{number:02d}" for number in range(N)]
# The folder of a test is written anew for each example.
several = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
seeds = st.integers(0, 2**32 - 1)


def shuffled(frame: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """The same rows in another order, with the index that shuffling leaves."""
    return frame.iloc[random.permutation(len(frame))]


def samples_of() -> pd.DataFrame:
    codes = np.arange(N) % C
    frame = pd.DataFrame({"sample_id": IDS, "path": [f"{name}.png" for name in IDS]})
    frame["split"] = ["test" if number % 4 == 3 else "train" for number in range(N)]
    return frame.assign(label=codes.astype(np.int8), clean_label=pd.array(codes[::-1], "Int8"), identity=None)


def noise_of(samples: pd.DataFrame) -> pd.DataFrame:
    train = samples[samples["split"] == "train"]
    codes = ((train["label"] + 1) % C).astype(np.int8)
    return pd.DataFrame({"sample_id": train["sample_id"], "label": codes, "replaced": True})


def faces_of() -> pd.DataFrame:
    frame = pd.DataFrame(dict.fromkeys(FACES.names), index=range(N))
    rows = pd.array([None if number == 4 else number for number in range(N)], "Int32")
    return frame.assign(sample_id=IDS, shard=0, row=rows, status="found", n_faces=1)


def units_of() -> pd.DataFrame:
    frame = pd.DataFrame(dict.fromkeys(ACTION_UNITS.names, 0), index=range(N)).assign(sample_id=IDS, status="ok")
    for place, unit in enumerate(PRESENCE_UNITS):
        frame[f"{unit}_c"] = [number >> (place % 4) & 1 for number in range(N)]
    return frame


def test_rows_are_found_by_name() -> None:
    table = pd.DataFrame({"sample_id": list("cab"), "label": [2, 0, 1]}, index=[7, 7, 0])
    assert rows_of(table, pd.Series(["b", "c"]), "t")["label"].tolist() == [1, 2]
    with pytest.raises(InputError, match=r"one row for each sample\n.*'a' more than once"):
        rows_of(table.assign(sample_id=list("aab")), pd.Series(["b"]), "t")
    with pytest.raises(InputError, match="none for 1, such as 'x'"):
        rows_of(table, pd.Series(["a", "x"]), "t")


@several
@given(seeds)
def test_what_a_run_is_given(seed: int) -> None:
    random, samples = np.random.default_rng(seed), samples_of()
    units, made = units_of(), [samples, noise_of(samples), faces_of(), units_of()]
    graph = count_cooccurrence(samples, units, "all", PresenceSettings())
    again = count_cooccurrence(shuffled(samples, random), shuffled(units, random), "all", PresenceSettings())
    assert np.array_equal(graph.matrix, again.matrix)
    one = gather_run_data(*made, graph, "all", Crops({}), {})
    other = gather_run_data(*(shuffled(frame, random) for frame in made), again, "all", Crops({}), {})
    assert one.train.sample_ids == other.train.sample_ids
    assert one.held_out.sample_ids == other.held_out.sample_ids
    assert np.array_equal(one.train.places, other.train.places)
    for name in ("labels", "z", "known"):
        assert torch.equal(getattr(one, name), getattr(other, name))


@several
@given(seeds)
def test_co_occurrence_is_read_by_the_names_of_its_units(tmp_path: Path, seed: int) -> None:
    random, path = np.random.default_rng(seed), tmp_path / "g.parquet"
    graph = count_cooccurrence(samples_of(), units_of(), "all", PresenceSettings())
    write_cooccurrence(path, graph, {})
    rewrite(path, lambda frame: shuffled(frame, random))
    back = read_cooccurrence(path)
    for name in ("matrix", "pairs", "occurrences"):
        assert np.array_equal(getattr(back, name), getattr(graph, name))
    rewrite(path, lambda frame: frame.iloc[1:])
    with pytest.raises(InputError, match="each pair of the 18 action units"):
        read_cooccurrence(path)


def rewrite(path: Path, change: Any) -> None:
    """Write a Parquet table again with other rows and the same metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    frame = change(table.to_pandas())
    pq.write_table(pa.Table.from_pandas(frame, schema=table.schema, preserve_index=False), path)


@several
@given(seeds)
def test_shards_are_merged_by_name(tmp_path: Path, seed: int) -> None:
    random, samples = np.random.default_rng(seed), samples_of()
    made = shuffled(faces_of(), random)
    schema = Schema("faces", tuple(column for column in FACES.columns if column.name in ("sample_id", "shard", "row")))
    paths = [tmp_path / f"{part}.parquet" for part in range(2)]
    for path, rows in zip(paths, (made.iloc[:5], made.iloc[5:]), strict=True):
        write_table(path, rows[schema.names], schema)
    merged = merge_tables(shuffled(samples, random), paths[:: random.choice([-1, 1])], schema, tmp_path / "all.parquet")
    assert merged["sample_id"].tolist() == IDS
    assert merged["row"].fillna(-1).tolist() == faces_of()["row"].fillna(-1).tolist()


@several
@given(seeds)
def test_findings(seed: int) -> None:
    random, samples = np.random.default_rng(seed), samples_of()
    pictures = pd.DataFrame({"sample_id": IDS, "missing": [number == 2 for number in range(N)]})
    pictures["reason"] = [None if number % 5 else "broken" for number in range(N)]
    pictures["sha256"] = [f"{number % 7}" for number in range(N)]
    pictures[["width", "height"]] = pd.DataFrame({"width": range(30, 30 + N), "height": range(40, 40 + N)})
    pictures["nearest"], pictures["bits"] = "00", pd.array([number * 3 for number in range(N)], "Int16")
    found = find(samples, pictures, {})
    pd.testing.assert_frame_equal(find(shuffled(samples, random), shuffled(pictures, random), {}), found)


@several
@given(seeds)
def test_an_audit(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    runs = write_runs(tmp_path / "runs")
    found = audit(runs, tmp_path / "a")
    for run in runs:
        path = run / "held_out_logits.parquet"
        write_table(path, shuffled(read_table(path, HELD_OUT_LOGITS), random), HELD_OUT_LOGITS)
    others = {name: shuffled(frame, random) for name, frame in tables().items()}
    again = audit(runs[::-1], tmp_path / "b", **others)
    pd.testing.assert_frame_equal(again, found)


def write_run(folder: Path, random: np.random.Generator | None = None) -> None:
    """What a run of two epochs leaves behind that evaluation reads, in any order of rows."""
    samples = samples_of()
    noise = noise_of(samples)
    numbers = np.random.default_rng(0).normal(size=(2, N, C)).astype(np.float32)
    test = samples["sample_id"][samples["split"] == "test"]
    logits = pd.concat(
        pd.DataFrame(numbers[epoch, : len(test)], columns=LOGITS).assign(epoch=epoch, sample_id=test.to_numpy())
        for epoch in (0, 1)
    ).assign(alpha=0.5)
    relabels = pd.DataFrame({"epoch": [0, 1], "sample_id": ["00", "00"], "old_label": [1, 2], "new_label": [2, 3]})
    relabels = relabels.assign(alpha=0.1, score_old=0.0, score_new=1.0)
    state = noise.assign(label=noise["label"].mask(noise["sample_id"] == "00", 3), moment="end", alpha=0.5)
    state[[*LOGITS, *DISTANCES]] = 0.0
    written = {"held_out_logits": (logits, HELD_OUT_LOGITS), "relabels": (relabels, RELABELS)}
    for name, (frame, schema) in (written | {"train_state": (state.drop(columns="replaced"), TRAIN_STATE)}).items():
        rows = frame if random is None else shuffled(frame, random)
        write_table(folder / f"{name}.parquet", rows, schema)
    run = {"dataset": "d", "noise": "n", "arm": "ulc-ag", "seed": 0, "fold": "all"}
    write_json(folder / "run.json", {"run": run, "seconds": 1, "device": "cpu", "precision": "fp32"})


@several
@given(seeds)
def test_evaluation(tmp_path: Path, seed: int) -> None:
    random, samples = np.random.default_rng(seed), samples_of()
    write_run(tmp_path / "run")
    found = evaluate_run(tmp_path / "run", samples, noise_of(samples), tmp_path / "a")
    write_run(tmp_path / "run", random)
    noise = shuffled(noise_of(samples), random)
    assert evaluate_run(tmp_path / "run", shuffled(samples, random), noise, tmp_path / "b") == found
    assert read_json(tmp_path / "a" / "metrics.json") == found


def test_evaluation_by_other_tables_is_refused(tmp_path: Path) -> None:
    samples, out = samples_of(), tmp_path / "out"
    noise = noise_of(samples)
    write_run(tmp_path / "run")
    with pytest.raises(InputError, match=r"samples\n(.|\n)*such as '03'"):
        evaluate_run(tmp_path / "run", samples[samples["split"] == "train"], noise, out)
    with pytest.raises(InputError, match=r"noise\n(.|\n)*such as '00'"):
        evaluate_run(tmp_path / "run", samples, noise.iloc[1:], out)
    other = noise.assign(label=noise["label"].mask(noise["sample_id"] == "02", 0))
    with pytest.raises(InputError, match=r"different labels for 1 samples, such as '02'\n.*give the noise table"):
        evaluate_run(tmp_path / "run", samples, other, out)
    write_json(tmp_path / "run" / "run.json", {"run": {"arm": "a"}})
    with pytest.raises(InputError, match=r"the key 'run\.dataset'"):
        evaluate_run(tmp_path / "run", samples, noise, out)
