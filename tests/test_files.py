"""Files are whole or absent."""

from pathlib import Path

import pytest

from ulcag.errors import InputError
from ulcag.files import binding, read_json, sha256, whole_or_absent, whole_or_absent_folder, write_json


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, {"a": 1})

    def fail_half_way() -> None:
        with whole_or_absent(path) as beside:
            beside.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert read_json(path) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_replaces_the_old_one_whole_or_leaves_it(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "a").touch()
    path = tmp_path / "new" / "folder"
    with whole_or_absent_folder(path) as beside:
        (beside / "link").symlink_to(tmp_path / "precious")
        assert not path.exists()

    def fail_half_way() -> None:
        with whole_or_absent_folder(path) as beside:
            (beside / "link").symlink_to(tmp_path / "precious")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert [p.name for p in path.iterdir()] == ["link"]
    with whole_or_absent_folder(path) as beside:
        (beside / "b").touch()
    assert [p.name for p in path.iterdir()] == ["b"]
    # the old folder's link is gone, what it led to is not
    assert (tmp_path / "precious" / "a").exists()
    assert list(path.parent.iterdir()) == [path]


def test_read_json_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_json(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(InputError, match=r"bad\.json"):
        read_json(tmp_path / "bad.json")


def test_sha256(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert sha256(tmp_path / "empty").startswith("e3b0c44298fc1c149afb")


def test_a_binding_is_to_values_not_to_their_order() -> None:
    assert binding({"a": 1}) != binding({"a": 2})
    assert binding({"a": 1, "b": 2}) == binding({"b": 2, "a": 1})
    assert binding({"a": 1}, {}) != binding({}, {"a": 1})
