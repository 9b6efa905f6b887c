"""What a new figure takes: a file in figures/, and its name in the registry beside it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.pipeline.conftest import CONFIG, RESULTS, configure
from tests.pipeline.snakemake_server import ROOT, start

FIGURE = '''
"""How many samples are held out."""

from pathlib import Path

from matplotlib.figure import Figure

from ulcag.files import read_json
from ulcag.reporting.figures.declaration import Declaration
from ulcag.reporting.style import save

FIGURE = Declaration(
    of="run",
    files=("metrics",),
    about="how many samples are held out",
    label="held out",
    caption="A bar as high as there are samples.",
)


def draw(metrics: Path, base: Path) -> None:
    figure = Figure()
    figure.subplots().bar(["held out"], [read_json(metrics, "held_out.n")["held_out"]["n"]])
    save(figure, base)
'''
RUN = "tiny/half/scn/seed0/all"


def test_a_file_and_a_name_make_a_figure(tmp_path: Path) -> None:
    project, work = tmp_path / "project", tmp_path / "work"
    for name in ("src", "workflow", "envs"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Snakefile", project)
    figures = project / "src" / "ulcag" / "reporting" / "figures"
    (figures / "held_out.py").write_text(FIGURE)
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
