"""Reading pictures: every kind there is becomes RGB, and a damaged one says what is wrong."""

import warnings
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, TiffImagePlugin

from tests.faces.conftest import picture
from ulcag import image as module
from ulcag.image import IMAGE_ENDINGS, UnreadableError, read_image


def test_an_rgb_picture_is_read_as_it_is(tmp_path: Path) -> None:
    Image.fromarray(picture(0)).save(tmp_path / "a.png")
    assert np.array_equal(read_image(tmp_path / "a.png"), picture(0))


@pytest.mark.parametrize("ending", IMAGE_ENDINGS)
def test_what_counts_as_a_picture_can_be_read(tmp_path: Path, ending: str) -> None:
    grey = Image.fromarray(picture(0)).convert("L")
    grey.save(tmp_path / f"a{ending}")
    assert np.abs(read_image(tmp_path / f"a{ending}").astype(int) - np.asarray(grey)[:, :, None]).mean() < 4


def test_alpha_is_left_out(tmp_path: Path) -> None:
    image = Image.fromarray(picture(0))
    image.putalpha(100)
    image.save(tmp_path / "a.png")
    assert np.array_equal(read_image(tmp_path / "a.png"), picture(0))


@pytest.mark.parametrize("mode", ["L", "LA", "1", "P"])
def test_other_modes_become_rgb(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(picture(0)).convert(mode)
    image.save(tmp_path / "a.png")
    assert np.array_equal(read_image(tmp_path / "a.png"), np.asarray(image.convert("RGB")))


def test_cmyk_keeps_its_colours(tmp_path: Path) -> None:
    Image.fromarray(picture(0)).convert("CMYK").save(tmp_path / "a.jpg", quality=100)
    assert np.abs(read_image(tmp_path / "a.jpg").astype(int) - picture(0)).mean() < 3


def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path) -> None:
    grey = np.arange(0, 65536, 16, dtype=np.uint16).reshape(64, 64)
    Image.fromarray(grey).save(tmp_path / "a.png")
    found = read_image(tmp_path / "a.png")
    assert found.dtype == np.uint8
    assert np.array_equal(found, np.repeat((grey >> 8).astype(np.uint8)[:, :, None], 3, axis=2))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    depth=st.sampled_from([8, 10, 12, 14, 16]),
    kind=st.sampled_from(["grey.png", "colour.png", "colour_alpha.png", "grey.tif", "colour.tif", "float.tif"]),
    seed=st.integers(0, 1000),
)
def test_a_picture_is_as_bright_whatever_its_depth(tmp_path: Path, depth: int, kind: str, seed: int) -> None:
    expected = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), dtype=np.uint16)
    expected[0, 0] = 255
    path, stored = tmp_path / kind, expected << (depth - 8)
    if kind.startswith("colour"):
        alpha = [np.full((5, 7, 1), 65535, np.uint16)] if "alpha" in kind else []
        cv2.imwrite(str(path), np.concatenate([stored[:, :, ::-1], *alpha], axis=2))
    else:
        expected = np.repeat(expected[:, :, :1], 3, axis=2)
        grey = stored[:, :, 0]
        Image.fromarray((grey / grey.max()).astype(np.float32) if kind == "float.tif" else grey).save(path)
    assert np.array_equal(read_image(path), expected)


def test_a_dark_picture_of_8_bits_stays_dark(tmp_path: Path) -> None:
    dark = picture(0) // 13
    Image.fromarray(dark).save(tmp_path / "a.png")
    assert np.array_equal(read_image(tmp_path / "a.png"), dark)


def test_floating_point_to_255_and_a_little_outside(tmp_path: Path) -> None:
    Image.fromarray(np.array([[-2.0, 100.4, 256.0]], np.float32)).save(tmp_path / "a.tif")
    assert read_image(tmp_path / "a.tif")[0, :, 0].tolist() == [0, 100, 255]
    Image.fromarray(np.array([[-0.02, 0.5, 1.03]], np.float32)).save(tmp_path / "b.tif")
    assert read_image(tmp_path / "b.tif")[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.array([[0, 3000]], np.float32), "floating point from 0 to 3000, neither"),
        (np.array([[-1, 1]], np.float32), "floating point from -1 to 1, neither"),
        (np.array([[0, 5]], np.float32), "floating point from 0 to 5, neither"),
        (np.array([[np.nan, 1]], np.float32), "not numbers"),
        (np.array([[-3, 200]], np.int32), "values from -3 to 200"),
    ],
)
def test_values_of_no_known_range_are_never_guessed(tmp_path: Path, values: np.ndarray, reason: str) -> None:
    Image.fromarray(values).save(tmp_path / "a.tif")
    with pytest.raises(UnreadableError, match=reason):
        read_image(tmp_path / "a.tif")


