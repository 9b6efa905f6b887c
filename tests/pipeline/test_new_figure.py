"""What a new figure takes: the file that docs/add-a-figure.md shows, and its name in the registry beside it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.pipeline.conftest import CONFIG, RESULTS, configure
from tests.pipeline.snakemake_server import ROOT, start

PAGE = (ROOT / "docs" / "add-a-figure.md").read_text()
RUN = "tiny/half/scn/seed0/all"


def test_a_file_and_a_name_make_a_figure(tmp_path: Path) -> None:
    project, work = tmp_path / "project", tmp_path / "work"
    for name in ("src", "workflow", "envs"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Snakefile", project)
    figures = project / "src" / "ulcag" / "reporting" / "figures"
    shown = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    (figures / "held_out.py").write_text(shown[1])
    registry = (figures / "__init__.py").read_text()
    assert registry.count('"flow",') == 1
    (figures / "__init__.py").write_text(registry.replace('"flow",', '"flow", "held-out",'))

    command = [sys.executable, "-m", "ulcag", "figures", "held-out", "--help"]
    done = subprocess.run(command, env={"PYTHONPATH": str(project / "src")}, capture_output=True, text=True, check=True)
    assert "--metrics" in done.stdout

    metrics = work / RESULTS / "evaluation" / RUN / "metrics.json"
    metrics.parent.mkdir(parents=True)
    run = {"dataset": "tiny", "noise": "half", "arm": "scn", "seed": 0, "fold": "all"}
    metrics.write_text(json.dumps({"run": run, "held_out": {"n": 12}}))
    configure(work, CONFIG)
    code, said = start(work, "-n", "figures", snakefile=project / "Snakefile")
    assert code == 0, said
    for arm in ("baseline", "scn", "ulc-ag"):
        assert f"figures/tiny/half/{arm}/seed0/all/held-out.pdf" in said
    target = f"{RESULTS}/reporting/figures/{RUN}/held-out.png"
    code, said = start(work, target, snakefile=project / "Snakefile")
    assert code == 0, said
    assert (work / target).is_file() and (work / target).with_suffix(".pdf").is_file()
