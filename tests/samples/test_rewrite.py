"""Words for classes, and links."""

import os
from pathlib import Path

import pytest

from tests.samples.data_sets import touch
from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples import rewrite
from ulcag.samples.rewrite import link_all, words_for


@pytest.mark.parametrize(
    ("used", "labels", "expected"),
    [
        ({}, {}, {"sad": "sad", "happy": "happy"}),
        ({"SAD": 1, "FEAR": 2}, {}, {"sad": "SAD", "happy": "HAPPY"}),
        ({"Sadness": 1, "Sad": 2, "Anger": 1}, {}, {"sad": "Sad", "angry": "Anger", "happy": "Happy"}),
        ({"Sadness": 2, "Sad": 2}, {}, {"sad": "Sad"}),  # as often: the first of the alphabet
        ({"0": 5}, {"0": "sad", "1": "happy", "2": "drop"}, {"sad": "0", "happy": "1", "fear": "fear"}),
        ({"sad": 5}, {"sad": "happy", "traurig": "sad"}, {"happy": "sad", "sad": "traurig"}),
        ({"sad": 5}, {"happy": "drop"}, {"happy": "happiness"}),
        ({"sad": 5}, {"fear": "drop", "fearful": "sad"}, {"fear": None}),
    ],
)
def test_words_by_hand(used: dict[str, int], labels: dict[str, str], expected: dict[str, str | None]) -> None:
    words = dict(zip(CLASSES, words_for(used, labels), strict=True))
    assert {name: words[name] for name in expected} == expected


def test_opened_folders_are_folders_and_the_rest_is_links(tmp_path: Path) -> None:
    touch(tmp_path, "old/a/b/c.txt", "old/a/d.txt", "old/e/f.txt", "old/a/b/g.txt")
    (tmp_path / "way").symlink_to(tmp_path / "old")
    (tmp_path / "new").mkdir()
    link_all(tmp_path / "way", tmp_path / "new", {"a", "a/b"}, {"a/b/c.txt"})
    found = {str(p.relative_to(tmp_path / "new")): p.is_symlink() for p in (tmp_path / "new").rglob("*")}
    assert found == {"a": False, "a/b": False, "a/b/g.txt": True, "a/d.txt": True, "e": True}
    assert os.readlink(tmp_path / "new/e") == str(tmp_path / "old/e")


def test_a_disk_without_links_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: str, name: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(rewrite.os, "symlink", refuse)
    with pytest.raises(InputError, match=r"a disk with symbolic links\n.*not permitted\n.*another disk"):
        rewrite.link("x", tmp_path / "y")
