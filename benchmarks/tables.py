"""What do Eq. 5 and the tables of a large data set cost?

    python benchmarks/tables.py

Tables are drawn at random, with ids and sizes as AffectNet's. Writes a section of docs/performance.md.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
from harness import Spread, Times, machine, measure, slope, table, write_section

from ulcag.action_units.table import ACTION_UNITS, PRESENCE_UNITS
from ulcag.config import PresenceSettings
from ulcag.faces.table import FACES
from ulcag.graph.count import count_cooccurrence
from ulcag.merge import merge_tables
from ulcag.method.au_graph import cooccurrence
from ulcag.samples.table import SAMPLES
from ulcag.tables import Schema, read_table, write_table

# Rows of a shard, of which AffectNet has a few hundred.
SHARD = 1000
# Starts a command and says its greatest memory; from a small process, because a child begins with its parent's.
_MEMORY = """
import os, subprocess, sys
_, status, used = os.wait4(subprocess.Popen(sys.argv[1:]).pid, 0)
print(used.ru_maxrss)
sys.exit(status != 0)
"""
SCHEMAS = (SAMPLES, FACES, ACTION_UNITS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs=2, default=[100_000, 300_000])
    parser.add_argument("--samples", type=int, default=1_000_000, help="that Eq. 5 counts")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    about = machine(threads=1)
    results = {n: all_tables(n, options.repeats) for n in options.rows}
    write_section("tables", section(about, results, equation_5(options.samples, options.repeats), options.samples))


def draw(schema: Schema, n: int) -> pd.DataFrame:
    """A table of random values; ids are folder and hash, as AffectNet's."""
    random = np.random.default_rng(0)
    columns: dict[str, object] = {}
    for column in schema.columns:
        if column.name == "sample_id":
            columns[column.name] = sorted(
                f"automatic/{i % 1000}/{i * 2654435761 % 2**32:08x}{i:08d}.jpg" for i in range(n)
            )
        elif column.name in ("status", "split"):
            columns[column.name] = random.choice(np.array(["ok", "train"]) if schema is not SAMPLES else ["train"], n)
        elif pa.types.is_string(column.type):
            columns[column.name] = None if column.nullable else [f"/data/images/{i:08d}.jpg" for i in range(n)]
        elif pa.types.is_floating(column.type):
            columns[column.name] = random.random(n, dtype=np.float32) * 100
        else:
            columns[column.name] = random.integers(0, 2, n)
    return pd.DataFrame(columns)


def all_tables(n: int, repeats: int) -> tuple[dict[str, Times], str]:
    """Times of writing, reading and merging each table; and what the command that merges takes."""
    with tempfile.TemporaryDirectory() as name:
        folder, shards = Path(name), n // SHARD
        cases: dict[str, Callable[[], object]] = {}
        paths = {schema.name: folder / f"{schema.name}.parquet" for schema in SCHEMAS}
        parts = {schema.name: [folder / f"{schema.name}-{k:03d}.parquet" for k in range(shards)] for schema in SCHEMAS}
        for schema in SCHEMAS:
            path = paths[schema.name]
            write_table(path, draw(schema, n), schema)
            # as it is read, so that it is written as stages write it
            frame = read_table(path, schema)
            cases[f"{schema.name}, write"] = partial(write_table, path, frame, schema)
            cases[f"{schema.name}, read"] = partial(read_table, path, schema)
            if schema is SAMPLES:
                samples = frame
                continue
            for k, part in enumerate(parts[schema.name]):
                write_table(part, frame.iloc[n * k // shards : n * (k + 1) // shards], schema, settings={"shard": k})
            merge = partial(merge_tables, samples, parts[schema.name], schema, folder / "merged.parquet")
            cases[f"{schema.name}, merge of {SHARD:,} rows each"] = merge
        times = measure(cases, repeats)
        command = [sys.executable, "-m", "ulcag", "merge", "action_units", *map(str, parts["action_units"])]
        command += ["--samples", str(paths["samples"]), "--out", str(folder / "merged.parquet")]
        start = time.perf_counter()
        used = subprocess.run([sys.executable, "-c", _MEMORY, *command], capture_output=True, check=True, text=True)
        seconds = time.perf_counter() - start
    return times, f"{seconds:.1f} s and {int(used.stdout) / 1024:.0f} MB at {n:,} rows"


def equation_5(n: int, repeats: int) -> dict[str, Times]:
    """Times of Eq. 5 on n samples, by itself and with what the stage does around it."""
    z = torch.from_numpy(np.random.default_rng(0).integers(0, 2, (n, len(PRESENCE_UNITS))).astype(np.float32))
    samples, units = draw(SAMPLES, n), draw(ACTION_UNITS, n).assign(status="ok")
    settings = PresenceSettings()
    cases: dict[str, Callable[[], object]] = {
        "Eq. 5 by itself": lambda: cooccurrence(z),
        "With rows joined and action units read from tables in memory": lambda: count_cooccurrence(
            samples, units, "all", settings
        ),
    }
    return measure(cases, repeats)


def section(about: str, results: dict[int, tuple[dict[str, Times], str]], graph: dict[str, Times], samples: int) -> str:
    small, large = results
    rows = []
    for name in results[small][0]:
        costs = {n: Spread.of(times[name].cpu) for n, (times, _) in results.items()}
        clock = Spread.of(results[large][0][name].wall)
        flat = slope(costs[small].median, costs[large].median, small, large)
        rows.append([name, *(cost.text() for cost in costs.values()), clock.text(), f"{flat:.2f}"])
    sums = [sum(Spread.of(t.cpu).median for t in times.values()) for times, _ in results.values()]
    clocks = sum(Spread.of(t.wall).median for t in results[large][0].values())
    rows.append(["all of it", *(f"{s:.2f}" for s in sums), f"{clocks:.2f}", f"{slope(*sums, small, large):.2f}"])
    heads = [f"{n:,} rows, s of CPU" for n in results]
    parts = [f"{name}: {Spread.of(t.wall).text()} s, {Spread.of(t.cpu).text()} s of CPU." for name, t in graph.items()]
    return "\n\n".join(
        [
            "## Graph and tables",
            about,
            f"{samples:,} samples of {len(PRESENCE_UNITS)} units. {' '.join(parts)}",
            "Tables with ids as AffectNet's, checked as always; medians, least and most in brackets.",
            table(["table", *heads, f"{large:,} rows, s by the clock", "cost a row, times"], rows),
            "The command `ulcag merge action_units`, its start and most memory included: "
            f"{', '.join(command for _, command in results.values())}.",
        ]
    )


if __name__ == "__main__":
    main()
