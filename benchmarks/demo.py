"""Where does the demo's time go, and did it change?

    python benchmarks/demo.py BEFORE AFTER

Both are clones with the rendered pictures in results/.cache, in which `snakemake --cores 1` has run once, to the end,
at the same time. Their times are Snakemake's own records.
Writes a section of docs/performance.md.
"""

import argparse
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pandas as pd
from harness import processor, table, write_section

# Stages in the order of the pipeline; what has none of these names is reporting.
STAGES = ("samples", "check", "noise", "faces", "action_units", "graph", "training", "evaluation")
_START = re.compile(r"^ *Date: (\S+ \S+)$", re.MULTILINE)
_TIME = re.compile(r"^\[(\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4})\]$", re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    options = parser.parse_args()
    both = [stages(clone) for clone in (options.before, options.after)]
    rows = []
    for stage in (*STAGES, "reporting"):
        before, after = (jobs.loc[stage] for jobs in both)
        rows.append([stage, f"{after['jobs']:.0f}", f"{before['s']:.0f}", f"{after['s']:.0f}"])
    rows.append(["all jobs", f"{both[1]['jobs'].sum():.0f}", *(f"{jobs['s'].sum():.0f}" for jobs in both)])
    head = ["stage", "jobs", "s, before", "s, after"]
    clocks = [clock(clone) for clone in (options.before, options.after)]
    text = [
        "## The demo",
        f"{processor()}, one thread a process.",
        f"The demo's pipeline (`snakemake --cores 1`, which `make demo` gives two cores), pictures rendered before, "
        f"two clones side by side, a core each: before ({commit(options.before)}) and after ({commit(options.after)}) "
        f"faces, loading and training were made faster. The whole took {clocks[0] / 60:.1f} and {clocks[1] / 60:.1f} "
        "minutes by the clock. Each job is a process that loads its libraries, which is most of the time of some.",
        table(head, rows),
    ]
    write_section("demo", "\n\n".join(text))


def stages(clone: Path) -> pd.DataFrame:
    """Jobs and seconds by stage, from the files of Snakemake's `benchmark`, whose processor times miss a job's end."""
    folder = clone / "results" / "benchmarks"
    files = sorted(folder.rglob("*.tsv"))
    if not files:
        sys.exit(f"{folder}: no records; run snakemake there")
    jobs = pd.concat([pd.read_csv(file, sep="\t")[["s"]].head(1) for file in files])
    names = [file.relative_to(folder).parts[0] for file in files]
    jobs["stage"] = [name if name in STAGES else "reporting" for name in names]
    jobs["jobs"] = 1
    return jobs.groupby("stage").sum()


def clock(clone: Path) -> float:
    """Seconds from the head of Snakemake's log to the last job's end."""
    logs = sorted((clone / ".snakemake" / "log").glob("*.log"))
    if len(logs) != 1:
        sys.exit(f"{clone}: expected one run of Snakemake, found {len(logs)}; run it in a fresh clone")
    text = logs[0].read_text()
    start = datetime.fromisoformat(_START.findall(text)[0])
    return (datetime.strptime(_TIME.findall(text)[-1], "%a %b %d %H:%M:%S %Y") - start).total_seconds()


def commit(clone: Path) -> str:
    command = ["git", "-C", str(clone), "rev-parse", "--short=7", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
