"""What a new source of action units takes: a file in sources/, and its name in the registry beside it."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.pipeline.conftest import configure
from tests.pipeline.snakemake_server import ROOT, start

SOURCE = '''
"""How bright a crop is, as if a smile were."""

from ulcag.action_units.sources.source import ByShard


class Brightness(ByShard):
    name = "brightness"
    about = "how bright a crop is"

    def read(self, faces, crops, *, threads, state, bound_to):
        from ulcag.action_units.csv_programs import C_COLUMNS, R_COLUMNS
        from ulcag.action_units.outcomes import Outcome, action_unit_rows
        from ulcag.action_units.unit_csv import FaceRow

        outcomes = []
        for sample_id, shard, row in faces[["sample_id", "shard", "row"]].itertuples(index=False):
            crop, _ = crops.whole(shard, row, sample_id)
            values = dict.fromkeys((*R_COLUMNS, *C_COLUMNS), 0.0) | {"AU12_r": 5 * crop.mean() / 255, "AU12_c": 1.0}
            outcomes.append((sample_id, Outcome(sample_id, "ok", face=FaceRow(0, 1.0, values))))
        return action_unit_rows(faces["sample_id"], outcomes, self.settings.min_confidence)
'''
REGISTERED = (
    ("from ulcag.action_units.sources.csv", "from ulcag.action_units.sources.brightness import Brightness\n"),
    ("for source in (", "Brightness, "),
)


def test_a_file_and_a_line_make_a_source(tmp_path: Path) -> None:
    project, work = tmp_path / "project", tmp_path / "work"
    for name in ("src", "workflow", "envs"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Snakefile", project)
    sources = project / "src" / "ulcag" / "action_units" / "sources"
    (sources / "brightness.py").write_text(SOURCE)
    registry = (sources / "__init__.py").read_text()
    for at, what in REGISTERED:
        assert registry.count(at) == 1
        registry = registry.replace(at, at + what if at.endswith("(") else what + at)
    (sources / "__init__.py").write_text(registry)

    (work / "pictures" / "happy").mkdir(parents=True)
    for level in (50, 100, 150, 200):
        Image.fromarray(np.full((60, 60, 3), level, dtype=np.uint8)).save(work / "pictures" / "happy" / f"{level}.png")
    dataset = {
        "samples": {"reader": "folder", "root": "pictures"},
        "check": "off",
        "faces": {"source": "whole_image", "shards": 2},
        "action_units": {"source": "brightness"},
    }
    configure(work, {"datasets": {"new": dataset}, "runs": [{"datasets": ["new"], "arms": ["ulc-ag"]}]})
    target = "results/graph/new/all/cooccurrence.parquet"
    code, said = start(work, target, snakefile=project / "Snakefile")
    assert code == 0, said
    table = pd.read_parquet(work / "results/action_units/new/action_units.parquet").set_index("sample_id")
    assert table["AU12_r"].to_numpy() == pytest.approx([5 * level / 255 for level in (100, 150, 200, 50)])
    assert pd.read_parquet(work / target)["n_samples"].tolist()[0] == 4
