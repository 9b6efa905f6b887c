"""GPUs, as torch tells of them, and disk."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from ulcag.doctor import machine


def torch_with(monkeypatch: pytest.MonkeyPatch, cards: int, cuda: str | None) -> None:
    """A torch that sees so many GPUs."""
    fake = ModuleType("torch")
    fake.cuda = SimpleNamespace(  # type: ignore[attr-defined]
        is_available=lambda: cards > 0,
        device_count=lambda: cards,
        get_device_properties=lambda number: SimpleNamespace(name=f"card {number}", total_memory=80e9),
    )
    fake.version = SimpleNamespace(cuda=cuda)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", fake)


def test_names_and_memory_of_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    torch_with(monkeypatch, 2, "13.0")
    (finding,) = machine.gpus()
    assert (finding.state, finding.found) == ("ok", "card 0 80 GB, card 1 80 GB; CUDA 13.0")


@pytest.mark.parametrize(
    ("cuda", "driver", "said"),
    [(None, True, "built without CUDA"), ("13.0", True, "torch finds no GPU for CUDA 13.0"), ("13.0", False, "none;")],
)
def test_why_there_is_no_gpu(
    cuda: str | None, driver: bool, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch_with(monkeypatch, 0, cuda)
    monkeypatch.setenv("PATH", str(tmp_path))
    if driver:
        (tmp_path / "nvidia-smi").touch(mode=0o755)
    (finding,) = machine.gpus()
    assert finding.state == "optional"
    assert said in finding.found


def test_a_torch_that_is_not_there_is_told_among_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setattr(sys, "path", [])
    assert machine.gpus() == []


def test_a_torch_that_is_broken_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torch.py").write_text("raise OSError('libcudart.so: cannot open\\nand more')\n")
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    (finding,) = machine.gpus()
    assert (finding.state, finding.found) == ("missing", "cannot be imported: OSError: libcudart.so: cannot open")


def test_the_disk_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    (finding,) = machine.disk(tmp_path / "not" / "yet")
    assert finding.state == "ok"
    assert machine.disk_free(tmp_path / "not" / "yet")[1] == machine.disk_free(tmp_path)[1]
