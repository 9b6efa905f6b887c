"""Files that torch.save wrote."""

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from ulcag.tensors import load_tensors


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("ran"),))


def test_tensors_come_back(tmp_path: Path) -> None:
    torch.save({"a": torch.arange(3), "b": {"c": 1}}, tmp_path / "file.pt")
    content = load_tensors(tmp_path / "file.pt")
    assert content["a"].tolist() == [0, 1, 2] and content["b"] == {"c": 1}


@pytest.mark.parametrize("kind", ["zip", "pickle", "text", "half", "empty"])
def test_what_is_wrong_is_said_in_a_line_and_nobody_is_told_to_let_it_run(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("file.pt")
    torch.save({"a": torch.arange(100)}, path)
    match kind:
        case "zip":
            torch.save({"a": Evil()}, path)
        case "pickle":
            path.write_bytes(pickle.dumps(Evil(), protocol=2))
        case "text":
            path.write_text("not a file of weights\n")
        case "half":
            path.write_bytes(path.read_bytes()[:200])
        case "empty":
            path.write_bytes(b"")
    with pytest.raises(ValueError, match=r"^[^\n]{10,}$") as caught:
        load_tensors(path)
    assert "False" not in str(caught.value) and "trust" not in str(caught.value)
    if kind in ("zip", "pickle"):
        assert "something other than tensors" in str(caught.value)
    assert not Path("ran").exists()


def test_a_file_that_is_not_there_is_no_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_tensors(tmp_path / "nowhere.pt")
