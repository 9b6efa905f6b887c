"""The reader for AffectNet, on small copies of both releases."""

from pathlib import Path

import numpy as np
import pytest

from tests.samples.layouts import AFFECTNET_HEADER, affectnet_2021, affectnet_full, affectnet_row
from ulcag.classes import CLASSES
from ulcag.config import AffectNetSamples
from ulcag.errors import InputError
from ulcag.samples.read_affectnet import read_affectnet
from ulcag.samples.table import SAMPLES
from ulcag.tables import write_table

NAMES = ["neutral", "happy", "sad", "surprise", "fear", "disgust", "angry"]


@pytest.mark.parametrize("header", [True, False])
def test_the_full_release(header: bool, tmp_path: Path) -> None:
    found = read_affectnet(affectnet_full(tmp_path, header=header))
    samples = found.samples.set_index("sample_id")
    train = samples[samples["split"] == "train"]
    assert [CLASSES[train.loc[f"manually/1/t{code}.jpg", "label"]] for code in range(7)] == NAMES
    assert len(train) == len(samples) - len(train) == 7
    assert train.loc["manually/1/t0.jpg", "path"] == str(tmp_path / "Manually_Annotated_Images/1/t0.jpg")
    assert found.notes[0] == "AffectNet, full release, manual part"
    assert {
        "left out: 2 labelled contempt", "left out: 1 labelled none", "left out: 1 labelled uncertain",
        "left out: 1 labelled non-face", "left out: 1 malformed rows of training.csv",
    } == set(found.notes[1:])  # fmt: skip
    write_table(tmp_path / "samples.parquet", found.samples, SAMPLES)


def test_the_automatic_part_is_tested_on_the_manual_one(tmp_path: Path) -> None:
    settings = affectnet_full(tmp_path).model_copy(update={"part": "automatic"})
    samples = read_affectnet(settings).samples
    by_split = samples.groupby("split")["sample_id"].agg(list)
    assert by_split["train"][0] == "automatically/4/a0.jpg"
    assert by_split["test"][0] == "manually/3/v0.jpg"


def test_the_release_of_2021(tmp_path: Path) -> None:
    found = read_affectnet(affectnet_2021(tmp_path))
    samples = found.samples.set_index("sample_id")
    assert [CLASSES[samples.loc[f"train_set/{code}", "label"]] for code in range(7)] == NAMES
    assert samples.loc["val_set/2", "path"] == str(tmp_path / "val_set/images/2.jpg")
    assert samples["split"].value_counts().to_dict() == {"train": 7, "test": 3}
    assert found.notes == ("AffectNet, release of 2021 (npy annotations)", "left out: 1 labelled contempt")
    with pytest.raises(InputError, match="the full release"):
        read_affectnet(AffectNetSamples(root=str(tmp_path), part="automatic"))


def test_a_pickled_annotation_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "train_set" / "annotations"
    folder.mkdir(parents=True)
    np.save(folder / "7_exp.npy", np.array([{"code": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match=r"7_exp\.npy"):
        read_affectnet(AffectNetSamples(root=str(tmp_path)))


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"training\.csv at one of"):
        read_affectnet(AffectNetSamples(root=str(tmp_path)))
    settings = affectnet_full(tmp_path)
    (tmp_path / "training.csv").write_text("\n".join([AFFECTNET_HEADER, affectnet_row("1/x.jpg", 12)]) + "\n")
    with pytest.raises(InputError, match=r"training\.csv, row 2\n.*0 to 11\n.*12"):
        read_affectnet(settings)
