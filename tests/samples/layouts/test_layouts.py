"""The registry of layouts: what a new data set takes, shown by adding the one in `new.py`."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.samples.layouts.new import New, NewSamples
from tests.test_sources import write
from ulcag.audit.clean import write_clean
from ulcag.audit.recognise import recognise
from ulcag.classes import CLASSES
from ulcag.faces.shard import encode_jpeg
from ulcag.samples.check import read_findings
from ulcag.samples.layouts import EMBEDDED, LAYOUTS, layout_of
from ulcag.samples.layouts.layout import Layout
from ulcag.samples.table import SAMPLES
from ulcag.tables import read_table, settings_of

ROWS = "a.jpg=joy\nb.jpg=dread\nc.jpg=rage\n"
# The line in the registry, before anything of ours is imported, and then the command line.
WITH_NEW = """
import sys
from tests.samples.layouts.new import New
from ulcag.samples.layouts import LAYOUTS
LAYOUTS[New.name] = New
from ulcag.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small data set in the new layout, beside folders of classes, which anybody may have."""
    for number, name in enumerate("abc"):
        picture = np.random.default_rng(number).integers(0, 256, (60, 60, 3), dtype=np.uint8)
        path = tmp_path / "data" / "faces" / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_jpeg(picture, 95))
    (tmp_path / "data" / "happy").mkdir()
    (tmp_path / "data" / "emotions.txt").write_text(ROWS)
    return tmp_path / "data"


def ulcag(*arguments: object) -> None:
    """The command line with the new data set."""
    command = [sys.executable, "-c", WITH_NEW, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr


def test_a_new_data_set_goes_from_recognition_to_new_labels(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LAYOUTS, New.name, New)
    values, why = recognise(root, {})
    assert values == {"reader": "new", "root": str(root)}
    assert why == "it holds emotions.txt; folders next to it are not read: happy"
    of = NewSamples(**values)

    prints = [layout_of(of).fingerprint(tmp_path / "results")]
    write(root / "emotions.txt", ROWS.replace("dread", "rage"))
    prints.append(layout_of(of).fingerprint(tmp_path / "results"))
    write(root / "emotions.txt", ROWS)
    write(root / "readme.txt")
    assert layout_of(of).fingerprint(tmp_path / "results") == prints[0] != prints[1]

    samples = layout_of(of).read(tmp_path / "cache").samples
    assert [CLASSES[code] for code in samples["label"]] == ["happy", "fear", "angry"]
    clean = write_clean(samples, of, pd.Series({"b.jpg": CLASSES.index("happy")}), tmp_path / "clean")
    assert clean.settings == NewSamples(root=str(tmp_path / "clean"))
    assert (tmp_path / "clean" / "emotions.txt").read_text() == ROWS.replace("dread", "joy")
    assert (tmp_path / "clean" / "faces").is_symlink()
    assert (root / "emotions.txt").read_text() == ROWS


def test_the_command_line_reads_and_checks_a_new_data_set(root: Path, tmp_path: Path) -> None:
    table, check = tmp_path / "samples.parquet", tmp_path / "check.csv"
    ulcag("samples", "--set", "reader=new", "--set", f"root={root}", "--out", table)
    assert settings_of(table) == {"reader": "new", "root": str(root)}
    assert read_table(table, SAMPLES)["sample_id"].tolist() == ["a.jpg", "b.jpg", "c.jpg"]
    ulcag("check", "--samples", table, "--reader", "new", "--out", check, "--on-fatal", "warn")
    found = read_findings(check)
    happy = found[(found["split"] == "train") & (found["class"] == "happy")].iloc[0]
    assert (happy["severity"], happy["count"], happy["of"]) == ("fatal", 1, 2)


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_has_its_settings_and_says_what_it_is(name: str) -> None:
    layout = LAYOUTS[name]
    assert issubclass(layout, Layout) and layout.name == name
    assert layout.settings_type.model_fields["reader"].default == name
    assert (layout.settings_type.__doc__ or "").strip()
    assert name == EMBEDDED or set(layout.paths) <= layout.settings_type.model_fields.keys()
