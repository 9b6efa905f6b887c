"""Reading pictures: every kind there is becomes RGB, and a damaged one says what is wrong."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

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


# where the upper left pixel of the upright picture lies in the file, as EXIF numbers it
TURNS = {1: lambda a: a, 3: lambda a: np.rot90(a, 2), 6: lambda a: np.rot90(a, 1), 8: lambda a: np.rot90(a, 3)}


@pytest.mark.parametrize("orientation", TURNS)
def test_exif_orientation_is_honoured(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(TURNS[orientation](picture(0)))).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(read_image(tmp_path / "a.png"), picture(0))


def test_damaged_exif_does_not_cost_a_picture(tmp_path: Path) -> None:
    Image.fromarray(picture(0)).save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_image(tmp_path / "a.jpg").shape == (60, 80, 3)


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
