"""The head's file: read back as written, and nothing but that."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from ulcag.action_units.reader.features import WIDTH
from ulcag.action_units.reader.head import FORMAT, SHIPPED, Head, about_head, read_head, write_head
from ulcag.action_units.table import INTENSITY_UNITS
from ulcag.errors import InputError
from ulcag.files import sha256


def test_it_is_read_back_as_it_was_written(head: Head, tmp_path: Path) -> None:
    path = tmp_path / "head.safetensors"
    write_head(path, head, {"people": 3})
    read, made_by = read_head(path)
    assert read.units == head.units
    for name, value in vars(head).items():
        assert np.array_equal(getattr(read, name), value)
    assert made_by == sha256(path)
    assert about_head(path) == {"people": 3}
    before = path.read_bytes()
    write_head(path, head, {"people": 3})
    assert path.read_bytes() == before


def test_the_shipped_one_is_small_and_says_what_it_was_fitted_to() -> None:
    head, _ = read_head(SHIPPED)
    assert SHIPPED.stat().st_size < 2_000_000
    assert set(head.units) <= set(INTENSITY_UNITS)
    assert len(head.units) >= 10
    about: Any = about_head()
    assert set(about["held_out_r"]) == set(head.units)
    assert min(about["held_out_r"].values()) > 0.2


def test_hidden_units_count_where_they_are_above_0(head: Head) -> None:
    f = head.mean.copy()
    # s is 0: the second hidden unit alone is above 0
    assert head.intensities(f).tolist() == [1, 3]
    f[0] += 2 * head.spread[0]
    hidden = np.maximum(2 * head.first[0] + [0, 1, -1], 0)
    expected = hidden @ head.second + [1, 2]
    assert head.intensities(f) == pytest.approx(expected, abs=1e-6)
    assert head.intensities(f).dtype == np.float32


def test_intensities_are_0_to_5(head: Head) -> None:
    for sign, end in ((1, 5), (-1, 0)):
        far = replace(head, bias=np.float32([sign * 99, 2]))
        assert far.intensities(head.mean)[0] == end


def content(**changes: Any) -> bytes:
    """A file of one unit and one hidden unit with some things changed; None leaves one out."""
    tensors = {
        "mean": np.zeros(WIDTH, np.float32),
        "spread": np.ones(WIDTH, np.float32),
        "first": np.zeros((WIDTH, 1), np.float16),
        "first_bias": np.zeros(1, np.float32),
        "second": np.zeros((1, 1), np.float32),
        "bias": np.zeros(1, np.float32),
    }
    said = {"format": FORMAT, "units": ["AU12"], "about": {}}
    for name, value in changes.items():
        place: dict[str, Any] = said if name in said else tensors
        place[name] = value
        if value is None:
            del place[name]
    return save(tensors, {"ulcag": json.dumps(said)})


@pytest.mark.parametrize(
    ("damaged", "message"),
    [
        (content()[:-1], "."),
        (content() + b"\0", "."),
        (b"", "."),
        (b"\x80\x04\x95pickle" * 9, "."),
        (content(format="another"), "format 'another'"),
        (content(format=None), "format None"),
        (content(bias=None), "tensors first, first_bias, mean, second, spread"),
        (content(more=np.zeros(1, np.float32)), "tensors bias, first, first_bias, mean, more,"),
        (content(bias=np.zeros(2, np.float32)), r"bias of float32 and shape \(2,\)"),
        (content(first=np.zeros((WIDTH - 1, 1), np.float16)), r"first of float16 and shape \(\d+, 1\), not"),
        (content(first=np.zeros((WIDTH, 1), np.float32)), "first of float32"),
        (content(first_bias=np.zeros(2, np.float32)), "first of float16"),
        (content(spread=np.zeros(WIDTH, np.float32)), "a spread that is not above 0"),
        (content(bias=np.zeros(1, np.float64)), "bias of float64"),
        (content(bias=np.float32([np.nan])), "values in bias that are not finite"),
        (content(units=["AU99"]), "action units .'AU99'"),
        (content(units=[]), "action units"),
        (content(units=["AU12", "AU06"]), "action units"),
        (content(units=["AU12", "AU12"]), "action units"),
        (content(units="AU12"), "action units AU12"),
        (save({"bias": np.zeros(1, np.float32)}), "format None"),
        (save({"bias": np.zeros(1, np.float32)}, {"ulcag": "[]"}), "format None"),
        (save({"bias": np.zeros(1, np.float32)}, {"ulcag": "{"}), "Expecting"),
    ],
)
def test_anything_else_is_refused(damaged: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "head.safetensors"
    path.write_bytes(damaged)
    with pytest.raises(InputError, match=message) as caught:
        read_head(path)
    assert "ulcag fit-reader" in caught.value.do


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_head(tmp_path / "head.safetensors")


def test_without_safetensors_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(InputError, match=r"pip install 'ulcag\[dlib-face\]'"):
        read_head(SHIPPED)