def test_colours_of_print_and_of_the_eye(tmp_path: Path) -> None:
    image = Image.fromarray(picture(0))
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    converted = ImageCms.profileToProfile(image, srgb, lab, outputMode="LAB")
    assert converted is not None
    converted.save(tmp_path / "lab.tif")
    assert np.abs(read_image(tmp_path / "lab.tif").astype(int) - picture(0)).mean() < 3
    image.convert("CMYK").save(tmp_path / "cmyk.tif")
    assert np.array_equal(read_image(tmp_path / "cmyk.tif"), picture(0))


@pytest.mark.parametrize("ending", ["gif", "webp", "png", "avif"])
def test_of_a_film_the_first_picture_counts(tmp_path: Path, ending: str) -> None:
    first, *rest = (Image.new("L", (20, 20), grey) for grey in (50, 150, 250))
    first.save(tmp_path / f"a.{ending}", save_all=True, append_images=rest)
    assert read_image(tmp_path / f"a.{ending}")[10, 10].tolist() == pytest.approx([50] * 3, abs=1)


# where the upper left pixel of the upright picture lies in the file, as EXIF numbers it
TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: np.rot90(a, 2),
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: lambda a: np.rot90(a, 3),
}


@pytest.mark.parametrize("orientation", TURNS)
def test_exif_orientation_is_honoured(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(TURNS[orientation](picture(0)))).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(read_image(tmp_path / "a.png"), picture(0))
    # and of what Pillow cannot read whole
    deep = np.ascontiguousarray(TURNS[orientation](picture(0))).astype(np.uint16)
    ok, png = cv2.imencode(".png", deep[:, :, ::-1] * 257)
    assert ok
    with_exif(tmp_path / "b.png", png.tobytes(), exif.tobytes()[6:])
    assert np.array_equal(read_image(tmp_path / "b.png"), picture(0))


def with_exif(path: Path, png: bytes, exif: bytes) -> None:
    """A PNG with an EXIF chunk before its pixels."""
    place = png.index(b"IDAT") - 4
    check = zlib.crc32(b"eXIf" + exif).to_bytes(4, "big")
    path.write_bytes(png[:place] + len(exif).to_bytes(4, "big") + b"eXIf" + exif + check + png[place:])


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize(
    "exif", [b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01", b"Exif\0\0junk", b"\x00\x08\x00\x02\x01\x12\x00\x03"]
)
def test_damaged_exif_does_not_cost_a_picture(tmp_path: Path, ending: str, exif: bytes) -> None:
    path = tmp_path / f"a.{ending}"
    if ending == "tif":
        # A TIFF's is a list of its own, somewhere in the file.
        directory = TiffImagePlugin.ImageFileDirectory_v2()
        directory[34665] = 999_999
        Image.fromarray(picture(0)).save(path, tiffinfo=directory)
    else:
        Image.fromarray(picture(0)).save(path, exif=exif)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = read_image(path)
    assert np.abs(found.astype(int) - picture(0)).mean() < 10


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    Image.fromarray(picture(0)).save(tmp_path / "whole.jpg")
    data = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "truncated.jpg").write_bytes(data[: len(data) // 2])
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("version https://git-lfs.github.com/spec/v1\n")
    (tmp_path / "folder.jpg").mkdir()
    reasons = {
        "missing.jpg": "no such file",
        "truncated.jpg": "(?i)truncated",
        "empty.jpg": "cannot identify image file",
        "text.jpg": "cannot identify image file",
        "folder.jpg": "Is a directory",
    }
    for name, reason in reasons.items():
        with pytest.raises(UnreadableError, match=reason):
            read_image(tmp_path / name)


def test_a_picture_of_absurd_size_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    Image.new("1", (9000, 6000)).save(tmp_path / "large.png")
    with pytest.raises(UnreadableError, match="too large: 9000 x 6000"):
        read_image(tmp_path / "large.png")
    # beyond Pillow's own limit
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    with pytest.raises(UnreadableError, match="DecompressionBombError"):
        read_image(tmp_path / "bomb.png")


def test_a_lack_of_memory_is_not_blamed_on_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> np.ndarray:
        raise MemoryError

    monkeypatch.setattr(module, "_decode", fail)
    with pytest.raises(MemoryError):
        read_image(tmp_path / "a.png")
